import type { CallInstruction, Expression, FunctionModel, Instruction, Program } from '../program/model.ts';

/**
 * The members of what a parameter points to that a function may write, where that can be read off its body: it uses the
 * pointer to reach members, and gives it to nobody else. Undefined: it may write all of it.
 */
export function writtenMembers(
  program: Program,
  callee: string | undefined,
  at: number,
): ReadonlySet<string> | undefined {
  const model = callee === undefined ? undefined : program.functions.get(callee);
  if (!model?.parameters[at]) return;
  const known = found.get(model) ?? new Map<number, ReadonlySet<string> | undefined>();
  found.set(model, known);
  if (!known.has(at)) known.set(at, new Writes(program, model, at).members());
  return known.get(at);
}

const found = new WeakMap<FunctionModel, Map<number, ReadonlySet<string> | undefined>>();

class Writes {
  private readonly written = new Set<string>();
  private readonly name: RegExp;
  private readonly id: number;
  private isLost = false;

  constructor(
    private readonly program: Program,
    private readonly model: FunctionModel,
    at: number,
  ) {
    const { id, name } = model.parameters[at]!;
    this.id = id;
    this.name = new RegExp(`\\b${name}\\b`);
  }

  members(): ReadonlySet<string> | undefined {
    for (const { instructions, terminator } of this.model.blocks) {
      for (const instruction of instructions) this.instruction(instruction);
      if (terminator.kind === 'branch') this.read(terminator.condition);
      else if (terminator.kind === 'switch') this.read(terminator.value);
      else if (terminator.kind === 'return' && terminator.value) this.read(terminator.value);
    }
    return this.isLost ? undefined : this.written;
  }

  private instruction(instruction: Instruction): void {
    switch (instruction.kind) {
      case 'assign':
        this.write(instruction.place);
        this.read(instruction.value);
        break;
      case 'zero':
        this.write(instruction.place);
        break;
      case 'call':
        this.call(instruction);
        break;
      default:
    }
  }

  /** What is called by name, but not in view, may be a macro that writes to its arguments. */
  private call({ callee, target, arguments: values }: CallInstruction): void {
    const isFunction = callee !== undefined && this.program.functions.has(callee);
    if (target) this.read(target);
    for (const value of values) {
      if (!isFunction) this.write(value);
      this.read(value);
    }
  }

  private write(place: Expression): void {
    switch (place.kind) {
      case 'dereference':
        if (this.isParameter(place.pointer)) this.isLost = true;
        break;
      case 'member':
        if (this.isObject(place.object)) this.written.add(place.member);
        else this.write(place.object);
        break;
      case 'index':
        this.write(place.array);
        break;
      case 'cast':
        this.write(place.operand);
        break;
      default:
    }
    this.read(place);
  }

  /** The bare pointer may go anywhere; what is read through it leaves everything as it was. */
  private read(expression: Expression): void {
    switch (expression.kind) {
      case 'variable':
        if (this.isParameter(expression)) this.isLost = true;
        break;
      case 'dereference':
        if (!this.isParameter(expression.pointer)) this.read(expression.pointer);
        break;
      case 'member':
        if (this.isObject(expression.object)) {
          // An array stands for its address, through which others may write to it.
          if (expression.type.kind === 'array') this.written.add(expression.member);
        } else this.read(expression.object);
        break;
      case 'index':
        if (!this.isMemberArray(expression.array)) this.read(expression.array);
        this.read(expression.index);
        break;
      case 'address':
        this.write(expression.of);
        break;
      case 'unary':
      case 'cast':
        this.read(expression.operand);
        break;
      case 'binary':
        this.read(expression.left);
        this.read(expression.right);
        break;
      case 'opaque': {
        const { start, end } = expression.span;
        if (this.name.test(this.program.text.slice(start, end))) this.isLost = true;
        break;
      }
      default:
    }
  }

  private isParameter(expression: Expression): boolean {
    return expression.kind === 'variable' && expression.variable.id === this.id;
  }

  private isObject(expression: Expression): boolean {
    return expression.kind === 'dereference' && this.isParameter(expression.pointer);
  }

  private isMemberArray(expression: Expression): boolean {
    return expression.kind === 'member' && this.isObject(expression.object);
  }
}
