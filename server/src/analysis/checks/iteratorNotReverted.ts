import type { Span } from '../../base/text.ts';
import { type CallInstruction, callsOf, type Expression, type FunctionModel } from '../../program/model.ts';
import { ITERATOR_TAGS, isPointerToStruct } from '../../program/types.ts';
import type { FunctionRow } from '../../semantics/effects.ts';
import { isJudgedAtCallers } from '../callers.ts';
import type { Context } from '../context.ts';
import { type Frame, isWithin } from '../frames.ts';
import type { Place } from '../places.ts';
import { isForeign } from '../reach.ts';
import type { Acquisition, PageSet, Trace } from '../state.ts';
import { asNumber, type Term } from '../terms.ts';
import type { Values } from '../values.ts';
import type { Check } from './check.ts';

const UNKNOWN = { kind: 'unknown', name: '' } as const;
const REVERTED = '__reverted';
const ABANDONED = '__abandoned';

/** An error exit that leaves the iterator behind bytes of which the pages were dropped. */
interface Abandonment {
  readonly span: Span;
  readonly frame: Frame;
  readonly acquisition: Acquisition;
  readonly trace: Trace | undefined;
}

const abandonments = new WeakMap<Context, Map<number, Abandonment>>();

/**
 * Error exits behind an extraction whose pages were dropped, with the caller's iterator left where it was advanced to.
 * Told where the function reverts that iterator on another path, or where a caller in view goes on with it.
 */
export const iteratorNotReverted: Check = {
  call(context, values, call, row) {
    for (let at = 1; at <= call.arguments.length; at++) checkIterator(context, values, call, row, at);
  },
  assign(context, values, place) {
    // `*iter = saved` goes back too.
    if (place.type.kind !== 'struct' || place.type.tag !== 'struct iov_iter') return;
    giveBack(context, values, values.addressOf(values.place(place), false));
  },
  exit(context, values, value, span) {
    if (!value || values.state.facts.bounds(value).high >= 0) return;
    if (reverts(context, values.frame.function))
      for (const [key, mark] of values.state.memory) {
        const abandonment = key.startsWith(`g:${ABANDONED}:`) && recall(context, mark);
        if (abandonment) report(context, abandonment, { witness: 'others' });
      }
    for (const set of values.state.sets.values()) {
      const { iterator } = set;
      if (!iterator || !isAbandoned(context, values, set, iterator)) continue;
      // A callee that failed left it so.
      if (values.state.memory.has(mark(context, iterator, ABANDONED).key)) continue;
      const abandonment = {
        span,
        frame: values.frame,
        acquisition: set.acquisition,
        trace: values.state.trace,
      };
      const isJudgedHere = !isCallersOwn(context, values.frame.function);
      if (isJudgedHere && reverts(context, values.frame.function))
        report(context, abandonment, { witness: 'path' });
      else if (values.frame.parent) remember(context, values, iterator, abandonment);
    }
  },
};

function checkIterator(
  context: Context,
  values: Values,
  call: CallInstruction,
  row: FunctionRow | undefined,
  at: number,
): void {
  const term = values.value(call.arguments[at - 1]!);
  const iterator = values.state.iteratorOf(term);
  const { memory } = values.state;
  const abandoned = mark(context, iterator, ABANDONED);
  if (movesOn(row, at)) {
    const abandonment = recall(context, memory.get(abandoned.key));
    if (abandonment) report(context, abandonment, { witness: 'caller', user: call.callee });
    memory.delete(mark(context, iterator, REVERTED).key);
  } else if (isReverted(row, at)) {
    checkAmount(context, values, call);
    if (!isNothing(values, call)) giveBack(context, values, iterator);
  } else if (!row && (!call.callee || !context.program.functions.has(call.callee)))
    memory.delete(abandoned.key);
}

/** A revert by 0 bytes. */
function isNothing(values: Values, call: CallInstruction): boolean {
  const [, amount] = call.arguments;
  return amount !== undefined && values.state.facts.isZero(values.value(amount));
}

function giveBack(context: Context, values: Values, iterator: Term): void {
  const { memory } = values.state;
  memory.set(mark(context, iterator, REVERTED).key, values.number(1));
  memory.delete(mark(context, iterator, ABANDONED).key);
}

const movesOn = (row: FunctionRow | undefined, at: number): boolean =>
  row?.effects.some(
    effect =>
      (effect.kind === 'acquire' || (effect.kind === 'position' && effect.by === 'advance')) &&
      effect.iterator === at,
  ) === true;

const isReverted = (row: FunctionRow | undefined, at: number): boolean =>
  row?.effects.some(
    effect => effect.kind === 'position' && effect.by === 'revert' && effect.iterator === at,
  ) === true;

/** iov_iter_revert() takes a size: an error code is a huge one (lib/iov_iter.c:611, 6.12). */
function checkAmount(context: Context, values: Values, call: CallInstruction): void {
  const [, amount] = call.arguments;
  if (amount?.type.kind !== 'integer' || values.state.warned) return;
  const { high } = values.state.facts.bounds(values.value(amount));
  if (high >= 0) return;
  context.report({
    kind: 'iterator-kept-advanced',
    span: amount.span,
    frame: values.frame,
    origin: { span: call.calleeSpan, callee: call.callee ?? '', placeText: context.source(amount.span) },
    confidence: 'certain',
    trace: values.state.trace,
    details: { witness: 'amount', user: call.callee },
  });
}

/** What the function itself extracted from somebody else's iterator was dropped, and the iterator stands behind it. */
function isAbandoned(context: Context, values: Values, set: PageSet, iterator: Term): boolean {
  const { state, frame } = values;
  if (set.acquisition.effect.advances !== true || !isWithin(set.acquisition.frame, frame)) return false;
  if (set.age === 'older' || set.dropped.length === 0 || !state.mayExist(set)) return false;
  if (!set.dropped.every(release => isWithin(release.frame, frame))) return false;
  if (!isForeign(context, state, iterator)) return false;
  return !state.memory.has(mark(context, iterator, REVERTED).key);
}

/** All callers are in view and give an iterator of their own: they show whether they go on with it. */
function isCallersOwn({ program }: Context, model: FunctionModel): boolean {
  const at = model.parameters.findIndex(({ type }) => isPointerToStruct(type, ITERATOR_TAGS, 1));
  if (at < 0 || !isJudgedAtCallers(program, model)) return false;
  return (program.callers.get(model.name) ?? [])
    .flatMap(name => callsOf(program.functions.get(name)!))
    .filter(({ callee }) => callee === model.name)
    .every(({ arguments: given }) => isOwnVariable(given[at]));
}

const isOwnVariable = (given: Expression | undefined): boolean =>
  given?.kind === 'address' && given.of.kind === 'variable' && given.of.variable.kind !== 'parameter';

/** Whether some path of the function gives bytes back. */
function reverts(context: Context, model: FunctionModel): boolean {
  return model.blocks.some(block =>
    block.instructions.some(
      each =>
        each.kind === 'call' &&
        each.callee !== undefined &&
        context.table
          .row(each.callee)
          ?.effects.some(effect => effect.kind === 'position' && effect.by === 'revert'),
    ),
  );
}

/** A place beside the iterator, not in it: a copy over the iterator does not wipe it. */
const mark = (context: Context, iterator: Term, name: string): Place =>
  context.places.global(`${name}:${iterator.id}`, UNKNOWN);

function remember(context: Context, values: Values, iterator: Term, abandonment: Abandonment): void {
  const known = abandonments.get(context) ?? new Map<number, Abandonment>();
  abandonments.set(context, known.set(abandonment.span.start, abandonment));
  values.state.memory.set(mark(context, iterator, ABANDONED).key, values.number(abandonment.span.start));
}

function recall(context: Context, value: Term | undefined): Abandonment | undefined {
  const number = value && asNumber(value);
  const known = number === undefined ? undefined : abandonments.get(context)?.get(number);
  return known;
}

function report(
  context: Context,
  { span, frame, acquisition, trace }: Abandonment,
  details: Readonly<Record<string, string | undefined>>,
): void {
  context.report({
    kind: 'iterator-kept-advanced',
    span,
    frame,
    origin: acquisition,
    acquisition,
    confidence: 'certain',
    trace,
    details,
  });
}
