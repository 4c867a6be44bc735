import type { Span } from '../../base/text.ts';
import type { Expression } from '../../program/model.ts';
import { isPointerToStruct } from '../../program/types.ts';
import { QUEUED } from '../../semantics/completions.ts';
import { type IteratorKind, USER_BACKED_KINDS } from '../../semantics/holds.ts';
import type { Context, Fault } from '../context.ts';
import { holderOf, isInFlight, type KeptIterator, queued, type Submission } from '../flight.ts';
import { type Frame, rootFrame, rootOf } from '../frames.ts';
import { directionOf, kindsOf } from '../iterators.ts';
import { type LaterUse, laterUsesOf } from '../iteratorUses.ts';
import { isMember, locationsOf } from '../locations.ts';
import { structOfMember } from '../memberKeys.ts';
import { isParameter, type Term } from '../terms.ts';
import type { Values } from '../values.ts';

const KIOCB = new Set(['struct kiocb']);
const VECTORS = new Set(['struct iovec']);

/**
 * Why an iterator that was kept is used later: the function answers -EIOCBQUEUED, it returns with work under way, or it
 * gives the object to work, which it may then wait for.
 */
export type Moment = 'queued' | 'under way' | 'given to work';

/** Reports a kept iterator that what runs later cannot use: its memory or its vector is not there any more. */
export function judge(context: Context, values: Values, kept: KeptIterator, moment: Moment): void {
  const { state } = values;
  const object = holderOf(context, kept);
  // An object on the stack is gone when the function returns: its author waits.
  if (object?.kind === 'address' && moment !== 'given to work') return;
  if (!object || isFreed(values, object)) return;
  const kinds = userKinds(context, values, kept.iterator);
  if (kinds.length === 0) return;
  const { uses, structs } = laterUsesOf(context.program, context.table);
  const direction = directionOf(context, state, kept.iterator);
  const matching = uses.filter(
    use => use.location === kept.location && (!direction || !use.direction || use.direction === direction),
  );
  const foreign = matching.find(use => !use.isSafe);
  if (moment === 'given to work') {
    if (foreign) reportForeign(context, values, kept, foreign);
    return;
  }
  if (foreign) reportForeign(context, values, kept, foreign);
  else if (matching[0]) reportEscape(context, values, kept, matching[0], kinds);
  else if (
    moment === 'queued' &&
    kept.how === 'copy' &&
    !structs.has(structOfMember(kept.location)) &&
    !isNoted(kept)
  )
    reportForeign(context, values, kept, undefined);
}

/** The object keeps the vector too, as its own: who ends the object frees it. */
const isVectorKept = (kept: KeptIterator): boolean =>
  setsBeside(kept, ({ type }) => isPointerToStruct(type, VECTORS, 1));

/** A flag of the object is set beside the copy, which tells whoever finds it there what it is good for. */
const isNoted = (kept: KeptIterator): boolean =>
  setsBeside(
    kept,
    ({ type }, value) => value.kind === 'constant' && type.kind === 'integer' && type.bits === 1,
  );

/** Whether the function that kept an iterator sets another member of the object in this way. */
function setsBeside(
  { frame, location }: KeptIterator,
  isWanted: (place: Expression, value: Expression) => boolean,
): boolean {
  const tag = structOfMember(location);
  return frame.function.blocks.some(({ instructions }) =>
    instructions.some(
      each =>
        each.kind === 'assign' &&
        isWanted(each.place, each.value) &&
        locationsOf(frame.function, each.place).some(at => isMember(at) && structOfMember(at) === tag),
    ),
  );
}

function isFreed({ state }: Values, object: Term): boolean {
  if (state.freed.has(object)) return true;
  return [...state.allocations.values()].some(({ atom, status }) => atom === object && status === 'freed');
}

/**
 * The kinds over user memory that an iterator is known to be of: it was built so, an operations table or the author's own
 * test says so, or it is what a function is given beside a struct kiocb.
 */
function userKinds(context: Context, values: Values, iterator: Term): IteratorKind[] {
  const kinds = kindsOf(context, values.state, iterator);
  const user = USER_BACKED_KINDS.filter(kind => kinds.has(kind));
  const facts = values.state.iterators.get(iterator);
  const isWitnessed = facts?.direction !== undefined || user.length === kinds.size;
  return isWitnessed || isGivenWithRequest(values, iterator) ? user : [];
}

function isGivenWithRequest(values: Values, iterator: Term): boolean {
  const { parameters } = rootOf(values.frame).function;
  return isParameter(iterator) && parameters.some(({ type }) => isPointerToStruct(type, KIOCB, 1));
}

function reportForeign(
  context: Context,
  values: Values,
  kept: KeptIterator,
  use: LaterUse | undefined,
): void {
  // Who takes care of the vector means to use it later: then it is the use that is wrong.
  const isUseWrong = use !== undefined && kept.how === 'duplicate';
  report(context, values, {
    kind: 'foreign-iterator',
    span: isUseWrong ? use.within.calleeSpan : kept.span,
    frame: isUseWrong ? rootFrame(use.callback) : kept.frame,
    origin: kept,
    confidence: use ? 'certain' : 'guess',
    details: {
      how: kept.how,
      user: isUseWrong ? (use.within.callee ?? use.callee) : use?.callee,
      callback: use?.callback.name,
      at: isUseWrong ? 'use' : 'store',
    },
    steps: stepsOf(kept, use),
  });
}

function reportEscape(
  context: Context,
  values: Values,
  kept: KeptIterator,
  use: LaterUse,
  kinds: readonly IteratorKind[],
): void {
  if (kept.how === 'duplicate' || (kept.how === 'copy' && !kinds.includes('iovec'))) return;
  if (kept.how === 'copy' && isVectorKept(kept)) return;
  report(context, values, {
    kind: 'escaping-iterator',
    span: kept.span,
    frame: kept.frame,
    origin: kept,
    confidence: 'certain',
    details: { how: kept.how, user: use.callee, callback: use.callback.name },
    steps: stepsOf(kept, use),
  });
}

function stepsOf(kept: KeptIterator, use: LaterUse | undefined): Fault['steps'] {
  const whose = kept.iterator.kind === 'symbol' ? "the caller's iterator" : 'the iterator';
  const steps = [
    {
      span: kept.span,
      message:
        kept.how === 'pointer'
          ? `\`${kept.text}\` points to ${whose}`
          : `\`${kept.text}\` is a copy of ${whose}`,
    },
  ];
  if (!use) return steps;
  const { within, callback, callee, span } = use;
  steps.push({
    span: within.calleeSpan,
    message: `${callback.name}() uses it later: ${within.callee ?? callee}()`,
  });
  if (within.calleeSpan.start !== span.start)
    steps.push({ span, message: `${use.function.name}() calls ${callee}() with it` });
  return steps;
}

/** The vector of an iterator over which a queued request goes on must outlive the function. */
export function judgeVector(
  context: Context,
  values: Values,
  submission: Submission,
  returned: Term | undefined,
): void {
  const { vector, result, span, frame, callee } = submission;
  if (!vector || !result || !mayGoOn(context, values, submission, result)) return;
  if (returned !== result && !asksForQueued(context, frame)) return;
  const { builtBy } = vector;
  const start = builtBy && {
    span: builtBy.calleeSpan,
    message: `${builtBy.callee}() builds the iterator over a local vector`,
  };
  report(context, values, {
    kind: 'escaping-iterator',
    span,
    frame,
    origin: { span, text: vector.text },
    confidence: 'certain',
    details: { how: 'vector', user: callee, callback: undefined },
    steps: [
      ...(start ? [start] : []),
      { span, message: `${callee}() may go on with it after it returned -EIOCBQUEUED` },
    ],
  });
}

/** Nothing says that the answer was not -EIOCBQUEUED, or that the end was waited for. */
function mayGoOn(context: Context, { state }: Values, submission: Submission, result: Term): boolean {
  const difference = context.terms.subtract(result, queued(context));
  if (state.facts.isNonZero(difference) || state.facts.bounds(result).low >= 0) return false;
  return isInFlight(state, { ...submission, starts: 'always' });
}

function asksForQueued(context: Context, { function: { span } }: Frame): boolean {
  return context.program.text.slice(span.start, span.end).includes(QUEUED);
}

interface Report {
  readonly kind: Fault['kind'];
  readonly span: Span;
  readonly frame: Frame;
  readonly origin: { readonly span: Span; readonly text: string };
  readonly confidence: Fault['confidence'];
  readonly details: Fault['details'];
  readonly steps: Fault['steps'];
}

function report(context: Context, values: Values, { origin, ...fault }: Report): void {
  context.report({
    ...fault,
    origin: { span: origin.span, callee: '', placeText: origin.text },
    trace: values.state.trace,
  });
}
