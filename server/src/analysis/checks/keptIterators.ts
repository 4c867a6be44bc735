import type { CallInstruction, Expression, FunctionModel, Program } from '../../program/model.ts';
import { ITERATOR_TAGS, isPointerToStruct } from '../../program/types.ts';
import { QUEUED } from '../../semantics/completions.ts';
import type { FunctionRow } from '../../semantics/effects.ts';
import { OPERATIONS } from '../../semantics/operations.ts';
import type { Context } from '../context.ts';
import { holderOf, isInFlight, type KeptIterator, objectOf, resultOf, type Submission } from '../flight.ts';
import { isMember, locationsOf } from '../locations.ts';
import type { Place } from '../places.ts';
import { reachable } from '../reach.ts';
import { isMerged, type Term } from '../terms.ts';
import type { Values } from '../values.ts';
import type { Check } from './check.ts';
import { judge, judgeVector } from './keptFaults.ts';

const KIOCB = new Set(['struct kiocb']);
const UNKNOWN = { kind: 'unknown', name: '' } as const;

/** Members of struct iov_iter that lead to its vector (include/linux/uio.h, 6.1 and 6.12). */
const VECTOR = /\.(__iov|iov|kvec|bvec)$/;

/**
 * Iterators that are kept for later: over user memory, which only its own process can reach, or on the stack of a
 * function that returns before.
 */
export const keptIterators: Check = {
  assign(context, values, place, value) {
    noteAssignment(context, values, place, value);
  },
  call(context, values, call, row) {
    noteCall(context, values, call, row);
    for (const effect of row?.effects ?? [])
      if (effect.kind === 'submit' && effect.work) deferred(context, values, call, effect.argument);
    transferred(context, values, call, row);
  },
  exit(context, values, value) {
    if (values.frame.parent || values.state.warned) return;
    const { kept, submissions } = values.state.flight;
    const isQueued = kept.size > 0 && mayBeQueued(context, values, value);
    for (const each of kept.values()) {
      const isUnderWay = [...submissions.values()].some(submission =>
        leadsTo(context, values, submission, each),
      );
      if (isQueued || isUnderWay) judge(context, values, each, isQueued ? 'queued' : 'under way');
    }
    for (const submission of submissions.values()) judgeVector(context, values, submission, value);
  },
};

function noteAssignment(context: Context, values: Values, at: Expression, value: Expression): void {
  const { flight } = values.state;
  const isStruct = value.type.kind === 'struct' && ITERATOR_TAGS.has(value.type.tag);
  const isPointer = isPointerToStruct(value.type, ITERATOR_TAGS, 1);
  if (at.kind === 'variable' || (flight.kept.size === 0 && !isStruct && !isPointer)) return;
  const place = values.place(at);
  if (VECTOR.test(place.key)) {
    const owner = flight.kept.get(place.key.replace(VECTOR, ''));
    if (owner) flight.kept.set(owner.place.key, { ...owner, how: 'duplicate' });
  }
  flight.kept.delete(place.key);
  if (isStruct) {
    const source = values.place(value);
    if (!flight.kept.has(source.key))
      keep(context, values, { at, place, source: values.addressOf(source, false), how: 'copy' });
  } else if (isPointer) keep(context, values, { at, place, source: values.value(value), how: 'pointer' });
}

/** A place that gets an iterator. */
interface Keeping {
  readonly at: Expression;
  readonly place: Place;
  /** The address of the iterator. */
  readonly source: Term;
  readonly how: KeptIterator['how'];
}

function keep(context: Context, values: Values, { at, place, source, how }: Keeping): void {
  const location = locationsOf(values.frame.function, at).find(isMember);
  if (!location) return;
  values.state.flight.kept.set(place.key, {
    place,
    location,
    text: context.source(at.span).replace(/^&/, ''),
    iterator: values.state.iteratorOf(source),
    how,
    span: at.span,
    frame: values.frame,
  });
}

function noteCall(
  context: Context,
  values: Values,
  call: CallInstruction,
  row: FunctionRow | undefined,
): void {
  const { flight } = values.state;
  const target = (position: number): Place | undefined => {
    const argument = call.arguments[position - 1];
    return argument && context.places.target(values.value(argument), UNKNOWN);
  };
  const copied = (to: number, from: number, how: KeptIterator['how']): void => {
    const [at, of] = [call.arguments[to - 1], call.arguments[from - 1]];
    const place = target(to);
    if (at && of && place) keep(context, values, { at, place, source: values.value(of), how });
  };
  for (const effect of row?.effects ?? []) {
    const built =
      effect.kind === 'construct' ? effect.iterator : effect.kind === 'acquire' && effect.intoIterator;
    const place = built ? target(built) : undefined;
    if (place) flight.kept.delete(place.key);
    if (effect.kind === 'duplicate') copied(effect.iterator, effect.of, 'duplicate');
  }
  if (
    /^_*(memcpy|memmove)$/.test(call.callee ?? '') &&
    call.arguments[1] &&
    isPointerToStruct(call.arguments[1].type, ITERATOR_TAGS, 1)
  )
    copied(1, 2, 'copy');
  const result = resultOf(values, call);
  if (!result) return;
  const callee = call.callee === undefined ? undefined : context.program.functions.get(call.callee);
  if (call.callee === 'is_sync_kiocb') answersOf(context).sync.add(result);
  else if (callee && mayQueue(context.program, callee)) answersOf(context).queueing.add(result);
}

/** What the calls of a root answer. */
interface Answers {
  /** Of is_sync_kiocb(). */
  readonly sync: Set<Term>;
  /** Of functions of the file that may return -EIOCBQUEUED. */
  readonly queueing: Set<Term>;
}

const answers = new WeakMap<Context, Answers>();

function answersOf(context: Context): Answers {
  let known = answers.get(context);
  if (!known) {
    known = { sync: new Set(), queueing: new Set() };
    answers.set(context, known);
  }
  return known;
}

/** Whether a function of the file says -EIOCBQUEUED, itself or by another. */
function mayQueue(program: Program, model: FunctionModel, callers: readonly FunctionModel[] = []): boolean {
  const text = program.text.slice(model.span.start, model.span.end);
  if (text.includes(QUEUED)) return true;
  if (callers.length > 2 || callers.includes(model)) return false;
  return model.blocks.some(block =>
    block.instructions.some(each => {
      const callee = each.kind === 'call' && each.callee ? program.functions.get(each.callee) : undefined;
      return callee !== undefined && mayQueue(program, callee, [...callers, model]);
    }),
  );
}

/** Whether the function may answer on this path that its I/O goes on; one that is asked to wait does not. */
function mayBeQueued(context: Context, values: Values, value: Term | undefined): boolean {
  if (!value) return false;
  const { facts } = values.state;
  const { sync, queueing } = answersOf(context);
  if ([...sync].some(answer => facts.isNonZero(answer))) return false;
  if (isWithoutCompletion(context, values)) return false;
  if (facts.isError(value, QUEUED)) return true;
  const isOpen = queueing.has(value) || (value.kind === 'symbol' && isMerged(value));
  return isOpen && facts.bounds(value).low < 0 && mayQueue(context.program, values.frame.function);
}

/** `iocb->ki_complete` is NULL: what is_sync_kiocb() asks (include/linux/fs.h, 6.1 and 6.12). */
function isWithoutCompletion(context: Context, values: Values): boolean {
  const { parameters } = values.frame.function;
  return parameters.some(parameter => {
    if (!isPointerToStruct(parameter.type, KIOCB, 1)) return false;
    const { type, span } = parameter;
    const kiocb = values.value({ kind: 'variable', variable: parameter, type, span });
    const completion = context.places.member(context.places.target(kiocb, UNKNOWN), 'ki_complete', UNKNOWN);
    const value = values.state.memory.get(completion.key) ?? context.terms.symbol(`memory:${completion.key}`);
    return values.state.facts.isZero(value);
  });
}

/** Whether what was started, and goes on, finds the iterator. */
function leadsTo(context: Context, values: Values, submission: Submission, kept: KeptIterator): boolean {
  if (submission.set !== undefined || submission.starts === 'queued') return false;
  if (!isInFlight(values.state, submission)) return false;
  const object = holderOf(context, kept);
  const started = objectOf(context, submission.object);
  if (!object || !started) return false;
  return started === object || reachable(context, values.state, [submission.object]).has(object);
}

/** Work is queued: what it finds in its object it uses in a thread of the kernel, whether or not somebody waits for it. */
function deferred(context: Context, values: Values, call: CallInstruction, position: number): void {
  const argument = call.arguments[position - 1];
  const started = argument && objectOf(context, values.value(argument));
  if (!argument || !started) return;
  values.state.flight.submit({
    callee: call.callee ?? '',
    span: call.calleeSpan,
    frame: values.frame,
    object: started,
    result: undefined,
    starts: 'always',
    waits: [],
  });
  for (const kept of values.state.flight.kept.values())
    if (holderOf(context, kept) === started) judge(context, values, kept, 'given to work');
}

/** A request that may be queued is given an iterator over a vector on the stack. */
function transferred(
  context: Context,
  values: Values,
  call: CallInstruction,
  row: FunctionRow | undefined,
): void {
  const position = asynchronousIterator(call, row) ?? 0;
  const [request, iterator] = [call.arguments[position - 2], call.arguments[position - 1]];
  if (!request || !iterator) return;
  const { state } = values;
  // A request on the stack is a synchronous one, or waited for.
  const object = objectOf(context, values.value(request));
  if (!object || object.kind === 'address' || !hasLocalVector(context, values, values.value(iterator)))
    return;
  state.flight.submit({
    callee: call.callee ?? context.source(call.calleeSpan),
    span: iterator.span,
    frame: values.frame,
    object,
    vector: {
      text: context.source(iterator.span).replace(/^&/, ''),
      builtBy: state.iterators.get(state.iteratorOf(values.value(iterator)))?.builtBy,
    },
    result: resultOf(values, call),
    starts: 'queued',
    waits: [],
  });
}

function hasLocalVector(context: Context, { state }: Values, address: Term): boolean {
  const iterator = context.places.target(state.iteratorOf(address), UNKNOWN);
  const over = state.memory.get(context.places.member(iterator, '__over', UNKNOWN).key);
  const vector = over && objectOf(context, over);
  return vector?.kind === 'address' && context.places.get(vector.place)?.root.kind === 'local';
}

function asynchronousIterator(call: CallInstruction, row: FunctionRow | undefined): number | undefined {
  if (row) {
    const transfer = row.effects.find(effect => effect.kind === 'transfer');
    return transfer?.asynchronous ? transfer.iterator : undefined;
  }
  const operation = call.target?.kind === 'dereference' ? call.target.pointer : call.target;
  if (call.callee !== undefined || operation?.kind !== 'member') return;
  return OPERATIONS.find(each => each.table === 'struct file_operations' && each.member === operation.member)
    ?.iterator;
}
