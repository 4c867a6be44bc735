import { isShortPossible, type Releasing } from './releasing.ts';
import type { PageSet, State } from './state.ts';
import { type Atom, asNumber, type Term } from './terms.ts';
import { isOtherwiseUnwritten } from './unwritten.ts';

/** The loop that releases runs to the number asked for where fewer may have been obtained. */
export function isBeyondObtained(releasing: Releasing, set: PageSet, index: Term): boolean {
  const { context, state } = releasing;
  if (!set.isExact || state.facts.isLess(index, set.obtained)) return false;
  // Behind what all turns of a loop stored, only other code can have put something.
  const isLast = set.age === 'latest' || isOtherwiseUnwritten(context, state, set);
  if (isLast && isOneTooFar(releasing, set, index)) return true;
  if (set.age === 'older') return false;
  if (!set.asked || asNumber(set.asked) === 1) return false;
  return isTightBound(releasing, index, set.asked) && isShortPossible(state, set);
}

/** The slot lies behind all that was obtained, and nobody else has put a page there. */
export function isBehindAll({ context, state }: Releasing, set: PageSet, index: Term): boolean {
  return (
    set.isExact &&
    state.facts.isAtMost(set.obtained, index) &&
    isOtherwiseUnwritten(context, state, set, false, index)
  );
}

/** `i <= obtained`: the last turn releases a slot behind the last. */
function isOneTooFar(releasing: Releasing, set: PageSet, index: Term): boolean {
  const { state, values } = releasing;
  if (asNumber(index) !== undefined && !releasing.context.isReplay) return false;
  if (set.acquisition.effect.returns !== 'page-count') return false;
  return state.facts.bounds(values.difference(index, set.obtained)).high === 0;
}

/** index < limit is known, and nothing smaller: the loop runs up to the limit. */
function isTightBound(releasing: Releasing, index: Term, limit: Term): boolean {
  const { state, values } = releasing;
  if (asNumber(index) === 0) return false;
  return state.facts.bounds(values.difference(index, limit)).high === -1;
}

/** The loop runs to the number asked for, or to an error code taken for a huge count. */
export function isAskedIndex(releasing: Releasing, set: PageSet, index: Term): boolean {
  if (isTightBound(releasing, index, releasing.values.operation('unsigned', set.obtained))) return true;
  return set.asked !== undefined && set.base !== undefined && isTightBound(releasing, index, set.asked);
}

/** The count is the number asked for, a number of bytes, or bytes divided without their offset. */
export function isWrongCount(releasing: Releasing, set: PageSet, end: Term): boolean {
  const { state } = releasing;
  const { facts } = state;
  if (facts.areEqual(end, set.to) || facts.areEqual(end, set.obtained)) return false;
  if (set.asked && isShortPossible(state, set) && facts.areEqual(end, set.asked)) return true;
  if (isMoreThanEver(releasing, set, end)) return true;
  if (facts.isLess(set.obtained, end) && isOtherwiseUnwritten(releasing.context, state, set, true))
    return true;
  return set.bytes !== undefined && isBytesWithoutOffset(releasing, set, end);
}

/** A fixed count that is more than may have been obtained, of an array that holds nothing else. */
function isMoreThanEver(releasing: Releasing, set: PageSet, end: Term): boolean {
  const { state } = releasing;
  const count = asNumber(end);
  const asked = set.asked && asNumber(set.asked);
  if (count === undefined || asked === undefined) return false;
  const isAlone = [...state.sets.values()].every(
    other => other.id === set.id || other.pointer !== set.pointer,
  );
  return (
    isAlone && (count > asked || (isShortPossible(state, set) && !state.facts.isAtMost(end, set.obtained)))
  );
}

function isBytesWithoutOffset(releasing: Releasing, set: PageSet, end: Term): boolean {
  const { values } = releasing;
  const bytes = set.bytes!;
  if (end === bytes) return true;
  return end === values.quotient(bytes, 4096) || end === values.quotient(values.plus(bytes, 4095), 4096);
}

/** Whether a part of a count is the error code that a call returned, be it taken for a huge number. */
function isErrorOf(state: State, set: PageSet, part: Atom): boolean {
  const value = part.kind === 'operation' && part.operator === 'unsigned' ? part.operands[0]! : part;
  return set.obtained.parts.has(value as Atom) && state.facts.bounds(value).high < 0;
}

/** A release of pages of a call that obtained none: by the number asked for, or by its error code. */
export function isClearlyWrong(releasing: Releasing, set: PageSet, count: Term): boolean {
  const { state } = releasing;
  if (set.acquisition.effect.returns !== 'page-count' && set.acquisition.effect.returns !== 'byte-count')
    return false;
  const isUnsigned = count.kind === 'operation' && count.operator === 'unsigned';
  const value = isUnsigned ? count.operands[0]! : count;
  if (value === set.obtained) return state.facts.bounds(value).low < 0;
  // Any error code.
  if (state.facts.bounds(value).high < 0) return true;
  // One that went into a sum of counts.
  if ([...value.parts.keys()].some(atom => isErrorOf(state, set, atom))) return true;
  // A return of 0 for a positive number of pages does not happen (mm/gup.c, 6.1 and 6.12).
  if (state.facts.bounds(set.obtained).low >= 0) return false;
  return (
    set.asked !== undefined && state.facts.bounds(count).high > 0 && state.facts.areEqual(count, set.asked)
  );
}
