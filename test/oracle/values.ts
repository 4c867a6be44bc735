import type { IovIter, KernelBuffer } from '../../server/src/semantics/machine/iterators.ts';
import type { Page } from '../../server/src/semantics/machine/pages.ts';
import type { Call, IntegerType, Operator } from './ast.ts';

/** The program has no defined meaning: it is no case for a comparison. */
export class Meaningless extends Error {}

/** A place for page pointers. Slots: a page, NULL, or undefined for what was never written. */
export interface Memory {
  readonly slots: (Page | null | undefined)[];
  /** `caller`: outlives the function. */
  readonly owner: 'local' | 'caller' | 'kmalloc' | 'kvmalloc';
  freed: boolean;
  /** Somebody else has taken it over, with its pages. */
  isTaken: boolean;
  /** What acquisitions have made of it: none yet, none that got a page, or one that did. */
  state: 'unasked' | 'asked' | 'filled';
}

export interface Integer {
  readonly kind: 'integer';
  readonly type: IntegerType;
  readonly value: bigint;
}

/** An iov_iter; `isGiven`: the caller made it, and the function cannot know of which kind. */
export interface IteratorCell {
  iter: IovIter | undefined;
  readonly isGiven: boolean;
}

export type Value =
  | Integer
  | { readonly kind: 'null' }
  /** `memory`: where the pointer was read. */
  | { readonly kind: 'page'; readonly page: Page | undefined; readonly memory: Memory }
  | { readonly kind: 'pages'; readonly memory: Memory; readonly offset: number }
  /** The address of a `struct page **` variable. */
  | { readonly kind: 'cell'; readonly cell: Cell }
  | { readonly kind: 'iterator'; readonly iterator: IteratorCell }
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'user'; readonly address: bigint }
  | { readonly kind: 'buffer'; readonly buffer: KernelBuffer };

/** A variable, or a member of an object. */
export interface Cell {
  value: Value | undefined;
}

/** The object that the function is given; it outlives it. */
export interface Request {
  readonly pages: Cell;
  readonly nr: Cell;
  readonly page: Memory;
}

/** Room for page pointers, none written yet. */
export const newMemory = (length: number, owner: Memory['owner']): Memory => ({
  slots: new Array(length),
  owner,
  freed: false,
  isTaken: false,
  state: 'unasked',
});

/** Where a hold came from and what became of it. */
export interface Hold {
  readonly page: Page;
  readonly kind: 'pin' | 'get' | 'none';
  readonly acquisition: Call;
  readonly isConditional: boolean;
  readonly memory: Memory;
  status: 'held' | 'dropped' | 'consumed';
}

const BITS: Readonly<Record<IntegerType, readonly [bits: number, signed: boolean]>> = {
  bool: [1, false],
  int: [32, true],
  'unsigned int': [32, false],
  long: [64, true],
  ssize_t: [64, true],
  'unsigned long': [64, false],
  size_t: [64, false],
};

export const integer = (value: bigint | number, type: IntegerType = 'int'): Integer => {
  const [bits, signed] = BITS[type];
  if (type === 'bool') return { kind: 'integer', type, value: BigInt(value) === 0n ? 0n : 1n };
  const wrapped = signed ? BigInt.asIntN(bits, BigInt(value)) : BigInt.asUintN(bits, BigInt(value));
  return { kind: 'integer', type, value: wrapped };
};

/** The usual arithmetic conversions of C on LP64. */
function commonType(left: IntegerType, right: IntegerType): IntegerType {
  const ranks = [left, right].map(type => BITS[type]);
  const wide = ranks.filter(([bits]) => bits === 64);
  if (wide.length > 0) return wide.some(([, signed]) => !signed) ? 'unsigned long' : 'long';
  return ranks.some(([bits, signed]) => bits === 32 && !signed) ? 'unsigned int' : 'int';
}

/** An operation on two integers as C computes it. */
export function compute(left: Integer, operator: Operator, right: Integer): Integer {
  const type = commonType(left.type, right.type);
  const a = integer(left.value, type).value;
  const b = integer(right.value, type).value;
  switch (operator) {
    case '+':
      return integer(a + b, type);
    case '-':
      return integer(a - b, type);
    case '*':
      return integer(a * b, type);
    case '<':
      return integer(Number(a < b));
    case '<=':
      return integer(Number(a <= b));
    case '>':
      return integer(Number(a > b));
    case '>=':
      return integer(Number(a >= b));
    case '==':
      return integer(Number(a === b));
    case '!=':
      return integer(Number(a !== b));
    default:
      throw new Meaningless(`${operator} is no arithmetic`);
  }
}

/** Whether a condition holds. @throws Meaningless for a page pointer that was never written */
export function isTrue(value: Value): boolean {
  if (value.kind === 'integer') return value.value !== 0n;
  if (value.kind === 'page' && value.page === undefined) throw new Meaningless('a pointer never written');
  return value.kind !== 'null';
}

export function isSame(left: Value, right: Value): boolean {
  return !isTrue(left) || !isTrue(right) ? isTrue(left) === isTrue(right) : left === right;
}
