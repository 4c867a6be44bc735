import type {
  CallInstruction,
  Expression,
  FunctionModel,
  Instruction,
  Program,
  Terminator,
} from '../program/model.ts';
import { isPointerToStruct, PAGE_TAGS } from '../program/types.ts';
import type { Effect } from '../semantics/effects.ts';
import type { EffectTable } from '../semantics/table.ts';

/** Calls below a function that are looked at. */
const MAX_DEPTH = 3;

/**
 * Whether a function of the file only looks at the pages that a parameter leads to, as far as its body shows: it gives
 * them to calls that keep nothing, and stores or returns nothing that leads to them.
 * @param at the parameter's place, from 0.
 */
export function isBorrowed(
  program: Program,
  table: EffectTable,
  callee: string | undefined,
  at: number,
  depth = 0,
): boolean {
  const model = callee === undefined ? undefined : program.functions.get(callee);
  const parameter = model?.parameters[at];
  if (!model || !parameter || depth > MAX_DEPTH) return false;
  if (![1, 2].some(stars => isPointerToStruct(parameter.type, PAGE_TAGS, stars))) return false;
  return new Use(program, table, model, at, depth).isHarmless();
}

class Use {
  private readonly id: number;
  private readonly name: RegExp;

  constructor(
    private readonly program: Program,
    private readonly table: EffectTable,
    private readonly model: FunctionModel,
    at: number,
    private readonly depth: number,
  ) {
    const { id, name } = model.parameters[at]!;
    this.id = id;
    this.name = new RegExp(`\\b${name}\\b`);
  }

  isHarmless(): boolean {
    return this.model.blocks.every(
      ({ instructions, terminator }) =>
        instructions.every(each => this.isHarmlessInstruction(each)) && this.isHarmlessEnd(terminator),
    );
  }

  private isHarmlessInstruction(instruction: Instruction): boolean {
    if (instruction.kind === 'call') return this.isHarmlessCall(instruction);
    if (instruction.kind !== 'assign') return true;
    return !this.leadsThere(instruction.value) || this.isItself(instruction.place);
  }

  private isHarmlessEnd(terminator: Terminator): boolean {
    return terminator.kind !== 'return' || !terminator.value || !this.leadsThere(terminator.value);
  }

  private isHarmlessCall(call: CallInstruction): boolean {
    return call.arguments.every((argument, at) => {
      if (!this.leadsThere(argument)) return true;
      const { callee } = call;
      const row = callee === undefined ? undefined : this.table.row(callee);
      if (row) return row.effects.every(keepsNothing);
      return isBorrowed(this.program, this.table, callee, at, this.depth + 1);
    });
  }

  private isItself(place: Expression): boolean {
    return place.kind === 'variable' && place.variable.id === this.id;
  }

  /** Whether a value is, or may lead to, what the parameter points to. A comparison is a number. */
  private leadsThere(expression: Expression): boolean {
    switch (expression.kind) {
      case 'variable':
        return this.isItself(expression);
      case 'dereference':
        return this.leadsThere(expression.pointer);
      case 'member':
        return this.leadsThere(expression.object);
      case 'index':
        return this.leadsThere(expression.array);
      case 'address':
        return this.leadsThere(expression.of);
      case 'unary':
        return expression.operator !== '!' && this.leadsThere(expression.operand);
      case 'cast':
        return this.leadsThere(expression.operand);
      case 'binary':
        return (
          /^[+\-|&]$/.test(expression.operator) &&
          [expression.left, expression.right].some(each => this.leadsThere(each))
        );
      case 'opaque':
        return this.name.test(this.program.text.slice(expression.span.start, expression.span.end));
      default:
        return false;
    }
  }
}

/** A mapping is for the callee itself; what is made a number may be kept. */
const keepsNothing = (effect: Effect): boolean =>
  /^(borrow|dirty|query)$/.test(effect.kind) || (effect.kind === 'view' && effect.contents === true);
