import type {
  CallInstruction,
  Expression,
  FunctionModel,
  Instruction,
  Program,
  Terminator,
  Variable,
} from '../program/model.ts';
import { isPointerToStruct, PAGE_TAGS, type Type } from '../program/types.ts';
import type { Effect } from '../semantics/effects.ts';
import type { EffectTable } from '../semantics/table.ts';
import { mayCarry } from './locations.ts';

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
  if (!model || !parameter || depth > MAX_DEPTH || !isFollowed(parameter.type)) return false;
  if (depth > 0) return new Use(program, table, model, parameter, depth).isHarmless();
  const known = found.get(model) ?? new Map<number, boolean>();
  found.set(model, known);
  if (!known.has(at)) known.set(at, new Use(program, table, model, parameter, depth).isHarmless());
  return known.get(at)!;
}

const found = new WeakMap<FunctionModel, Map<number, boolean>>();

/** A page, an array of pages, or an object. */
const isFollowed = (type: Type): boolean =>
  isPointerToStruct(type, PAGE_TAGS, 2) || (type.kind === 'pointer' && type.to.kind === 'struct');

class Use {
  /** The parameter, and the locals that got something which leads to the pages. */
  private readonly leading = new Map<number, RegExp>();
  private isUsed = false;

  constructor(
    private readonly program: Program,
    private readonly table: EffectTable,
    private readonly model: FunctionModel,
    parameter: Variable,
    private readonly depth: number,
  ) {
    this.add(parameter);
  }

  /** A body that does not so much as look at the parameter is a stub: it says nothing of what stands for it elsewhere. */
  isHarmless(): boolean {
    for (let size = 0; size < this.leading.size; ) {
      size = this.leading.size;
      const isHarmless = this.model.blocks.every(
        ({ instructions, terminator }) =>
          instructions.every(each => this.isHarmlessInstruction(each)) && this.isHarmlessEnd(terminator),
      );
      if (!isHarmless) return false;
    }
    return this.isUsed;
  }

  private add({ id, name }: Variable): void {
    this.leading.set(id, new RegExp(`\\b${name}\\b`));
  }

  private isHarmlessInstruction(instruction: Instruction): boolean {
    if (instruction.kind === 'call') return this.isHarmlessCall(instruction);
    if (instruction.kind !== 'assign') return true;
    const { place, value } = instruction;
    this.leadsThere(place);
    if (!mayCarry(value.type) || !this.leadsThere(value)) return true;
    if (place.kind !== 'variable') return false;
    this.add(place.variable);
    return true;
  }

  private isHarmlessEnd(terminator: Terminator): boolean {
    if (terminator.kind === 'branch') this.leadsThere(terminator.condition);
    return (
      terminator.kind !== 'return' ||
      !terminator.value ||
      !mayCarry(this.model.returnType) ||
      !this.leadsThere(terminator.value)
    );
  }

  /** A number made of a page is followed as the page is. */
  private isHarmlessCall(call: CallInstruction): boolean {
    return call.arguments.every((argument, at) => {
      if (!mayCarry(argument.type) || !this.leadsThere(argument)) return true;
      const { callee, result } = call;
      const row = callee === undefined ? undefined : this.table.row(callee);
      if (!row) return isBorrowed(this.program, this.table, callee, at, this.depth + 1);
      if (result && row.effects.some(effect => isNaming(effect, result))) this.add(result);
      return row.effects.every(effect => effect.kind === 'view' || keepsNothing(effect));
    });
  }

  /** Whether a value is, or may lead to, what the parameter points to. A comparison is a number. */
  private leadsThere(expression: Expression): boolean {
    switch (expression.kind) {
      case 'variable': {
        const leads = this.leading.has(expression.variable.id);
        this.isUsed ||= leads;
        return leads;
      }
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
      case 'opaque': {
        const text = this.program.text.slice(expression.span.start, expression.span.end);
        return [...this.leading.values()].some(name => name.test(text));
      }
      default:
        return false;
    }
  }
}

const keepsNothing = (effect: Effect): boolean => /^(borrow|dirty|query)$/.test(effect.kind);

/** What it returns names the page and may be kept: a pfn, a bus address. The address of a mapping is for who made it. */
const isNaming = (effect: Effect, result: Variable): boolean =>
  effect.kind === 'view' && !(effect.contents && result.type.kind === 'pointer');
