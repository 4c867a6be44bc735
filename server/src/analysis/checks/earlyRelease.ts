import type { Span } from '../../base/text.ts';
import type { CallInstruction, Expression } from '../../program/model.ts';
import { isPointerToStruct, PAGE_TAGS } from '../../program/types.ts';
import type { FunctionRow, Release, Submit } from '../../semantics/effects.ts';
import { isBio } from '../bioContents.ts';
import type { Context } from '../context.ts';
import { isInFlight, resultOf, type Submission, settle } from '../flight.ts';
import type { Frame } from '../frames.ts';
import type { Place } from '../places.ts';
import { reachable } from '../reach.ts';
import type { PageSet } from '../state.ts';
import { asNumber, mentions, type Term } from '../terms.ts';
import type { Values } from '../values.ts';
import type { Check } from './check.ts';
import { goneSet, pageBehind } from './gone.ts';

const UNKNOWN = { kind: 'unknown', name: '' } as const;
const RELEASED = '__released';

/** A call that a state remembers by a number: the offset of its name. */
interface Noted {
  readonly name: string;
  readonly span: Span;
  readonly frame: Frame;
}

const noted = new WeakMap<Context, Map<number, Noted>>();

/**
 * Holds that are dropped before I/O on their pages is submitted, or after it was submitted with nothing between that
 * could have waited for its end. Both are told at the release.
 */
export const earlyRelease: Check = {
  call(context, values, call, row) {
    for (const effect of row?.effects ?? []) {
      if (effect.kind === 'release') released(context, values, call, effect);
      else if (effect.kind === 'submit' && !effect.work) submitted(context, values, call, effect);
    }
    for (const argument of call.arguments) if (isBio(argument)) reuse(context, values, argument, row);
    settle(context, values, call, row);
  },
  branch(_context, values, branch) {
    // Whether the I/O is done may have been asked.
    if (looksAtMemory(branch.condition)) values.state.flight.land();
  },
};

/** What a call started, if it may still go on. */
function ongoing(values: Values, submission: Submission | undefined): Submission | undefined {
  return submission && isInFlight(values.state, submission) ? submission : undefined;
}

function begin(values: Values, call: CallInstruction, effect: Submit, object: Term, set?: string): void {
  values.state.flight.submit({
    callee: call.callee ?? '',
    span: call.calleeSpan,
    frame: values.frame,
    object,
    set,
    result: resultOf(values, call),
    starts: effect.onlyQueued ? 'queued' : 'unless-error',
    waits: [],
  });
}

function released(context: Context, values: Values, call: CallInstruction, effect: Release): void {
  const argument = call.arguments[effect.pages.argument - 1];
  if (!argument) return;
  const term = values.value(argument);
  if (effect.pages.form === 'object') {
    if (!isBio(argument)) return;
    const submission = ongoing(values, values.state.flight.submissionOf(term));
    if (submission) report(context, values, note(values, call), submission.callee, 'in flight', argument);
    else write(context, values, member(context, term, RELEASED), call);
    return;
  }
  for (const set of releasedSets(values, term)) {
    const submission = ongoing(values, values.state.flight.submissionOf(term, set.id));
    if (submission && !isHeldOtherwise(context, values, set))
      report(context, values, note(values, call), submission.callee, 'in flight', argument, set);
  }
}

function releasedSets(values: Values, term: Term): PageSet[] {
  const page = pageBehind(values.state, term);
  if (page) return [page.set];
  return [...values.state.sets.values()].filter(
    ({ pointer }) => pointer !== undefined && mentions(term, atom => atom === pointer),
  );
}

function submitted(context: Context, values: Values, call: CallInstruction, effect: Submit): void {
  const argument = call.arguments[effect.argument - 1];
  if (!argument) return;
  const { state } = values;
  const term = values.value(argument);
  const name = call.callee ?? '';
  const release = isBio(argument) && recall(context, values, member(context, term, RELEASED));
  if (release) report(context, values, release, name, 'before', argument);
  const isGoingOn = effect.synchronous !== true && effect.doneOnZero !== true;
  if (isGoingOn && isBio(argument)) begin(values, call, effect, term);
  for (const set of containedSets(context, values, term)) {
    const gone = set.status === 'dropped' ? goneSet(context, state, set) : undefined;
    if (gone && !gone.mayBeKept)
      report(context, values, { ...gone.release, name: gone.release.callee }, name, 'before', argument, set);
    else if (isGoingOn && set.status === 'held') begin(values, call, effect, term, set.id);
  }
}

/** The sets whose pages lie in what the object leads to: bios, scatterlists, vectors, iterators over them. */
function containedSets(context: Context, values: Values, term: Term): PageSet[] {
  const { state } = values;
  const found = new Set<PageSet>();
  for (const reached of reachable(context, state, [term])) {
    const page = reached.kind === 'page' ? pageBehind(state, reached) : undefined;
    if (page && state.mayExist(page.set)) found.add(page.set);
  }
  return [...found];
}

/** Somebody else may hold the pages too. */
function isHeldOtherwise(context: Context, values: Values, set: PageSet): boolean {
  if (set.hasOwnReference || set.status !== 'held' || !values.state.mayRemain(set)) return true;
  return set.keepers.some(keeper => {
    const effects = context.table.row(keeper.callee)?.effects ?? [];
    return !effects.some(each => each.kind === 'submit' || (each.kind === 'store' && each.takes === 'keeps'));
  });
}

/** A bio that is given to a call which neither releases nor submits may carry other pages afterwards. */
function reuse(context: Context, values: Values, argument: Expression, row: FunctionRow | undefined): void {
  if (row?.effects.some(({ kind }) => /^(release|submit|dirty)$/.test(kind))) return;
  if (row && !row.parameters) return;
  const term = values.value(argument);
  values.state.memory.delete(member(context, term, RELEASED).key);
}

/** Whether a condition reads memory that the end of an I/O may have changed; which pages there are, it does not change. */
function looksAtMemory(expression: Expression): boolean {
  if ([1, 2].some(depth => isPointerToStruct(expression.type, PAGE_TAGS, depth))) return false;
  switch (expression.kind) {
    case 'dereference':
    case 'index':
    case 'opaque':
    case 'member':
      return true;
    case 'global':
      return !/^[A-Z0-9_]+$/.test(expression.name);
    case 'unary':
    case 'cast':
      return looksAtMemory(expression.operand);
    case 'binary':
      return looksAtMemory(expression.left) || looksAtMemory(expression.right);
    default:
      return false;
  }
}

const member = (context: Context, object: Term, name: string): Place =>
  context.places.member(context.places.target(object, UNKNOWN), name, UNKNOWN);

function note(values: Values, call: CallInstruction): Noted {
  return { name: call.callee ?? '', span: call.calleeSpan, frame: values.frame };
}

function write(context: Context, values: Values, place: Place, call: CallInstruction): void {
  const calls = noted.get(context) ?? new Map<number, Noted>();
  noted.set(context, calls.set(call.calleeSpan.start, note(values, call)));
  values.state.memory.set(place.key, values.number(call.calleeSpan.start));
}

/** The call that a place remembers. */
function recall(context: Context, values: Values, place: Place): Noted | undefined {
  const value = values.state.memory.get(place.key);
  const number = value && asNumber(value);
  return number === undefined ? undefined : noted.get(context)?.get(number);
}

function report(
  context: Context,
  values: Values,
  release: Noted,
  submission: string,
  order: 'before' | 'in flight',
  object: Expression,
  set?: PageSet,
): void {
  if (values.state.warned) return;
  const { name, span, frame } = release;
  const placeText = context.source(object.span).replace(/^&/, '');
  context.report({
    kind: 'early-release',
    span,
    frame,
    origin: set?.acquisition ?? { span, callee: name, placeText },
    acquisition: set?.acquisition,
    confidence: 'certain',
    trace: values.state.trace,
    details: { release: name, submission, order, object: placeText },
  });
}
