import { type Hold, type IteratorKind, USER_BACKED_KINDS } from '../semantics/holds.ts';
import { ITERATOR_TYPES } from '../semantics/operations.ts';
import type { Context } from './context.ts';
import { DEST, directionTerm, kindsOf, SOURCE } from './iterators.ts';
import type { PageSet, State } from './state.ts';
import { type OperationAtom, PAGES_OVER, type PageAtom, type Term } from './terms.ts';
import { ownerOf } from './unwritten.ts';

const INFINITY = Number.POSITIVE_INFINITY;
/** A negative number converted to an unsigned type is larger than any count. */
const HUGE = 2 ** 31;

/**
 * Takes a branch: the states in which `condition` is non-zero (or zero).
 * More than one where C's conversions make two ranges of one comparison; none where the branch cannot be taken.
 */
export function assume(context: Context, state: State, condition: Term, isTrue: boolean): State[] {
  if (condition.kind === 'page') {
    const states = assumeSlot(context, state, condition, isTrue);
    if (states) return states;
  }
  if (condition.kind === 'operation') {
    switch (condition.operator) {
      case 'mode':
        return assumeMode(context, state, condition, 'none', !isTrue);
      case '!':
        return assume(context, state, condition.operands[0]!, !isTrue);
      case '==':
      case '<':
      case '<=':
        return assumeComparison(context, state, condition, isTrue);
      case 'kinds':
        return assumeKinds(context, state, condition, isTrue);
      case 'unsigned':
        return assume(context, state, condition.operands[0]!, isTrue);
      default:
    }
  }
  if (isInsideObject(context, condition)) return isTrue ? [state] : [];
  const holds = isTrue ? state.facts.assumeNot(condition, 0) : state.facts.assume(condition, 0, 0);
  return holds ? [state] : [];
}

/**
 * A pointer to which something was added: it leads into an array, and is not NULL. A difference says less: what is
 * taken off may be another pointer, of a type that is not known.
 */
function isInsideObject(context: Context, term: Term): boolean {
  if (term.kind !== 'linear') return false;
  const pointers = [...term.parts].filter(([atom]) => context.isPointer(atom));
  return pointers.length === 1 && pointers[0]![1] === 1;
}

function assumeComparison(
  context: Context,
  state: State,
  condition: OperationAtom,
  isTrue: boolean,
): State[] {
  const converted = findConversion(condition);
  if (converted) return splitConversion(context, state, condition, converted, isTrue);
  const { facts } = state;
  const [left, right] = condition.operands;
  if (condition.operator === '==') {
    const type = typeTest(left!);
    if (type) return narrowKinds(context, state, type.iterator, kind => (kind === type.kind) === isTrue);
    if (left!.kind === 'page') {
      const states = assumeSlot(context, state, left!, !isTrue);
      if (states) return states;
    }
    const asked = askedMode(left!);
    if (asked) return assumeMode(context, state, asked.query, asked.hold, isTrue);
    if (isTrue && (facts.isNonZero(left!) || isDifferenceOfErrors(left!))) return [];
    const holds = isTrue ? facts.assume(left!, 0, 0) : facts.assumeNot(left!, 0);
    return holds ? [state] : [];
  }
  const difference = context.terms.subtract(left!, right!);
  const strict = condition.operator === '<';
  if (isTrue && strict && exceedsIterator(state, difference)) return [];
  const holds = isTrue
    ? facts.assume(difference, -INFINITY, strict ? -1 : 0)
    : facts.assume(difference, strict ? 0 : 1, INFINITY);
  return holds && settleChoices(context, state, difference) ? [state] : [];
}

/** What is learned of an order may decide which of two values a `min()` or `max()` from before was. */
function settleChoices(context: Context, { facts }: State, learned: Term): boolean {
  for (const choice of context.choices) {
    const [a, b] = choice.operands as [Term, Term];
    if (![...learned.parts.keys()].some(atom => a.parts.has(atom) || b.parts.has(atom))) continue;
    const smaller = facts.isAtMost(a, b) ? a : facts.isAtMost(b, a) ? b : undefined;
    if (!smaller) continue;
    const chosen = (choice.operator === 'min') === (smaller === a) ? a : b;
    if (!facts.assume(context.terms.subtract(choice, chosen), 0, 0)) return false;
  }
  return true;
}

/** More pages than an iterator runs over were obtained from it: a check that cannot fire. */
function exceedsIterator(state: State, difference: Term): boolean {
  for (const [atom, by] of difference.parts) {
    if (by !== 1 || atom.kind !== 'operation' || atom.operator !== PAGES_OVER) continue;
    for (const { iterator, obtained } of state.sets.values())
      if (
        iterator === atom.operands[0] &&
        [...obtained.parts].every(([part, n]) => difference.parts.get(part) === -n)
      )
        return obtained.parts.size > 0;
  }
  return false;
}

/** Names of one error code; every other pair is two numbers (include/uapi/asm-generic/errno.h, 6.12). */
const SAME_ERROR: Readonly<Record<string, string>> = { EWOULDBLOCK: 'EAGAIN', EDEADLOCK: 'EDEADLK' };

/** `rc == -EINVAL` where rc is -EFAULT. */
function isDifferenceOfErrors(difference: Term): boolean {
  if (difference.kind !== 'linear' || difference.constant !== 0 || difference.parts.size !== 2) return false;
  const names = [...difference.parts].map(([atom, by]) => {
    const name = atom.kind === 'symbol' && /^errno:(.*)/.exec(atom.name)?.[1];
    return name && Math.abs(by) === 1 ? (SAME_ERROR[name] ?? name) : undefined;
  });
  const isOpposed = [...difference.parts.values()].reduce((sum, by) => sum + by, 0) === 0;
  return isOpposed && names.every(name => name !== undefined) && names[0] !== names[1];
}

/** A conversion to unsigned of a number that may be negative splits the comparison in two. */
function splitConversion(
  context: Context,
  state: State,
  condition: OperationAtom,
  converted: OperationAtom,
  isTrue: boolean,
): State[] {
  const inner = converted.operands[0]!;
  const result: State[] = [];
  const positive = state.clone();
  if (positive.facts.assume(inner, 0, INFINITY))
    result.push(
      ...assume(context, positive, withoutConversion(context, condition, converted, inner), isTrue),
    );
  if (isCountOfCaller(state, inner)) return result;
  if (
    state.facts.assume(inner, -INFINITY, -1) &&
    hugeHolds(condition, converted) === isTrue &&
    assumeOrder(context, state, condition, isTrue)
  )
    result.push(state);
  return result;
}

/** A number from before the function that is compared as an unsigned one is a count: its caller gives none below 0. */
function isCountOfCaller(state: State, term: Term): boolean {
  if (term.kind !== 'symbol' || !/^(parameter|memory):/.test(term.name)) return false;
  return state.facts.bounds(term).low === -INFINITY;
}

/** Keeps the order of the operands as they are compared, converted ones among them. */
function assumeOrder(context: Context, state: State, condition: OperationAtom, isTrue: boolean): boolean {
  const [left, right] = condition.operands;
  if (condition.operator === '==' || !isTrue) return true;
  return state.facts.assume(
    context.terms.subtract(left!, right!),
    -INFINITY,
    condition.operator === '<' ? -1 : 0,
  );
}

/** Whether the comparison holds when the converted operand is huge. */
function hugeHolds(condition: OperationAtom, converted: OperationAtom): boolean {
  const [left, right] = condition.operands;
  if (condition.operator === '==') return false;
  const leftIsHuge = left === converted || (left!.kind === 'linear' && left!.parts.has(converted));
  const other = leftIsHuge ? right! : left!;
  // Both huge: their order is not known; the original order is as good as any.
  if (other.kind === 'linear' && other.parts.size === 0 && other.constant > HUGE) return leftIsHuge;
  return !leftIsHuge;
}

function withoutConversion(
  context: Context,
  term: OperationAtom,
  converted: OperationAtom,
  inner: Term,
): Term {
  const replace = (operand: Term): Term => {
    if (operand === converted) return inner;
    if (operand.kind !== 'linear') return operand;
    const coefficient = operand.parts.get(converted);
    if (coefficient === undefined) return operand;
    const without = context.terms.add(operand, converted, -coefficient);
    return context.terms.add(without, inner, coefficient);
  };
  return context.terms.operation(term.operator, ...term.operands.map(replace));
}

function findConversion(condition: OperationAtom): OperationAtom | undefined {
  for (const operand of condition.operands) {
    const atoms = operand.kind === 'linear' ? [...operand.parts.keys()] : [operand];
    for (const atom of atoms) if (atom.kind === 'operation' && atom.operator === 'unsigned') return atom;
  }
  return;
}

/** Whether a slot may be one of those that a call has filled. */
const mayHold = (state: State, set: PageSet, index: Term): boolean =>
  state.mayExist(set) && !state.facts.isAtMost(set.obtained, index);

/** A slot of an array that was zeroed is set exactly where the one call that fills the array has filled it. */
function assumeSlot(
  context: Context,
  state: State,
  { set: id, index }: PageAtom,
  isSet: boolean,
): State[] | undefined {
  const set = state.sets.get(id);
  const pointer = set?.pointer;
  if (!set || !pointer) return;
  // Who asks for NULL before a release knows that slots without a page are NULL.
  const isAsked = isSet && !ownerOf(context, pointer);
  if (isAsked && !mayHold(state, set, index)) return [];
  if (!state.mayExist(set) || !(isAsked || state.isZeroed(pointer))) return;
  for (const other of state.sets.values())
    if (other !== set && other.pointer === pointer && state.mayExist(other)) return;
  const difference = context.terms.subtract(index, set.obtained);
  const holds = isSet
    ? state.facts.assume(difference, -INFINITY, -1)
    : state.facts.assume(difference, 0, INFINITY);
  return holds ? [state] : [];
}

/** `iov_iter_extract_mode(…) == FOLL_PIN`, or == FOLL_GET. */
function askedMode(difference: Term): { query: OperationAtom; hold: Hold } | undefined {
  let query: OperationAtom | undefined;
  let hold: Hold = 'none';
  for (const atom of difference.parts.keys()) {
    if (atom.kind === 'operation' && atom.operator === 'mode') query = atom;
    else if (atom.kind === 'symbol' && atom.name === 'global:FOLL_PIN') hold = 'pin';
    else if (atom.kind === 'symbol' && atom.name === 'global:FOLL_GET') hold = 'get';
    else return;
  }
  const isAlone = difference.kind !== 'linear' || difference.constant === 0;
  return query && isAlone ? { query, hold } : undefined;
}

/** The mode is FOLL_PIN for a user-backed destination, FOLL_GET for a user-backed source, else 0 (include/linux/uio.h, v7). */
function assumeMode(
  context: Context,
  state: State,
  query: OperationAtom,
  hold: Hold,
  isTrue: boolean,
): State[] {
  const iterator = query.operands[0]!;
  const direction = directionTerm(context, state, iterator);
  const kinds = kindsOf(context, state, iterator);
  state.iterators.set(iterator, { kinds, direction });
  return (['pin', 'get', 'none'] as const)
    .filter(each => (each === hold) === isTrue)
    .flatMap(each => {
      const next = state.clone();
      const value = each === 'pin' ? DEST : SOURCE;
      if (each !== 'none' && !next.facts.assume(direction, value, value)) return [];
      const isUserBacked = each !== 'none';
      return narrowKinds(context, next, iterator, kind => USER_BACKED_KINDS.includes(kind) === isUserBacked);
    });
}

/** `kinds` has the iterator and the kinds' names as operands. */
function assumeKinds(context: Context, state: State, condition: OperationAtom, isTrue: boolean): State[] {
  const asked = condition.operands[1]!;
  const names = asked.kind === 'symbol' ? asked.name.slice('kinds:'.length).split('|') : [];
  return narrowKinds(context, state, condition.operands[0]!, kind => names.includes(kind) === isTrue);
}

function narrowKinds(
  context: Context,
  state: State,
  iterator: Term,
  isPossible: (kind: IteratorKind) => boolean,
): State[] {
  const kinds = new Set([...kindsOf(context, state, iterator)].filter(isPossible));
  if (kinds.size === 0) return [];
  const known = state.iterators.get(iterator) ?? { direction: undefined };
  state.iterators.set(iterator, { ...known, kinds });
  return [state];
}

/** `iov_iter_type(i) - ITER_UBUF`, which is compared with 0. */
function typeTest(difference: Term): { iterator: Term; kind: IteratorKind } | undefined {
  if (difference.kind !== 'linear' || difference.constant !== 0 || difference.parts.size !== 2) return;
  let iterator: Term | undefined;
  let kind: IteratorKind | undefined;
  for (const atom of difference.parts.keys()) {
    if (atom.kind === 'operation' && atom.operator === 'type') iterator = atom.operands[0];
    else if (atom.kind === 'symbol') kind = ITERATOR_TYPES.get(atom.name.replace(/^global:/, ''));
  }
  return iterator && kind ? { iterator, kind } : undefined;
}
