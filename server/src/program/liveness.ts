import type { Block, Expression, FunctionModel, Instruction, Terminator, Variable } from './model.ts';

/**
 * Live variables: by block id, the locals and temporaries whose value may still be read. Variables whose address is
 * taken, structs and arrays are always live.
 */
export function liveVariables(model: FunctionModel): readonly ReadonlySet<number>[] {
  const always = new Set<number>();
  const uses = model.blocks.map(block => blockUses(block, always));
  const live = model.blocks.map((_, at) => new Set(uses[at]!.read));
  for (let changed = true; changed; ) {
    changed = false;
    for (let at = model.blocks.length - 1; at >= 0; at--)
      for (const next of targetsOf(model.blocks[at]!.terminator))
        for (const id of live[next.id]!)
          if (!uses[at]!.written.has(id) && !live[at]!.has(id)) {
            live[at]!.add(id);
            changed = true;
          }
  }
  for (const set of live) for (const id of always) set.add(id);
  return live;
}

/** The variables of a function that are read anywhere in it. */
export function readVariables(model: FunctionModel): ReadonlySet<Variable> {
  const found = new Set<Variable>();
  const read = (expression: Expression | undefined): void => {
    if (expression) eachVariable(expression, variable => found.add(variable));
  };
  for (const { instructions, terminator } of model.blocks) {
    for (const instruction of instructions) instructionUses(instruction, read, () => {});
    terminatorUses(terminator, read);
  }
  return found;
}

interface Uses {
  /** Read before any write in the block. */
  readonly read: Set<number>;
  readonly written: Set<number>;
}

function blockUses(block: Block, always: Set<number>): Uses {
  const uses: Uses = { read: new Set(), written: new Set() };
  const read = (expression: Expression | undefined): void => {
    if (expression)
      eachVariable(expression, (variable, isAddress) => {
        if (isAddress || variable.type.kind === 'struct' || variable.type.kind === 'array')
          always.add(variable.id);
        if (!uses.written.has(variable.id)) uses.read.add(variable.id);
      });
  };
  const write = (variable: Variable): unknown => uses.written.add(variable.id);
  for (const instruction of block.instructions) instructionUses(instruction, read, write);
  terminatorUses(block.terminator, read);
  return uses;
}

function instructionUses(
  instruction: Instruction,
  read: (expression: Expression | undefined) => void,
  write: (variable: Variable) => unknown,
): void {
  switch (instruction.kind) {
    case 'assign':
      read(instruction.value);
      if (instruction.place.kind === 'variable') write(instruction.place.variable);
      else read(instruction.place);
      return;
    case 'call':
      read(instruction.target);
      instruction.arguments.forEach(read);
      if (instruction.result) write(instruction.result);
      return;
    case 'zero':
      read(instruction.place);
      return;
    case 'declare':
      write(instruction.variable);
      return;
    case 'warned':
  }
}

function terminatorUses(terminator: Terminator, read: (expression: Expression | undefined) => void): void {
  if (terminator.kind === 'branch') read(terminator.condition);
  else if (terminator.kind === 'return') read(terminator.value);
  else if (terminator.kind === 'switch') {
    read(terminator.value);
    for (const each of terminator.cases) read(each.low);
  }
}

/** Visits the variables an expression names, and says whether only their address is wanted. */
export function eachVariable(
  expression: Expression,
  visit: (variable: Variable, isAddress: boolean) => void,
): void {
  switch (expression.kind) {
    case 'variable':
      visit(expression.variable, false);
      return;
    case 'address':
      if (expression.of.kind === 'variable') visit(expression.of.variable, true);
      else eachVariable(expression.of, visit);
      return;
    case 'dereference':
      eachVariable(expression.pointer, visit);
      return;
    case 'member':
      eachVariable(expression.object, (variable, isAddress) =>
        visit(variable, isAddress || expression.object.kind === 'variable'),
      );
      return;
    case 'index':
      eachVariable(expression.array, visit);
      eachVariable(expression.index, visit);
      return;
    case 'unary':
    case 'cast':
      eachVariable(expression.operand, visit);
      return;
    case 'binary':
      eachVariable(expression.left, visit);
      eachVariable(expression.right, visit);
      return;
    default:
  }
}

/** The blocks control may enter behind a terminator. */
export function targetsOf(terminator: Terminator): readonly Block[] {
  switch (terminator.kind) {
    case 'jump':
      return [terminator.target];
    case 'branch':
      return [terminator.whenTrue, terminator.whenFalse];
    case 'switch':
      return [...terminator.cases.map(each => each.target), terminator.otherwise];
    case 'choice':
      return terminator.targets;
    default:
      return [];
  }
}
