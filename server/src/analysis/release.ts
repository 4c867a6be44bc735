import type { CallInstruction } from '../program/model.ts';
import type { Release } from '../semantics/effects.ts';
import type { Context } from './context.ts';
import { releaseForeign } from './foreignRelease.ts';
import { noteDirtied } from './members.ts';
import { allocationOf } from './reach.ts';
import {
  isAskedIndex,
  isBehindAll,
  isBeyondObtained,
  isClearlyWrong,
  isWrongCount,
} from './releaseCounts.ts';
import { checkHold, reportCount, reportNothing, reportSecond } from './releaseFaults.ts';
import {
  isFewerThanAsked,
  isShortPossible,
  isUnheld,
  markFreed,
  pageOf,
  possibleHolds,
  type Releasing,
  record,
} from './releasing.ts';
import type { PageSet, State } from './state.ts';
import { uniteAround } from './stretches.ts';
import { asNumber, isMerged, mentions, PAGE_BEHIND, type Term } from './terms.ts';
import { isOtherwiseUnwritten } from './unwritten.ts';
import type { Values } from './values.ts';

/** Carries out a release row on the state, and reports what is wrong with it. */
export function release(
  context: Context,
  values: Values,
  instruction: CallInstruction,
  effect: Release,
  block: number,
): void {
  const releasing: Releasing = { context, values, state: values.state, instruction, effect, block };
  const expression = instruction.arguments[effect.pages.argument - 1];
  if (!expression) return;
  const argument = values.value(expression);
  const place = effect.pages.indirect
    ? context.places.target(argument, { kind: 'unknown', name: '' })
    : undefined;
  const term = place ? values.load(place) : argument;
  context.members.noteFollowed(instruction.calleeSpan, values.frame, isIdle(releasing, term));
  if (dirties(releasing)) noteDirtied(values, instruction, contentOf(releasing, term));
  if (effect.pages.form === 'page') releasePage(releasing, term);
  else if (effect.pages.form === 'array') releaseArray(releasing, term);
  else releaseObject(releasing, term);
  if (place) values.store(place, values.number(0));
}

/** Whether there is nothing to release: the count is 0, or the known calls that were to put pages there obtained none. */
function isIdle(releasing: Releasing, term: Term): boolean {
  const { state, effect } = releasing;
  const count = countTerm(releasing);
  if (count !== undefined && state.facts.isZero(count)) return true;
  const page = pageOf(state, term);
  const sets = effect.pages.form === 'page' ? (page ? [page.set] : []) : setsIn(state, term);
  return sets.length > 0 && sets.every(set => !state.mayExist(set));
}

/** For `&page`, the address of one local pointer, what that points to. */
function contentOf({ values, context, state }: Releasing, array: Term): Term {
  const place = array.kind === 'address' && !array.array ? context.places.get(array.place) : undefined;
  const held = place?.root.kind === 'local' ? state.memory.get(place.key) : undefined;
  return held ? values.simplify(held) : array;
}

/** Whether the release marks the pages dirty, at least on some path. */
function dirties({ effect, instruction, values, state }: Releasing): boolean {
  if (effect.dirties === undefined || effect.dirties === true) return effect.dirties === true;
  const expression = instruction.arguments[effect.dirties - 1];
  return expression !== undefined && !state.facts.isZero(values.value(expression));
}

function releasePage(releasing: Releasing, term: Term): void {
  const { context, state, values } = releasing;
  const page = pageOf(state, term);
  if (!page) {
    const failed = neverFilled(state, term);
    if (failed) reportNothing(releasing, failed);
    else if (term.kind === 'operation' && term.operator === PAGE_BEHIND) releaseUnknown(state);
    releaseForeign(releasing, term, undefined);
    return;
  }
  const { set, index } = uniteAround(context, state, page.set, page.index ?? values.number(0));
  leaveInDoubt(state, set);
  if (!state.mayExist(set)) {
    const isNeverFilled = state.facts.bounds(index).low >= 0 && isSurelyEmpty(releasing, set);
    if (isNeverFilled || isAskedIndex(releasing, set, index)) reportNothing(releasing, set);
    return;
  }
  checkHold(releasing, set);
  if (isReleased(releasing, set, index)) reportSecond(releasing, set);
  if (isBehindAll(releasing, set, index)) reportCount(releasing, set, set.asked ?? set.obtained);
  if (set.status !== 'held') {
    // On a single path the slots may have run out before the loop that goes one too far does.
    if (context.isReplay && set.status === 'dropped' && isBeyondObtained(releasing, set, index))
      reportCount(releasing, set, set.asked ?? set.obtained);
    return;
  }
  record(releasing, set);
  if (isUnheld(state, set)) {
    drop(releasing, set);
    return;
  }
  if (isBeyondObtained(releasing, set, index)) {
    reportCount(releasing, set, set.asked ?? set.obtained);
    forget(releasing, set);
    return;
  }
  // page_ref_sub() and its like drop several holds of one page: those of pages that were merged.
  if (releasing.effect.count) state.updateSet(set.id, { isExact: false });
  else shrink(releasing, set, index);
}

/**
 * Whether slot `index`, and with it all that is released here, has been released before on this path.
 * Pages that carry no hold, or a second one, are no matter of counting.
 */
function isReleased(releasing: Releasing, set: PageSet, index: Term): boolean {
  const { state } = releasing;
  if (!set.isExact || set.hasOwnReference || possibleHolds(state, set).has('none')) return false;
  if (set.dropped.length === 0 || state.warned) return false;
  if (state.facts.bounds(index).low < 0 || !state.facts.isLess(index, set.obtained)) return false;
  if (set.status === 'dropped') return true;
  // Loops release from the front or from the back.
  const isOutside = state.facts.isLess(index, set.from) || state.facts.isAtMost(set.to, index);
  return set.status === 'held' && isOutside;
}

/**
 * The call failed, and nobody else filled its array. Of no bytes at all an iterator's functions may be asked, and then
 * what is made of them is mostly nothing.
 */
function isSurelyEmpty({ context, state }: Releasing, set: PageSet, mayBeZeroed = false): boolean {
  const isError =
    set.acquisition.effect.returns !== 'byte-count' || state.facts.bounds(set.obtained).high < 0;
  return isError && isOtherwiseUnwritten(context, state, set, mayBeZeroed);
}

/** The acquisition that was to fill an uninitialised variable, and failed. */
function neverFilled(state: State, term: Term): PageSet | undefined {
  if (term.kind !== 'symbol' || !term.name.startsWith('uninitialised:')) return;
  const place = term.name.slice('uninitialised:'.length);
  return [...state.sets.values()].find(
    set =>
      set.base?.kind === 'address' &&
      set.base.place === place &&
      set.acquisition.effect.returns === 'page-count' &&
      !state.mayExist(set),
  );
}

/** A page of unknown origin may be one whose pfn or address was kept. */
function releaseUnknown(state: State): void {
  for (const set of state.sets.values())
    if (set.isViewed || set.viewers.length > 0) state.updateSet(set.id, { isExact: false });
}

/** Which of the pages in one container are released is not known: it may be those of other acquisitions as well. */
function leaveInDoubt(state: State, set: PageSet): void {
  const containers = set.keepers.flatMap(({ container }) => container ?? []);
  if (containers.length === 0) return;
  for (const other of state.sets.values())
    if (
      other.id !== set.id &&
      other.keepers.some(({ container }) => container && containers.includes(container))
    )
      state.updateSet(other.id, { isExact: false });
}

/** Releasing slot `index` takes it off the front or the back; elsewhere some unknown part remains. */
function shrink(releasing: Releasing, set: PageSet, index: Term): void {
  const { state, values } = releasing;
  const { facts } = state;
  if (facts.areEqual(index, set.from)) state.updateSet(set.id, { from: values.plus(set.from, 1) });
  else if (facts.areEqual(values.plus(index, 1), set.to)) state.updateSet(set.id, { to: index });
  else if (isFixedGap(set, index)) {
    // The slots before the first one released stay held, as a set of their own.
    state.sets.set(`${set.id}:before`, { ...state.sets.get(set.id)!, id: `${set.id}:before`, to: index });
    state.updateSet(set.id, { from: values.plus(index, 1) });
  } else state.updateSet(set.id, { isExact: false });
  if (!state.mayRemain(state.sets.get(set.id)!)) drop(releasing, state.sets.get(set.id)!);
}

function isFixedGap(set: PageSet, index: Term): boolean {
  const [from, at] = [asNumber(set.from), asNumber(index)];
  return set.isExact && from !== undefined && at !== undefined && at > from;
}

function releaseArray(releasing: Releasing, array: Term): void {
  const { state, context } = releasing;
  const count = countTerm(releasing);
  const touched = setsIn(state, array);
  const failed = [...state.sets.values()].find(set => !state.mayExist(set));
  // ERR_PTR() where an array is expected.
  if (failed && state.facts.bounds(array).high < 0) reportNothing(releasing, failed);
  const copied = copiedSet(state, array);
  const first = count && touched.find(set => isFrom(releasing, set, array, count));
  for (const set of touched) {
    if (first && set !== first && isApart(releasing, set, array)) continue;
    const start = context.terms.subtract(set.base!, array);
    if (mentions(start, atom => atom === set.pointer)) continue;
    releaseStretch(releasing, set, start, count);
  }
  if (touched.length === 0) releaseElsewhere(releasing, array, copied, count);
  if (releasing.effect.freesArray) freeArray(releasing, array);
}

/** No array that a call filled: one variable that names a page, slots that pages were copied to, or those of others. */
function releaseElsewhere(
  releasing: Releasing,
  array: Term,
  copied: PageSet | undefined,
  count: Term | undefined,
): void {
  const content = contentOf(releasing, array);
  const named = content === array ? undefined : pageOf(releasing.state, content)?.set;
  if (named?.status === 'held' && releasing.state.mayExist(named)) releasePage(releasing, content);
  else if (copied) {
    checkHold(releasing, copied);
    record(releasing, copied);
    forget(releasing, copied);
  } else releaseForeign(releasing, content, count);
}

/** The sets whose slots lie in the memory that an array's address points into. */
function setsIn(state: State, array: Term): PageSet[] {
  return [...state.sets.values()].filter(
    set => set.pointer && mentions(array, atom => atom === set.pointer) && set.base,
  );
}

function freeArray({ context, values, state, instruction }: Releasing, array: Term): void {
  state.freed.add(array);
  const allocation = allocationOf(state, array);
  if (allocation) markFreed(context, values, instruction, allocation.id);
}

/** Whether an array begins with the first slot of a set, and ends with it or before. */
function isFrom({ state }: Releasing, set: PageSet, array: Term, count: Term): boolean {
  return state.facts.areEqual(set.base!, array) && state.facts.isAtMost(count, set.obtained);
}

/** Nothing is known of how far two parts of an allocation lie apart: who fills them one by one keeps them apart. */
function isApart({ state }: Releasing, set: PageSet, array: Term): boolean {
  return state.facts.isUnrelated(set.base!, array);
}

function copiedSet(state: State, array: Term): PageSet | undefined {
  for (const [pointer, id] of state.aliases)
    if (mentions(array, atom => atom === pointer)) return state.sets.get(id);
  return;
}

function countTerm(releasing: Releasing): Term | undefined {
  const { effect, values, instruction } = releasing;
  if (!effect.count || effect.count === 'all') return;
  if ('constant' in effect.count) return values.number(effect.count.constant);
  const expression = instruction.arguments[effect.count.argument - 1];
  return expression && values.value(expression);
}

/** Slots [-start, -start + count) of the set are released, as far as it has them. */
function releaseStretch(releasing: Releasing, set: PageSet, start: Term, count: Term | undefined): void {
  const { state, context, values } = releasing;
  const { facts } = state;
  if (count && facts.bounds(count).high <= 0 && facts.bounds(count).low >= 0) return;
  if (count && facts.isAtMost(count, start) && facts.bounds(count).low >= 0) return;
  if (!state.mayExist(set)) {
    if (count && isClearlyWrong(releasing, set, count)) reportNothing(releasing, set);
    else if (
      count &&
      facts.bounds(count).low > 0 &&
      facts.isZero(start) &&
      isSurelyEmpty(releasing, set, true)
    )
      reportNothing(releasing, set);
    return;
  }
  if (count && isRefused(releasing, set, count)) {
    reportCount(releasing, set, count);
    return;
  }
  if (count && facts.isAtMost(count, start)) return;
  const first = values.difference(values.number(0), start);
  if (facts.isAtMost(set.obtained, first)) return;
  checkHold(releasing, set);
  if (isReleased(releasing, set, first)) reportSecond(releasing, set);
  if (set.status !== 'held') return;
  record(releasing, set);
  if (!count || isUnheld(state, set)) {
    drop(releasing, set);
    return;
  }
  // The first slot behind what is released, in the set's own numbering.
  const end = context.terms.subtract(count, start);
  if (set.isExact && isWrongCount(releasing, set, end)) {
    reportCount(releasing, set, end);
    forget(releasing, set);
  } else if (facts.isAtMost(set.to, end)) dropFrom(releasing, set, first);
  else if (set.isExact && isShortOf(releasing, set, end) && !facts.isLess(end, set.from))
    releaseFewer(releasing, set, start, end);
  else state.updateSet(set.id, { status: 'unknown' });
}

/** A negative count while there are pages: none of them is released. */
function isRefused({ state }: Releasing, set: PageSet, count: Term): boolean {
  return set.isExact && state.mayRemain(set) && state.facts.bounds(count).high < 0;
}

/**
 * All slots from `first` on go. Those before it stay, where there are any: a counter may have come so far, which single
 * paths show; of a number that the function was given nothing is known.
 */
function dropFrom(releasing: Releasing, set: PageSet, first: Term): void {
  const { state } = releasing;
  const { facts } = state;
  const isCounter = mentions(first, atom => atom.kind === 'symbol' && isMerged(atom));
  if (facts.isAtMost(first, set.from)) drop(releasing, set);
  else if (facts.isLess(set.from, first) || isCounter) state.updateSet(set.id, { to: first });
  else state.updateSet(set.id, { to: first, isExact: false });
}

/** Whether slots of a set lie behind `end`: it is at most where they end, or a fixed number short of what was asked for. */
function isShortOf({ state }: Releasing, set: PageSet, end: Term): boolean {
  return state.facts.isAtMost(end, set.to) || isFewerThanAsked(state, set, end);
}

/** As many as were asked for but a few: too few where all pages were obtained, and too many where fewer were. */
function releaseFewer(releasing: Releasing, set: PageSet, start: Term, end: Term): void {
  const { state } = releasing;
  const isCertain = state.facts.isAtMost(end, set.to) || state.facts.bounds(end).high <= 0;
  if (!isCertain && isShortPossible(state, set)) reportCount(releasing, set, end);
  partly(releasing, set, start, end);
}

function partly(releasing: Releasing, set: PageSet, start: Term, end: Term): void {
  const { state, values } = releasing;
  const first = values.difference(values.number(0), start);
  if (state.facts.isAtMost(first, set.from)) {
    state.updateSet(set.id, { from: end });
    if (!state.mayRemain(state.sets.get(set.id)!)) drop(releasing, state.sets.get(set.id)!);
  } else state.updateSet(set.id, { isExact: false });
}

function releaseObject(releasing: Releasing, term: Term): void {
  for (const set of releasing.state.sets.values())
    if (set.page === term || (set.base && set.base === term)) {
      record(releasing, set);
      drop(releasing, set);
    }
}

function drop(releasing: Releasing, set: PageSet): void {
  releasing.state.updateSet(set.id, { status: 'dropped' });
}

/** What a wrong release left of the pages is not known. */
function forget(releasing: Releasing, set: PageSet): void {
  releasing.state.updateSet(set.id, { status: 'dropped', isExact: false });
}
