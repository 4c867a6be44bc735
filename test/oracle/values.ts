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
  /** Somebody had taken it over, and a callback got it back. */
  isReturned?: boolean;
  /** What acquisitions have made of it: none yet, none that got a page, or one that did. */
  state: 'unasked' | 'asked' | 'filled';
  /** What the call said that was to take it over. */
  answer?: Answer;
  /** The first slot that no acquisition was ever asked to fill. */
  askedUpTo: number;
}

export interface Integer {
  readonly kind: 'integer';
  readonly type: IntegerType;
  readonly value: bigint;
  /** The answer of a call that takes pages over: whoever computes with it has looked at it. */
  readonly answer?: Answer;
  /** An error code where bytes or pages were expected, or a sum with one. */
  readonly error?: 'bytes' | 'pages' | 'sum';
}

/** What a call said that was to take pages over. */
export interface Answer {
  wasLookedAt: boolean;
}

/** An iov_iter; `isGiven`: the caller made it, and the function cannot know of which kind. */
export interface IteratorCell {
  iter: IovIter | undefined;
  readonly isGiven: boolean;
}

export type Value =
  | Integer
  | { readonly kind: 'null' }
  /** `memory`, `at`: where the pointer was read. */
  | {
      readonly kind: 'page';
      readonly page: Page | undefined;
      readonly memory: Memory;
      readonly at: number;
    }
  | { readonly kind: 'pages'; readonly memory: Memory; readonly offset: number }
  /** The address of a `struct page **` variable. */
  | { readonly kind: 'cell'; readonly cell: Cell }
  | { readonly kind: 'iterator'; readonly iterator: IteratorCell }
  | { readonly kind: 'object'; readonly object: KernelObject }
  | { readonly kind: 'function'; readonly name: string }
  /** ERR_PTR() */
  | { readonly kind: 'error'; readonly code: bigint }
  | { readonly kind: 'user'; readonly address: bigint }
  | { readonly kind: 'buffer'; readonly buffer: KernelBuffer };

/** A variable, or a member of an object. */
export interface Cell {
  value: Value | undefined;
}

/** A struct request or struct buffer. */
export interface KernelObject {
  /** `caller`: outlives the function. */
  readonly owner: 'caller' | 'kmalloc';
  freed: boolean;
  /** Somebody else has taken it over, with its pages. */
  isTaken: boolean;
  readonly pages: Cell;
  readonly nr: Cell;
  readonly pinned: Cell;
  readonly buffer: Cell;
  /** The function that its work item runs. */
  work?: string;
  readonly page: Memory;
  readonly slots: Memory;
}

/** Slots of an array in an object. */
const OBJECT_SLOTS = 8;

/** @param isZeroed as kzalloc() gives it; an object of the caller holds what nobody may read. */
export function newObject(owner: KernelObject['owner'], isZeroed: boolean): KernelObject {
  const cell = (value: Value): Cell => ({ value: isZeroed ? value : undefined });
  const object: KernelObject = {
    owner,
    freed: false,
    isTaken: false,
    pages: cell({ kind: 'null' }),
    nr: integerCell('int', cell(integer(0))),
    pinned: integerCell('bool', cell(integer(0, 'bool'))),
    buffer: cell({ kind: 'null' }),
    page: newMemory(1, owner),
    slots: newMemory(OBJECT_SLOTS, owner),
  };
  if (isZeroed) for (const memory of [object.page, object.slots]) memory.slots.fill(null);
  return object;
}

/** The places for page pointers that an object leads to. */
export function memoriesOf(object: KernelObject): Memory[] {
  const memories = [object.page, object.slots];
  const { value } = object.pages;
  if (value?.kind === 'pages' && !value.memory.freed) memories.push(value.memory);
  const inner = object.buffer.value;
  if (inner?.kind === 'object' && !inner.object.freed) memories.push(...memoriesOf(inner.object));
  return memories;
}

/** A place for numbers: what is stored is converted to its type. */
export function integerCell(type: IntegerType, { value: first }: Cell = { value: undefined }): Cell {
  let held = first;
  return {
    get value() {
      return held;
    },
    set value(value: Value | undefined) {
      held = value && converted(asInteger(value), type);
    },
  };
}

export function asInteger(value: Value): Integer {
  if (value.kind !== 'integer') throw new Meaningless('a number is wanted');
  return value;
}

/** A number in a variable of another type; it is still the same answer. */
export const converted = (value: Integer, type: IntegerType): Integer =>
  value.type === type ? value : { ...integer(value.value, type), answer: value.answer, error: value.error };

/** Room for page pointers, none written yet. */
export const newMemory = (length: number, owner: Memory['owner']): Memory => ({
  slots: new Array(length),
  owner,
  freed: false,
  isTaken: false,
  state: 'unasked',
  askedUpTo: 0,
});

/** Where a hold came from and what became of it. */
export interface Hold {
  readonly page: Page;
  readonly kind: 'pin' | 'get' | 'none';
  readonly acquisition: Call;
  readonly isConditional: boolean;
  readonly memory: Memory;
  status: 'held' | 'dropped' | 'consumed';
  /** What the call said that was to take it over. */
  answer?: Answer;
  /** Somebody had taken it over, and a callback got it back. */
  isReturned?: boolean;
  /** Pinned with FOLL_WRITE. */
  readonly isWritable?: boolean;
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
  if (left === right && left !== 'bool') return left;
  const ranks = [left, right].map(type => BITS[type]);
  const wide = ranks.filter(([bits]) => bits === 64);
  if (wide.length > 0) return wide.some(([, signed]) => !signed) ? 'unsigned long' : 'long';
  return ranks.some(([bits, signed]) => bits === 32 && !signed) ? 'unsigned int' : 'int';
}

/** An operation on two integers as C computes it. */
export function compute(left: Integer, operator: Operator, right: Integer): Integer {
  for (const { answer } of [left, right]) if (answer) answer.wasLookedAt = true;
  const type = commonType(left.type, right.type);
  const errors = [left.error, right.error].filter(Boolean);
  const isSum = /[+*-]/.test(operator);
  if (isSum && errors.includes('bytes')) throw new Meaningless('an error code in a sum of bytes');
  // Where it ends is a matter of very large numbers.
  if (!isSum && errors.includes('sum') && !BITS[type][1])
    throw new Meaningless('an error code in an unsigned sum');
  const sum = (value: bigint): Integer => ({
    ...integer(value, type),
    error: errors.length > 0 ? 'sum' : undefined,
  });
  const a = integer(left.value, type).value;
  const b = integer(right.value, type).value;
  switch (operator) {
    case '+':
      return sum(a + b);
    case '-':
      return sum(a - b);
    case '*':
      return sum(a * b);
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
  if (value.kind === 'integer') {
    if (value.answer) value.answer.wasLookedAt = true;
    return value.value !== 0n;
  }
  if (value.kind === 'page' && value.page === undefined) throw new Meaningless('a pointer never written');
  return value.kind !== 'null';
}

export function isSame(left: Value, right: Value): boolean {
  if (!isTrue(left) || !isTrue(right)) return isTrue(left) === isTrue(right);
  return left.kind === 'page' && right.kind === 'page' ? left.page === right.page : left === right;
}
