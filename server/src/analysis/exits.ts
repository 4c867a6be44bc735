import type { Span } from '../base/text.ts';
import type { FunctionModel, Program } from '../program/model.ts';
import { isAnswerTaken, isJudgedAtCallers } from './callers.ts';
import type { Context } from './context.ts';
import { callSpan, type Frame, isWithin, rootOf } from './frames.ts';
import type { Exit } from './interpret.ts';
import { makesPagesOfNumbers } from './numbers.ts';
import { isKept, survivors } from './reach.ts';
import { isFewerThanAsked, possibleHolds } from './releasing.ts';
import {
  type Acquisition,
  type Allocation,
  isPageOf,
  type PageSet,
  type State,
  type Trace,
} from './state.ts';
import type { Atom, Term } from './terms.ts';
import { isUntold } from './untold.ts';

/** A hold or an array that an exit of the root function loses. */
interface Loss {
  readonly exit: Exit;
  readonly confidence: 'certain' | 'guess';
  readonly array?: string;
  /** The caller learns of the error only, and not how many pages there are. */
  readonly isUntold?: boolean;
  /** The pages are named in plain memory; the jump after which they should be released by what it names. */
  readonly namedAt?: number;
}

/** Whether exits were seen at which nothing is lost. */
export interface OtherExits {
  isReleasedSomewhere: boolean;
  isReleasedAtError: boolean;
}

/** What the exits of a root say about one acquisition or allocation. */
interface Account extends OtherExits {
  readonly losses: Loss[];
  /** Exits that leave it to the caller's array or object while they report an error. */
  readonly abandoned: Loss[];
  /** The last jumps on the way to error exits before which pages were released. */
  readonly emptied: Set<number>;
}

/**
 * Judges the exits of a root function: what is held there must have been dropped, handed on, or be left to an owner.
 * @param known what other exits have said already.
 */
export function judgeExits(
  context: Context,
  frame: Frame,
  exits: readonly Exit[],
  known: OtherExits = { isReleasedSomewhere: false, isReleasedAtError: false },
): void {
  const sets = new Map<Acquisition, Account>();
  const arrays = new Map<string, { allocation: Allocation; account: Account }>();
  for (const exit of exits.flatMap(each => outcomesOf(frame, each))) {
    if (exit.state.warned) continue;
    judgeExit(context, frame, exit, sets, arrays, known);
  }
  for (const [acquisition, account] of sets) reportPages(context, acquisition, account);
  for (const { allocation, account } of arrays.values()) reportArray(context, allocation, account);
}

/** `return rc` with an rc that may be an error code or not is two exits. */
export function outcomesOf(frame: Frame, exit: Exit): Exit[] {
  const { state, value } = exit;
  const returns = frame.function.returnType;
  if (!value || returns.kind !== 'integer' || !returns.signed || isCalculated(value)) return [exit];
  const { low, high } = state.facts.bounds(value);
  if (low >= 0 || high < 0) return [exit];
  const failed = state.clone();
  const succeeded = state.clone();
  failed.facts.assume(value, low, -1);
  succeeded.facts.assume(value, 0, high);
  return [
    { ...exit, state: failed },
    { ...exit, state: succeeded },
  ];
}

/** A sum of several values, or a multiple of one, is no error code. */
const isCalculated = ({ parts }: Term): boolean =>
  parts.size > 1 || [...parts.values()].some(coefficient => Math.abs(coefficient) !== 1);

const newAccount = (known: OtherExits): Account => ({
  losses: [],
  abandoned: [],
  emptied: new Set(),
  ...known,
});

function accountOf<K>(map: Map<K, Account>, key: K, known: OtherExits): Account {
  const account = map.get(key) ?? newAccount(known);
  map.set(key, account);
  return account;
}

function judgeExit(
  context: Context,
  frame: Frame,
  exit: Exit,
  sets: Map<Acquisition, Account>,
  arrays: Map<string, { allocation: Allocation; account: Account }>,
  known: OtherExits,
): void {
  const { state, value } = exit;
  const live = survivors(context, state, value);
  const isError = isErrorExit(frame, state, value);
  const isWait = value !== undefined && context.waitAnswers.has(value);
  const isCounting = context.releases.countsIn(rootOf(frame).function);
  const mayBeAbandoned = isError && !isWait && !isCounting;
  const lostArrays = new Map<Term, Allocation>();
  for (const allocation of state.allocations.values())
    if (
      allocation.status === 'live' &&
      state.facts.bounds(allocation.atom).high > 0 &&
      !live.has(allocation.atom)
    )
      lostArrays.set(allocation.atom, allocation);
  const withPages = new Set<Allocation>();
  for (const set of state.sets.values()) {
    const account = accountOf(sets, set.acquisition, known);
    if (!state.mayExist(set)) continue;
    if (!state.mayRemain(set)) {
      account.isReleasedSomewhere = true;
      if (!isError) context.members.noteEnding(set);
      if (isError && set.status === 'dropped') {
        account.isReleasedAtError = true;
        account.emptied.add(lastJump(exit));
      }
      continue;
    }
    if (mayBeNothing(context, state, set)) {
      if (isError && set.dropped.length > 0) account.emptied.add(lastJump(exit));
      continue;
    }
    if (context.isReplay && isReleaseInDoubt(context, set.acquisition, state)) continue;
    const array = set.pointer && lostArrays.get(set.pointer);
    if (!isOwned(context, state, set, live)) {
      if (array) withPages.add(array);
      if (isCounting && set.isNumbered) account.isReleasedSomewhere = true;
      else if (!isKnownByNumber(context, frame, state, set, live)) {
        account.losses.push({ exit, confidence: 'certain', array: array?.placeText });
        // The others were released after use.
        if (!isError) context.members.noteEnding(set);
      } else if (mayBeAbandoned) account.abandoned.push({ exit, confidence: 'guess' });
      else account.isReleasedSomewhere = true;
    } else if (mayBeAbandoned && !isKeptBeyond(state, set) && !knowsCount(state, set, live, value))
      account.abandoned.push({
        exit,
        confidence: 'guess',
        isUntold: isUntold(context, state, set, live) && !isForCallers(context.program, frame.function),
        namedAt: set.keepers.some(each => each.isPlain) ? lastJump(exit) : undefined,
      });
    else account.isReleasedSomewhere = true;
  }
  for (const allocation of state.allocations.values()) {
    // devm memory goes with its device.
    if (!allocation.isPageArray || allocation.allocator === 'devm') continue;
    const key = `${allocation.span.start}`;
    const entry = arrays.get(key) ?? { allocation, account: newAccount(known) };
    arrays.set(key, entry);
    if (!lostArrays.has(allocation.atom)) {
      if (state.facts.bounds(allocation.atom).high > 0) entry.account.isReleasedSomewhere = true;
    } else if (!withPages.has(allocation)) entry.account.losses.push({ exit, confidence: 'certain' });
  }
}

/**
 * A function that releases the pages was called, and what it found in memory of which nothing is known kept it from
 * releasing them all: whoever filled that memory knows more.
 */
function isReleaseInDoubt(context: Context, { key, frame }: Acquisition, state: State): boolean {
  for (let step = state.trace; step && step.kind !== 'acquire'; step = step.previous) {
    if (!step.isUndecided || isWithin(frame, step.frame)) continue;
    if (context.releases.isIn(key, step.frame.function)) return true;
  }
  return false;
}

/** Whether an exit leaves pages that remain of a set to nobody. What was done with their numbers is not followed. */
export function isLostAt(
  context: Context,
  frame: Frame,
  state: State,
  set: PageSet,
  live: ReadonlySet<Term>,
): boolean {
  if (set.isNumbered || mayBeNothing(context, state, set)) return false;
  return !isOwned(context, state, set, live) && !isKnownByNumber(context, frame, state, set, live);
}

/** A set without any hold, or of which only some unknown part may be left after releases, is no loss. */
function mayBeNothing(context: Context, state: State, set: PageSet): boolean {
  if (!set.isExact || isCountLost(state, set)) return true;
  const holds = possibleHolds(state, set);
  if (!holds.has('none')) return false;
  // Where the iterator decides, only a release elsewhere says that user memory may be behind it.
  return holds.size === 1 || context.releases.of(set.acquisition.key).length === 0;
}

/** More slots may have been released than there are: nothing relates the number released to the number obtained. */
function isCountLost(state: State, set: PageSet): boolean {
  const released = state.facts.bounds(set.from);
  if (isFewerThanAsked(state, set, set.from)) return false;
  return released.low !== released.high && state.facts.isUnrelated(set.to, set.from);
}

/** Whether somebody who outlives the function can still reach the pages. */
function isOwned(context: Context, state: State, set: PageSet, live: ReadonlySet<Term>): boolean {
  if (isKept(state, set.keepers)) return true;
  const isLed = set.pointer && !state.freed.has(set.pointer) && live.has(set.pointer);
  if (isLed && isLasting(context, set.pointer) && !isCleared(state, set.pointer)) return true;
  if (set.page && live.has(set.page)) return true;
  for (const term of live) if (term.kind === 'page' && term.set === set.id) return true;
  return false;
}

/** `obj->page = NULL`: the place of the one page names it no more. */
function isCleared({ memory, facts }: State, pointer: Atom): boolean {
  const value = pointer.kind === 'address' && !pointer.array ? memory.get(pointer.place) : undefined;
  return value !== undefined && facts.isZero(value);
}

/** A local array ends with the function: who was given it in an earlier turn has none of what was put there since. */
function isLasting({ places }: Context, pointer: Atom): boolean {
  const place = pointer.kind === 'address' ? places.get(pointer.place) : undefined;
  return place?.root.kind !== 'local' || place.path !== '' || place.type.kind === 'struct';
}

/** Whether somebody may find the pages by a pfn or an address. */
function isKnownByNumber(
  { program }: Context,
  { function: model }: Frame,
  state: State,
  set: PageSet,
  live: ReadonlySet<Term>,
): boolean {
  if (isJudgedAtCallers(program, model) && !makesPagesOfNumbers(program)) return false;
  if (set.isViewed || isKept(state, set.viewers)) return true;
  for (const term of live)
    if (term.kind === 'operation' && term.operator === 'address' && isPageOf(set, term.operands[0]))
      return true;
  return false;
}

/** Whether somebody may have kept the pages who will release them. What all turns of a loop named is for a loop to release. */
function isKeptBeyond(state: State, { keepers, age }: PageSet): boolean {
  return isKept(state, age === 'latest' ? keepers.filter(each => !each.isPlain) : keepers);
}

/** The caller is told how many pages there are: by the returned value or by a count it can see. */
function knowsCount(state: State, set: PageSet, live: ReadonlySet<Term>, value: Term | undefined): boolean {
  if (live.has(set.obtained) || live.has(set.to)) return true;
  return value !== undefined && state.facts.areEqual(value, set.obtained);
}

export function isErrorExit(frame: Frame, state: State, value: Term | undefined): boolean {
  if (!value) return false;
  const { low, high } = state.facts.bounds(value);
  const returns = frame.function.returnType;
  if (returns.kind === 'pointer') return high <= 0;
  if (returns.kind === 'integer' && returns.bits === 1) return high === 0 && low === 0;
  return high < 0;
}

/** A failure that nobody looks at is cleaned up by nobody. */
const isForCallers = (program: Program, model: FunctionModel): boolean =>
  isJudgedAtCallers(program, model) && isAnswerTaken(program, model);

/** Whether what an error exit leaves to others is lost. A loop over what names the pages may always take no turn. */
function isLost({ isUntold, namedAt }: Loss, { isReleasedAtError, emptied }: Account): boolean {
  if (namedAt === undefined) return isUntold === true || isReleasedAtError;
  return (isReleasedAtError || emptied.size > 0) && !emptied.has(namedAt);
}

/** Where the way to an exit left the straight line for the last time. */
function lastJump({ state, span }: Exit): number {
  for (let step = state.trace; step; step = step.previous) if (step.kind === 'goto') return step.span.start;
  return span.start;
}

function reportPages(context: Context, acquisition: Acquisition, account: Account): void {
  const abandoned = account.abandoned.filter(loss => isLost(loss, account));
  const losses = [...account.losses, ...abandoned];
  if (losses.length === 0) return;
  const everywhere =
    !account.isReleasedSomewhere &&
    account.abandoned.length === 0 &&
    context.releases.of(acquisition.key).length === 0;
  const places = losses.map(loss => ({
    loss,
    place: lossPlace(context, acquisition.key, acquisition, loss.exit),
  }));
  places.sort((a, b) => a.place.span.start - b.place.span.start);
  const { loss, place } = places[0]!;
  const others = [...new Set(places.map(each => each.place.span.start))].length - 1;
  context.report({
    kind: 'leak',
    ...(everywhere ? takingPlace(acquisition, loss.exit) : place),
    origin: acquisition,
    acquisition,
    confidence: loss.confidence,
    trace: loss.exit.state.trace,
    details: {
      everywhere: everywhere ? 'yes' : undefined,
      others: others > 0 ? String(others) : undefined,
      untold: !account.isReleasedAtError && loss.isUntold ? 'yes' : undefined,
    },
    array: loss.array,
  });
}

function reportArray(context: Context, allocation: Allocation, account: Account): void {
  const [loss] = account.losses;
  if (!loss) return;
  const everywhere = !account.isReleasedSomewhere && context.releases.of(allocation.id).length === 0;
  const places = account.losses.map(each => lossPlace(context, allocation.id, allocation, each.exit));
  places.sort((a, b) => a.span.start - b.span.start);
  const place = places[0]!;
  context.report({
    kind: 'array-leak',
    span: everywhere ? allocation.span : place.span,
    frame: everywhere ? allocation.frame : place.frame,
    origin: allocation,
    confidence: 'certain',
    trace: loss.exit.state.trace,
    details: { allocator: allocation.allocator, everywhere: everywhere ? 'yes' : undefined },
  });
}

/** The call that took the pages, in the function that did not give them to its caller in turn. */
function takingPlace({ key, calleeSpan, frame }: Acquisition, { state }: Exit): { span: Span; frame: Frame } {
  const givers = new Set<string>();
  for (let step = state.trace; step; step = step.previous)
    if (step.kind === 'return' && step.handedOut?.includes(key)) givers.add(step.frame.key);
  let place = { span: calleeSpan, frame };
  while (givers.has(place.frame.key) && place.frame.parent) {
    const span = callSpan(place.frame);
    if (!span) break;
    place = { span, frame: place.frame.parent };
  }
  return place;
}

/** The first goto or return on the path after which no release of the thing can be reached any more. */
function lossPlace(
  context: Context,
  key: string,
  origin: { span: Span; frame: Frame },
  exit: Exit,
): { span: Span; frame: Frame } {
  const steps: Trace[] = [];
  for (let step = exit.state.trace; step; step = step.previous) {
    steps.push(step);
    if (step.span.start === origin.span.start && step.kind === 'acquire') break;
  }
  steps.reverse();
  for (const step of steps) {
    if ((step.kind !== 'goto' && step.kind !== 'return') || step.target === undefined) continue;
    // A callee that was given the pages and failed does not lose them: its caller does.
    if (!isWithin(origin.frame, step.frame)) continue;
    // Who gives it to its caller does not lose it: the caller does.
    if (step.handedOut?.includes(key)) continue;
    if (!context.releases.mayFollow(key, step.frame, step.target))
      return { span: step.span, frame: step.frame };
  }
  const last = steps.at(-1);
  return { span: exit.span, frame: last?.frame ?? exit.state.trace!.frame };
}
