import type { Expression } from '../program/model.ts';
import { commonType, type Type } from '../program/types.ts';
import { eitherBits, isNamedConstant, relevantBits } from './bits.ts';
import type { Context } from './context.ts';
import type { Frame } from './frames.ts';
import { Memory } from './memory.ts';
import type { Place } from './places.ts';
import type { State } from './state.ts';
import { asNumber, type Term } from './terms.ts';

export const PAGE_SIZE = 4096;
/** include/linux/err.h: errors are from -4095 to -1. */
export const MAX_ERRNO = 4095;
const INFINITY = Number.POSITIVE_INFINITY;

/** Macros and constants whose value matters and is the same on the 64-bit machines with 4 KiB pages we speak of. */
export const CONSTANTS: Readonly<Record<string, number>> = {
  PAGE_SIZE,
  PAGE_SHIFT: 12,
  PAGE_MASK: -PAGE_SIZE,
  SZ_4K: 4096,
  UIO_FASTIOV: 8,
  TRUE: 1,
  FALSE: 0,
  ITER_SOURCE: 1,
  ITER_DEST: 0,
  WRITE: 1,
  READ: 0,
  INT_MAX: 2 ** 31 - 1,
  U32_MAX: 2 ** 32 - 1,
  UINT_MAX: 2 ** 32 - 1,
  LONG_MAX: Number.POSITIVE_INFINITY,
  ULONG_MAX: Number.POSITIVE_INFINITY,
  SIZE_MAX: Number.POSITIVE_INFINITY,
};

/** Evaluates the expressions of one activation in one state. */
export class Values extends Memory {
  constructor(
    context: Context,
    state: State,
    readonly frame: Frame,
  ) {
    super(context, state);
  }

  place(expression: Expression): Place {
    const { places } = this.context;
    switch (expression.kind) {
      case 'variable':
        return places.local(this.frame.key, expression.variable.id, expression.variable.type);
      case 'global':
        return places.global(expression.name, expression.type);
      case 'dereference':
        return places.target(this.value(expression.pointer), expression.type);
      case 'member':
        return places.member(this.place(expression.object), expression.member, expression.type);
      case 'index': {
        const array = this.value(expression.array);
        if (array.kind !== 'linear') this.context.pointers.add(array);
        const address = this.terms.add(array, this.value(expression.index));
        return places.target(address, expression.type);
      }
      case 'cast':
        return this.place(expression.operand);
      case 'address':
        return places.target(this.value(expression), expression.type);
      default:
        return places.global(`?${expression.span.start}`, expression.type);
    }
  }

  value(expression: Expression): Term {
    const term = this.evaluate(expression);
    if (expression.type.kind === 'pointer' && term.kind !== 'linear') this.context.pointers.add(term);
    return term;
  }

  private evaluate(expression: Expression): Term {
    switch (expression.kind) {
      case 'constant':
        return this.terms.constant(expression.value);
      case 'string':
        return this.terms.address(`string@${expression.span.start}`, true);
      case 'global':
        return this.global(expression);
      case 'variable':
      case 'dereference':
      case 'member':
      case 'index': {
        const place = this.place(expression);
        if (expression.type.kind === 'array') return this.terms.address(place.key, true);
        if (expression.type.kind === 'struct') return this.terms.address(place.key, false);
        return this.load(place);
      }
      case 'address': {
        const place = this.place(expression.of);
        return this.addressOf(place, expression.of.type.kind === 'array');
      }
      case 'unary':
        return this.unary(expression.operator, this.value(expression.operand));
      case 'binary':
        return this.binary(expression);
      case 'cast':
        return this.convert(this.value(expression.operand), expression.operand.type, expression.type);
      case 'opaque':
        return this.fresh(`opaque${this.frame.key}@${expression.span.start}`, expression.type);
    }
  }

  private global(expression: Expression & { kind: 'global' }): Term {
    const { name } = expression;
    if (Object.hasOwn(CONSTANTS, name) && Number.isFinite(CONSTANTS[name]))
      return this.terms.constant(CONSTANTS[name]!);
    if (/^E[A-Z0-9]+$/.test(name)) {
      const error = this.terms.symbol(`errno:${name}`);
      this.state.facts.assume(error, 1, MAX_ERRNO);
      return error;
    }
    if (/(^|_)SUCCESS$/.test(name)) return this.terms.constant(0);
    if (/_ERROR(_|$)/.test(name)) this.state.facts.assume(this.terms.symbol(`global:${name}`), -INFINITY, -1);
    const { enumerators, functions } = this.context.program;
    if (/^[A-Z0-9_]+$/.test(name) || enumerators.has(name) || functions.has(name))
      return this.terms.symbol(`global:${name}`);
    const place = this.context.places.global(name, expression.type);
    if (expression.type.kind === 'array') return this.terms.address(place.key, true);
    if (expression.type.kind === 'struct') return this.terms.address(place.key, false);
    return this.load(place);
  }

  private unary(operator: '-' | '~' | '!', operand: Term): Term {
    if (operator === '-') return this.terms.scale(operand, -1);
    const number = asNumber(operand);
    if (operator === '!')
      return number === undefined ? this.negation(operand) : this.terms.constant(number === 0 ? 1 : 0);
    return number === undefined ? this.terms.operation('~', operand) : this.terms.constant(-number - 1);
  }

  private negation(operand: Term): Term {
    if (this.state.facts.isZero(operand)) return this.terms.constant(1);
    if (this.state.facts.isNonZero(operand)) return this.terms.constant(0);
    return this.terms.operation('!', operand);
  }

  private binary(expression: Expression & { kind: 'binary' }): Term {
    const left = this.value(expression.left);
    const right = this.value(expression.right);
    const operator = expression.operator;
    // Nobody adds to a NULL pointer.
    if (expression.type.kind === 'pointer' && left.kind !== 'linear') this.state.facts.assumeNot(left, 0);
    if (operator === '+' || operator === '-') return this.terms.add(left, right, operator === '+' ? 1 : -1);
    if (/^[=!<>]/.test(operator) && operator !== '<<' && operator !== '>>') {
      const common = commonType(expression.left.type, expression.right.type);
      const a = common ? this.convert(left, expression.left.type, common) : left;
      const b = common ? this.convert(right, expression.right.type, common) : right;
      return this.comparison(operator, a, b);
    }
    return this.arithmetic(operator, left, right);
  }

  private comparison(operator: string, left: Term, right: Term): Term {
    switch (operator) {
      case '==':
        return this.terms.operation('==', this.terms.subtract(left, right));
      case '!=':
        return this.terms.operation('!', this.terms.operation('==', this.terms.subtract(left, right)));
      case '<':
        return this.terms.operation('<', left, right);
      case '>':
        return this.terms.operation('<', right, left);
      case '<=':
        return this.terms.operation('<=', left, right);
      default:
        return this.terms.operation('<=', right, left);
    }
  }

  /** Products and quotients by constants keep their shape, so that every spelling of a page count is one term. */
  arithmetic(operator: string, left: Term, right: Term): Term {
    const a = asNumber(left);
    const b = asNumber(right);
    if (operator === '*' && b !== undefined) return this.terms.scale(left, b);
    if (operator === '*' && a !== undefined) return this.terms.scale(right, a);
    if (operator === '<<' && b !== undefined && b >= 0 && b < 53) return this.terms.scale(left, 2 ** b);
    if (operator === '>>' && b !== undefined && b >= 0 && b < 53) return this.quotient(left, 2 ** b);
    if (operator === '/' && b !== undefined && b > 0) return this.quotient(left, b);
    if (operator === '%' && a !== undefined && b !== undefined && b > 0) return this.terms.constant(a % b);
    if (operator === '|') return eitherBits(this.terms, left, right);
    if (operator === '&') return this.intersection(left, right);
    if (operator === '^' && left.id > right.id) return this.terms.operation(operator, right, left);
    return this.terms.operation(operator, left, right);
  }

  /** `left & right`. */
  private intersection(left: Term, right: Term): Term {
    const [a, b] = [asNumber(left), asNumber(right)];
    if (a === 0 || b === 0) return this.number(0);
    if (a !== undefined && b !== undefined && a > 0 && b > 0 && a < 2 ** 31 && b < 2 ** 31)
      return this.number(a & b);
    if (left === right) {
      // A named bit that is set is one.
      if (isNamedConstant(left)) this.state.facts.assumeNot(left, 0);
      return left;
    }
    const value = relevantBits(this.terms, left, right);
    if (value !== left) return this.intersection(value, right);
    const mask = relevantBits(this.terms, right, left);
    if (mask !== right) return this.intersection(left, mask);
    // x & (PAGE_SIZE - 1) and offset_in_page(x) are the same question.
    if (b !== undefined && b > 0 && Number.isInteger(Math.log2(b + 1)))
      return this.terms.operation('%', left, this.number(b + 1));
    return left.id > right.id
      ? this.terms.operation('&', right, left)
      : this.terms.operation('&', left, right);
  }

  /** The name of a local or parameter that holds exactly this value now. */
  nameOf(term: Term): string | undefined {
    for (const [key, value] of this.state.memory) {
      if (value !== term || !key.startsWith(`v${this.frame.key}:`)) continue;
      const id = Number(key.slice(`v${this.frame.key}:`.length));
      const name = this.context.variableName(this.frame.function, id);
      if (name) return name;
    }
    return;
  }

  number(value: number): Term {
    return this.terms.constant(value);
  }

  sum(left: Term, right: Term): Term {
    return this.terms.add(left, right);
  }

  difference(left: Term, right: Term): Term {
    return this.terms.subtract(left, right);
  }

  plus(term: Term, amount: number): Term {
    return this.terms.plus(term, amount);
  }

  operation(operator: string, ...operands: readonly Term[]): Term {
    return this.terms.operation(operator, ...operands);
  }

  isNegative(term: Term): Term {
    return this.terms.operation('<', term, this.number(0));
  }

  isAtMostZero(term: Term): Term {
    return this.terms.operation('<=', term, this.number(0));
  }

  quotient(term: Term, divisor: number): Term {
    if (divisor === 1) return term;
    const number = asNumber(term);
    if (number !== undefined) return this.terms.constant(Math.floor(number / divisor));
    if (term.kind === 'linear') {
      const isMultiple =
        term.constant % divisor === 0 && [...term.parts.values()].every(part => part % divisor === 0);
      if (isMultiple) {
        let result: Term = this.terms.constant(term.constant / divisor);
        for (const [atom, coefficient] of term.parts)
          result = this.terms.add(result, atom, coefficient / divisor);
        return result;
      }
    }
    return this.terms.operation('/', term, this.terms.constant(divisor));
  }

  /** Pages that `bytes` bytes touch from `offset` bytes into the first: ceil((offset + bytes) / PAGE_SIZE). */
  pagesCovered(offset: Term, bytes: Term): Term {
    return this.quotient(this.terms.plus(this.terms.add(offset, bytes), PAGE_SIZE - 1), PAGE_SIZE);
  }

  /** C's conversion to an integer type. Only the loss of a sign changes a value here; truncation is not modelled. */
  convert(term: Term, from: Type, to: Type): Term {
    if (to.kind !== 'integer' || asNumber(term) !== undefined) return term;
    if (to.bits === 1) return isTruth(term) ? term : this.negation(this.negation(term));
    const inner = term.kind === 'operation' && term.operator === 'unsigned' ? term.operands[0]! : undefined;
    if (to.signed) return inner ?? term;
    if (inner) return term;
    const { low } = this.state.facts.bounds(term);
    const isSigned = from.kind === 'integer' ? from.signed : Number.isFinite(low);
    return isSigned && low < 0 ? this.terms.operation('unsigned', term) : term;
  }
}

function isTruth(term: Term): boolean {
  return term.kind === 'operation' && /^(==|<|<=|!|kinds)$/.test(term.operator);
}
