import type { Span } from '../base/text.ts';
import type { CallInstruction } from '../program/model.ts';
import type { Release, Released } from '../semantics/effects.ts';
import type { Hold } from '../semantics/holds.ts';
import { ITERATOR_KINDS, USER_BACKED_KINDS } from '../semantics/holds.ts';
import type { Context } from './context.ts';
import { type Frame, isWithin } from './frames.ts';
import {
  knowsIterator,
  type MemberKey,
  memberOf,
  membersOfSet,
  noteDirtied,
  testedMembers,
} from './members.ts';
import type { PageSet, State } from './state.ts';
import { uniteAround } from './stretches.ts';
import { asNumber, mentions, PAGE_BEHIND, type Term } from './terms.ts';
import type { Values } from './values.ts';

const INFINITY = Number.POSITIVE_INFINITY;

/** A release while it is carried out. */
interface Releasing {
  readonly context: Context;
  readonly values: Values;
  readonly state: State;
  readonly instruction: CallInstruction;
  readonly effect: Release;
  readonly block: number;
}

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
  const term = values.value(expression);
  if (dirties(releasing)) noteDirtied(context, values.state, contentOf(releasing, term));
  if (effect.pages.form === 'page') releasePage(releasing, term);
  else if (effect.pages.form === 'array') releaseArray(releasing, term);
  else releaseObject(releasing, term);
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

/** The set a page value belongs to, with its slot. */
export function pageOf(state: State, term: Term): { set: PageSet; index: Term | undefined } | undefined {
  if (term.kind === 'page') {
    const set = state.sets.get(term.set);
    return set && { set, index: term.index };
  }
  for (const set of state.sets.values()) if (set.page === term) return { set, index: undefined };
  if (term.kind === 'operation' && term.operator === 'address') return pageOf(state, term.operands[0]!);
  return;
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
  if (!state.mayExist(set)) {
    if (isAskedIndex(releasing, set, index)) reportNothing(releasing, set);
    return;
  }
  checkHold(releasing, set);
  if (isReleased(releasing, set, index)) reportSecond(releasing, set);
  if (set.status !== 'held') return;
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
  return set.status === 'held' && state.facts.isLess(index, set.from);
}

function reportSecond(releasing: Releasing, set: PageSet): void {
  const { state, context, instruction, values } = releasing;
  const first = set.dropped.at(-1)!;
  const place = secondPlace(values.frame, first.frame);
  context.report({
    kind: 'second-release',
    span: place?.span ?? placeOfCall(instruction),
    frame: place?.frame ?? values.frame,
    origin: originOf(set),
    acquisition: set.acquisition,
    confidence: 'certain',
    trace: state.trace,
    details: { first: first.callee, firstAt: String(first.span.start) },
    callee: calleeOf(instruction),
  });
}

/** A helper that releases is not wrong where it is called twice: the place is the second call. */
function secondPlace(frame: Frame, first: Frame): { span: Span; frame: Frame } | undefined {
  let at = frame;
  let place: { span: Span; frame: Frame } | undefined;
  while (at.parent && at.call && !isWithin(first, at)) {
    place = {
      span: { start: at.call.start, end: at.call.start + at.function.name.length },
      frame: at.parent,
    };
    at = at.parent;
  }
  return place;
}

/** Pages of unknown origin: what other functions put into the member they were found in tells more. */
function releaseForeign(releasing: Releasing, term: Term, count: Term | undefined): void {
  const { context, state, instruction, values, effect } = releasing;
  const isOwnFunction = context.program.functions.has(instruction.callee ?? '');
  if (state.warned || isOwnFunction || state.facts.isZero(term)) return;
  if (count && state.facts.isZero(count)) return;
  const release = {
    callee: instruction.callee ?? '',
    span: instruction.calleeSpan,
    frame: values.frame,
  };
  const key = memberOf(context, term);
  if (key) releaseThroughMember(releasing, key);
  context.members.noteRelease(key, {
    ...release,
    hold: effect.hold,
    call: calleeOf(instruction),
    placeText: context.source(instruction.arguments[effect.pages.argument - 1]!.span),
    parameter: parameterIn(term),
    trace: state.trace,
    guards: testedMembers(context, state),
    isDecided: knowsIterator(state),
  });
  if (effect.pages.form !== 'array' && !isPlainMember(term)) return;
  const before = state.released.get(term);
  if (before && before.count === count) reportForeignSecond(releasing, before.release);
  state.released.set(term, { count, release });
}

/** The id of the root's parameter that a value still is. */
function parameterIn(term: Term): number | undefined {
  const id = term.kind === 'symbol' ? /^parameter:(\d+):/.exec(term.name)?.[1] : undefined;
  return id === undefined ? undefined : Number(id);
}

/** Pages that lie in such a member may be among those that are released. */
function releaseThroughMember(releasing: Releasing, key: MemberKey): void {
  const { context, state } = releasing;
  for (const set of state.sets.values()) {
    if (set.status !== 'held' || !state.mayExist(set) || !membersOfSet(context, state, set).has(key))
      continue;
    record(releasing, set);
    state.updateSet(set.id, { isExact: false });
  }
}

/** What a member, not an array's slot, held when the function began. */
function isPlainMember(term: Term): boolean {
  return term.kind === 'symbol' && /^memory:.*\./.test(term.name);
}

function reportForeignSecond(releasing: Releasing, first: PageSet['dropped'][number]): void {
  const { state, context, instruction, values, effect } = releasing;
  const placeText = context.source(instruction.arguments[effect.pages.argument - 1]!.span);
  context.report({
    kind: 'second-release',
    span: placeOfCall(instruction),
    frame: values.frame,
    origin: { span: first.span, callee: '', placeText },
    confidence: 'guess',
    trace: state.trace,
    details: { first: first.callee, firstAt: String(first.span.start) },
    callee: calleeOf(instruction),
  });
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

/** The loop that releases runs to the number asked for where fewer may have been obtained. */
function isBeyondObtained(releasing: Releasing, set: PageSet, index: Term): boolean {
  const { state } = releasing;
  if (!set.isExact || set.age === 'older') return false;
  if (state.facts.isLess(index, set.obtained)) return false;
  if (isOneTooFar(releasing, set, index)) return true;
  if (!set.asked || asNumber(set.asked) === 1) return false;
  return isTightBound(releasing, index, set.asked) && isShortPossible(state, set);
}

/** `i <= obtained`: the last turn releases a slot behind the last. */
function isOneTooFar(releasing: Releasing, set: PageSet, index: Term): boolean {
  const { state, values } = releasing;
  if (asNumber(index) !== undefined || set.acquisition.effect.returns !== 'page-count') return false;
  return state.facts.bounds(values.difference(index, set.obtained)).high === 0;
}

/** index < limit is known, and nothing smaller: the loop runs up to the limit. */
function isTightBound(releasing: Releasing, index: Term, limit: Term): boolean {
  const { state, values } = releasing;
  if (asNumber(index) === 0) return false;
  return state.facts.bounds(values.difference(index, limit)).high === -1;
}

/** The loop runs to the number asked for, or to an error code taken for a huge count. */
function isAskedIndex(releasing: Releasing, set: PageSet, index: Term): boolean {
  if (isTightBound(releasing, index, releasing.values.operation('unsigned', set.obtained))) return true;
  return set.asked !== undefined && set.base !== undefined && isTightBound(releasing, index, set.asked);
}

export function isShortPossible(state: State, set: PageSet): boolean {
  if (!set.asked || set.acquisition.effect.partial === false) return false;
  return !state.facts.isAtMost(set.asked, set.obtained);
}

function releaseArray(releasing: Releasing, array: Term): void {
  const { state, values, context } = releasing;
  const count = countTerm(releasing);
  const touched = [...state.sets.values()].filter(
    set => set.pointer && mentions(array, atom => atom === set.pointer) && set.base,
  );
  const failed = [...state.sets.values()].find(set => !state.mayExist(set));
  // ERR_PTR() where an array is expected.
  if (failed && state.facts.bounds(array).high < 0) reportNothing(releasing, failed);
  const copied = copiedSet(state, array);
  for (const set of touched) {
    const start = context.terms.subtract(set.base!, array);
    if (mentions(start, atom => atom === set.pointer)) continue;
    releaseStretch(releasing, set, start, count);
  }
  if (touched.length === 0 && copied) {
    checkHold(releasing, copied);
    record(releasing, copied);
    forget(releasing, copied);
  }
  if (touched.length === 0 && !copied) releaseForeign(releasing, contentOf(releasing, array), count);
  if (releasing.effect.freesArray) values.state.freed.add(array);
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
  } else if (facts.isAtMost(set.to, end)) drop(releasing, set);
  else if (set.isExact && facts.isAtMost(end, set.to) && !facts.isLess(end, set.from))
    partly(releasing, set, start, end);
  else state.updateSet(set.id, { status: 'unknown' });
}

function partly(releasing: Releasing, set: PageSet, start: Term, end: Term): void {
  const { state, values } = releasing;
  const first = values.difference(values.number(0), start);
  if (state.facts.isAtMost(first, set.from)) {
    state.updateSet(set.id, { from: end });
    if (!state.mayRemain(state.sets.get(set.id)!)) drop(releasing, state.sets.get(set.id)!);
  } else state.updateSet(set.id, { isExact: false });
}

/** The count is the number asked for, a number of bytes, or bytes divided without their offset. */
function isWrongCount(releasing: Releasing, set: PageSet, end: Term): boolean {
  const { state } = releasing;
  const { facts } = state;
  if (facts.areEqual(end, set.to) || facts.areEqual(end, set.obtained)) return false;
  if (set.asked && isShortPossible(state, set) && facts.areEqual(end, set.asked)) return true;
  if (isMoreThanEver(releasing, set, end)) return true;
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

/** A release of pages of a call that obtained none: by the number asked for, or by its error code. */
function isClearlyWrong(releasing: Releasing, set: PageSet, count: Term): boolean {
  const { state } = releasing;
  if (set.acquisition.effect.returns !== 'page-count' && set.acquisition.effect.returns !== 'byte-count')
    return false;
  const isUnsigned = count.kind === 'operation' && count.operator === 'unsigned';
  const value = isUnsigned ? count.operands[0]! : count;
  if (value === set.obtained) return state.facts.bounds(value).low < 0;
  // An error code that went into a sum of counts.
  const [atom] = set.obtained.parts.keys();
  if (atom && value.parts.get(atom) === 1 && state.facts.bounds(atom).high < 0) return true;
  // A return of 0 for a positive number of pages does not happen (mm/gup.c, 6.1 and 6.12).
  if (state.facts.bounds(set.obtained).low >= 0) return false;
  return (
    set.asked !== undefined && state.facts.bounds(count).high > 0 && state.facts.areEqual(count, set.asked)
  );
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

/** Notes where a set is released: leaks are told from where no such place can be reached any more. */
function record(releasing: Releasing, set: PageSet): void {
  const { context, state, values, instruction, block } = releasing;
  const callee = instruction.callee ?? '';
  context.releases.note(set.acquisition.key, values.frame, block, {
    callee,
    span: instruction.calleeSpan,
    frame: values.frame,
  });
  const known = set.dropped.some(release => release.span.start === instruction.calleeSpan.start);
  if (!known) {
    const dropped = [...set.dropped, { callee, span: instruction.calleeSpan, frame: values.frame }];
    state.updateSet(set.id, { dropped });
  }
  state.step({
    kind: 'release',
    span: instruction.span,
    frame: values.frame,
    message: `${callee}() drops ${set.acquisition.placeText}`,
    subject: set.acquisition.key,
  });
}

/** The holds a set may carry under what the path knows of its iterator. */
export function possibleHolds(state: State, set: PageSet): ReadonlySet<Hold> {
  if (set.mode === 'pin' || set.mode === 'get' || set.mode === 'none') return new Set([set.mode]);
  const facts = set.iterator && state.iterators.get(set.iterator);
  const direction = facts?.direction && state.facts.bounds(facts.direction);
  const holds = new Set<Hold>();
  for (const kind of facts?.kinds ?? ITERATOR_KINDS) {
    if (!USER_BACKED_KINDS.includes(kind)) holds.add('none');
    else if (set.mode === 'pin-if-user-backed') holds.add('pin');
    else if (set.mode === 'get-if-user-backed') holds.add('get');
    else {
      if (direction?.low !== 1) holds.add('pin');
      if (direction?.high !== 0) holds.add('get');
    }
  }
  return holds;
}

/** Pages without any hold: what is wrong with a release of them is its kind, not its count. */
function isUnheld(state: State, set: PageSet): boolean {
  const holds = possibleHolds(state, set);
  return holds.size === 1 && holds.has('none') && !set.hasOwnReference;
}

function undoes(released: Released, hold: Hold): boolean {
  return released === hold || released === 'by-flag' || released === 'by-mode-argument';
}

function checkHold(releasing: Releasing, set: PageSet): void {
  const { state, effect, context, instruction, values } = releasing;
  if (set.status === 'unknown' || state.warned) return;
  const holds = possibleHolds(state, set);
  if ([...holds].some(hold => undoes(effect.hold, hold))) return;
  if (set.hasOwnReference && (effect.hold === 'get' || effect.hold === 'allocation')) return;
  context.report({
    kind: 'wrong-release',
    span: placeOfCall(instruction),
    frame: values.frame,
    origin: originOf(set),
    acquisition: set.acquisition,
    confidence: 'certain',
    trace: state.trace,
    details: { hold: [...holds].sort().join(' or '), released: effect.hold, mode: set.mode },
    callee: calleeOf(instruction),
  });
}

/** The called name; for a call that the end of a scope makes, the variable that asks for it. */
export function placeOfCall(instruction: CallInstruction): Span {
  const [variable] = instruction.arguments;
  return instruction.implicit && variable?.kind === 'variable'
    ? variable.variable.span
    : instruction.calleeSpan;
}

function originOf(set: PageSet) {
  const { span, callee, placeText } = set.acquisition;
  return { span, callee, placeText };
}

/** The called function as the rules see it. */
export function calleeOf(instruction: CallInstruction) {
  return {
    name: instruction.callee ?? '',
    span: instruction.calleeSpan,
    arguments: instruction.arguments.map(argument => argument.span),
    isImplicit: instruction.implicit === true,
  };
}

/** A count that a helper was given is its caller's: the place is the call in the function that knows the acquisition. */
function countedAt(releasing: Releasing, set: PageSet): { span: Span; frame: Frame; isCaller: boolean } {
  let { frame } = releasing.values;
  let span = releasing.instruction.calleeSpan;
  let isCaller = false;
  while (frame.parent && frame.call && !isWithin(set.acquisition.frame, frame)) {
    span = { start: frame.call.start, end: frame.call.start + frame.function.name.length };
    frame = frame.parent;
    isCaller = true;
  }
  return { span, frame, isCaller };
}

function reportCount(releasing: Releasing, set: PageSet, count: Term): void {
  const { state, context, instruction } = releasing;
  const isBytes = set.bytes !== undefined && count === set.bytes;
  const cause = isBytes ? 'bytes' : set.bytes && !isAsked(state, set, count) ? 'offset' : 'asked';
  const counted = releasing.effect.count;
  const position = counted && counted !== 'all' && 'argument' in counted ? counted.argument : undefined;
  reportWrongCount(releasing, set, {
    cause,
    count: position ? context.source(instruction.arguments[position - 1]!.span) : undefined,
    countPosition: position ? String(position) : undefined,
  });
}

function isAsked(state: State, set: PageSet, count: Term): boolean {
  return set.asked !== undefined && state.facts.areEqual(count, set.asked);
}

function reportNothing(releasing: Releasing, set: PageSet): void {
  const isError = releasing.state.facts.bounds(set.obtained).high < INFINITY;
  reportWrongCount(releasing, set, { cause: isError ? 'failed' : 'asked' });
}

function reportWrongCount(
  releasing: Releasing,
  set: PageSet,
  details: Readonly<Record<string, string | undefined>>,
): void {
  const { state, context, instruction, values } = releasing;
  if (state.warned) return;
  const { span, frame, isCaller } = countedAt(releasing, set);
  context.report({
    kind: 'wrong-count',
    span,
    frame,
    origin: originOf(set),
    acquisition: set.acquisition,
    confidence: 'certain',
    trace: state.trace,
    details: { ...details, callee: instruction.callee, obtainedName: values.nameOf(set.obtained) },
    callee: isCaller ? undefined : calleeOf(instruction),
  });
}
