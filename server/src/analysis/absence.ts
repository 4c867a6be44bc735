import type { Span } from '../base/text.ts';
import type { FunctionModel } from '../program/model.ts';
import { type Binding, bindingsIn } from './bindings.ts';
import type { Context, Fault } from './context.ts';
import { isBeyondDoubt, UNTOLD } from './doubts.ts';
import { type Frame, isWithin } from './frames.ts';
import type { Exit } from './interpret.ts';
import { doubtsOf, GONE, type Later, runLater, TOLD } from './later.ts';
import { LIMITS } from './limits.ts';
import type { PageFlow } from './pageFlow.ts';
import { pointerAtom } from './places.ts';
import { isForeign, isLedTo, reachable, survivors } from './reach.ts';
import { possibleHolds } from './releasing.ts';
import { type Begun, isKnownToNobody, isOwnMatter, isReleasedElsewhere } from './soleOwner.ts';
import type { PageSet, State, Trace } from './state.ts';
import type { Term } from './terms.ts';

/** What becomes of the pages of one set at the exits of a callback. */
interface Outcome {
  /** Exits at which the object is gone that led to them. */
  readonly gone: Exit[];
  /** Exits at which they are where they were, and nobody was told of it. */
  readonly left: Exit[];
  readonly isReleased: boolean;
}

/**
 * Judges the functions that run when something is over which a root function has begun: what is held by an object goes
 * with that object, unless they release it.
 * @param flow where pages go over the whole file; undefined where others were asked about before.
 */
export function judgeCompletions(
  context: Context,
  root: Frame,
  exits: readonly Exit[],
  flow: PageFlow | undefined,
): void {
  const seen = new Set<string>();
  const found: Found[] = [];
  for (const exit of exits) {
    const { state } = exit;
    if (state.warned) continue;
    const bindings = bindingsIn(context, state);
    for (const binding of bindings) {
      const kind = `${binding.callback.name}|${binding.object.id}|${state.property()}`;
      if (seen.has(kind) || seen.size >= LIMITS.exitsWithCallbacks) continue;
      seen.add(kind);
      const later = runLater(context, root, state, binding);
      if (later) found.push(...judgeLater({ context, root, exit, binding, bindings, flow }, later));
    }
  }
  for (const { fault, callback, passed } of found) {
    const isOthers = ({ callback: other, fault: { origin } }: Found): boolean =>
      other !== callback && passed.has(other) && origin.span.start === fault.origin.span.start;
    if (!found.some(isOthers)) context.report(fault);
  }
}

interface Judging extends Begun {
  readonly bindings: readonly Binding[];
  readonly flow: PageFlow | undefined;
}

/** A loss, with the functions that the path to it went through. */
interface Found {
  readonly fault: Fault;
  readonly callback: FunctionModel;
  readonly passed: ReadonlySet<FunctionModel>;
}

function judgeLater(judging: Judging, later: Later): Found[] {
  const { context, binding } = judging;
  const { isReplay } = context;
  const { entry } = later;
  const led = ledBy(context, entry, binding);
  const found: Found[] = [];
  for (const set of entry.sets.values()) {
    if (set.status !== 'held' || !set.isExact || !entry.mayExist(set) || !entry.mayRemain(set)) continue;
    if (!isLedTo(entry, led, set) || possibleHolds(entry, set).has('none')) continue;
    const { gone, left, isReleased } = outcomeOf(context, later, set);
    if (isLost(gone, false, isReplay)) {
      if (isOwedByCallback(judging, entry, set, isReleased))
        found.push(lossOf(judging, later, set, gone, 'gone'));
    } else if (
      isReleased &&
      !binding.recurs &&
      isLost([...gone, ...left], true, isReplay) &&
      isAlone(judging, entry, set)
    )
      found.push(lossOf(judging, later, set, [...left, ...gone], 'left'));
  }
  return found;
}

const ledBy = (context: Context, state: State, { object, given }: Binding): ReadonlySet<Term> =>
  reachable(context, state, [object, ...given.values()]);

/** Whether nobody but the callback can have released the pages of an object that it frees. */
function isOwedByCallback(judging: Judging, entry: State, set: PageSet, isReleased: boolean): boolean {
  const { flow } = judging;
  // Where others do not release such pages, a callback that does so on one path owes it on all.
  const isItsTask = isReleased && flow !== undefined && !isReleasedElsewhere(judging, flow, set);
  return isItsTask || isAlone(judging, entry, set);
}

/** Whether nothing else that runs later leads to the pages, and nobody else in view releases them. */
function isAlone(judging: Judging, entry: State, set: PageSet): boolean {
  const { context, binding, bindings, flow } = judging;
  if (!flow) return true;
  const isShared = bindings.some(
    other => other.callback !== binding.callback && isLedTo(entry, ledBy(context, entry, other), set),
  );
  if (isShared) return false;
  const isInView = !isReleasedElsewhere(judging, flow, set) && isOwnMatter(judging, flow, entry, set);
  return isInView || isKnownToNobody(judging, set);
}

/** Whether these exits are reached whatever is unknown; of merged paths, whether they may be. */
function isLost(exits: readonly Exit[], isTellingEnough: boolean, isReplay: boolean): boolean {
  const paths = exits
    .filter(({ state }) => !(isTellingEnough && state.doubts.has(TOLD)))
    .map(({ state }) => doubtsOf(state));
  return isReplay ? isBeyondDoubt(paths) : paths.some(doubts => !doubts.has(UNTOLD));
}

function outcomeOf(context: Context, { entry, exits, frame }: Later, { id }: PageSet): Outcome {
  const gone: Exit[] = [];
  const left: Exit[] = [];
  let isReleased = false;
  for (const exit of exits) {
    const { state } = exit;
    const set = state.sets.get(id);
    if (set?.dropped.some(release => isWithin(release.frame, frame))) isReleased = true;
    const isHeld =
      set?.status === 'held' &&
      set.isExact &&
      state.mayRemain(set) &&
      set.keepers.length === 0 &&
      !state.warned;
    if (!isHeld || set.isViewed || set.viewers.length > 0) continue;
    if (isGone(context, entry, exit, set)) gone.push(exit);
    else left.push(exit);
  }
  return { gone, left, isReleased };
}

/** The callback has freed what led to the pages, and nothing else does. */
function isGone(context: Context, entry: State, { state, value }: Exit, set: PageSet): boolean {
  const freed = new Set([...state.freed].filter(each => !entry.freed.has(each)));
  if (freed.size === 0) return false;
  if (set.page && freed.has(set.page)) return true;
  const without = state.clone();
  const isIn = (pointer: Term): boolean => {
    const atom = pointerAtom(pointer, each => context.pointers.has(each));
    if (!atom || freed.has(atom)) return atom !== undefined;
    const place = atom.kind === 'address' ? context.places.get(atom.place) : undefined;
    return place?.root.kind === 'pointer' && isIn(place.root.pointer);
  };
  for (const key of state.memory.keys()) {
    const place = context.places.get(key);
    if (place?.root.kind === 'pointer' && isIn(place.root.pointer)) without.memory.delete(key);
  }
  for (const pointer of state.aliases.keys()) if (isIn(pointer)) without.aliases.delete(pointer);
  if (
    set.pointer &&
    !freed.has(set.pointer) &&
    !isIn(set.pointer) &&
    isForeign(context, without, set.pointer)
  )
    return false;
  const live = survivors(context, without, value);
  return !isLedTo(without, live, set);
}

function lossOf(
  { context, root, exit, binding }: Judging,
  { frame }: Later,
  { acquisition }: PageSet,
  exits: readonly Exit[],
  how: 'gone' | 'left',
): Found {
  const { callback, where } = binding;
  const sure = exits.filter(({ state }) => !state.doubts.has(UNTOLD));
  const [first] = sure.sort(
    (a, b) => doubtsOf(a.state).size - doubtsOf(b.state).size || a.span.start - b.span.start,
  );
  const span = placeOf(context, frame, first!);
  const steps = stepsIn(first!.state.trace, frame);
  const { placeText } = acquisition;
  const fault: Fault = {
    kind: 'completion-leak',
    span,
    frame,
    leftAt: { span: exit.span, frame: root },
    boundAt: where,
    origin: acquisition,
    acquisition,
    confidence: 'certain',
    trace: first!.state.trace,
    details: { callback: callback.name, how },
    steps: [
      { span: acquisition.span, message: `\`${placeText}\` taken here by ${acquisition.callee}()` },
      { span: where.span, message: `${callback.name}() is bound here, to run later` },
      ...steps.map(step => ({ span: step.span, message: step.message })),
      { span, message: `${callback.name}() is over: nothing has released the pages` },
    ],
  };
  return { fault, callback, passed: new Set(steps.map(step => step.frame.function)) };
}

/** Where a callback returns; where its end is the end of its text, what it calls there by which the object goes. */
function placeOf(context: Context, frame: Frame, { span, state }: Exit): Span {
  if (context.source(span).startsWith('return')) return span;
  let isGone = false;
  for (let step = state.trace; step; step = step.previous) {
    isGone ||= step.subject === GONE;
    if (isGone && step.frame.key === frame.key && step.kind === 'call') return step.span;
  }
  return span;
}

/** The branches that the callback took, and what it called. */
function stepsIn(trace: Trace | undefined, frame: Frame): Trace[] {
  const steps: Trace[] = [];
  for (let step = trace; step; step = step.previous)
    if (isWithin(step.frame, frame) && step.kind !== 'return' && steps.length < LIMITS.pathSteps)
      steps.push(step);
  return steps.reverse();
}
