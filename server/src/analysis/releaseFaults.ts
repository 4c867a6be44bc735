import type { Span } from '../base/text.ts';
import type { FunctionModel } from '../program/model.ts';
import type { Released } from '../semantics/effects.ts';
import type { Hold } from '../semantics/holds.ts';
import type { Context, Fault } from './context.ts';
import { type Frame, isWithin } from './frames.ts';
import { calleeOf, originOf, placeOfCall, possibleHolds, type Releasing } from './releasing.ts';
import type { PageSet, State } from './state.ts';
import type { Term } from './terms.ts';

const INFINITY = Number.POSITIVE_INFINITY;

function undoes(released: Released, hold: Hold): boolean {
  return released === hold || released === 'by-flag' || released === 'by-mode-argument';
}

/** The hold depends on the iterator, the function knows to ask it, and this release does not. */
function isUnasked({ context, effect, state }: Releasing, set: PageSet, holds: ReadonlySet<Hold>): boolean {
  if (effect.hold !== 'pin' && effect.hold !== 'get') return false;
  if (!holds.has('none') || set.hasOwnReference || !set.isExact || state.facts.isZero(set.obtained))
    return false;
  return asksIterator(context, set.acquisition.frame.function);
}

/** Whether a function asks which hold an iterator gives. */
function asksIterator({ table }: Context, { blocks }: FunctionModel): boolean {
  return blocks.some(block =>
    block.instructions.some(
      instruction =>
        instruction.kind === 'call' &&
        instruction.callee !== undefined &&
        MODE_QUESTIONS.has(instruction.callee) &&
        table.row(instruction.callee) !== undefined,
    ),
  );
}

const MODE_QUESTIONS = new Set(['iov_iter_extract_will_pin', 'iov_iter_extract_mode']);

/** What is wrong with a release, and where that is told if not at the call that releases. */
type ReleaseFault = Pick<Fault, 'kind' | 'details'> & Partial<Pick<Fault, 'span' | 'frame' | 'callee'>>;

function report({ context, instruction, state, values }: Releasing, set: PageSet, fault: ReleaseFault): void {
  context.report({
    span: placeOfCall(instruction),
    frame: values.frame,
    callee: calleeOf(instruction),
    ...fault,
    origin: originOf(set),
    acquisition: set.acquisition,
    confidence: 'certain',
    trace: state.trace,
  });
}

export function checkHold(releasing: Releasing, set: PageSet): void {
  const { state, effect } = releasing;
  if (set.status === 'unknown' || state.warned) return;
  const holds = possibleHolds(state, set);
  if ([...holds].some(hold => undoes(effect.hold, hold))) {
    if (isUnasked(releasing, set, holds)) report(releasing, set, { kind: 'unasked-release', details: {} });
    return;
  }
  if (set.hasOwnReference && (effect.hold === 'get' || effect.hold === 'allocation')) return;
  report(releasing, set, {
    kind: 'wrong-release',
    details: { hold: [...holds].sort().join(' or '), released: effect.hold, mode: set.mode },
  });
}

export function reportSecond(releasing: Releasing, set: PageSet): void {
  const first = set.dropped.at(-1)!;
  report(releasing, set, {
    kind: 'second-release',
    details: { first: first.callee, firstAt: String(first.span.start) },
    ...secondPlace(releasing.values.frame, first.frame),
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

export function reportCount(releasing: Releasing, set: PageSet, count: Term): void {
  const { state, context, instruction } = releasing;
  const isBytes = set.bytes !== undefined && count === set.bytes;
  const cause = isBytes ? 'bytes' : isAsked(state, set, count) ? 'asked' : otherCause(state, set, count);
  const counted = releasing.effect.count;
  const position = counted && counted !== 'all' && 'argument' in counted ? counted.argument : undefined;
  reportWrongCount(releasing, set, {
    cause,
    count: position ? context.source(instruction.arguments[position - 1]!.span) : undefined,
    countPosition: position ? String(position) : undefined,
  });
}

function otherCause(state: State, set: PageSet, count: Term): string {
  if (state.facts.bounds(count).high < 0) return 'negative';
  if (set.bytes) return 'offset';
  return state.facts.isLess(set.obtained, count) ? 'beyond' : 'asked';
}

function isAsked(state: State, set: PageSet, count: Term): boolean {
  return set.asked !== undefined && state.facts.areEqual(count, set.asked);
}

export function reportNothing(releasing: Releasing, set: PageSet): void {
  const isError = releasing.state.facts.bounds(set.obtained).high < INFINITY;
  reportWrongCount(releasing, set, { cause: isError ? 'failed' : 'asked' });
}

function reportWrongCount(
  releasing: Releasing,
  set: PageSet,
  details: Readonly<Record<string, string | undefined>>,
): void {
  const { state, instruction, values } = releasing;
  if (state.warned) return;
  const { span, frame, isCaller } = countedAt(releasing, set);
  report(releasing, set, {
    kind: 'wrong-count',
    span,
    frame,
    details: { ...details, callee: instruction.callee, obtainedName: values.nameOf(set.obtained) },
    callee: isCaller ? undefined : calleeOf(instruction),
  });
}
