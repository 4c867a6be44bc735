import type { CallInstruction, FunctionModel, Program } from '../program/model.ts';
import type { Type } from '../program/types.ts';
import { type Direction, ITERATOR_KINDS, type IteratorKind, USER_BACKED_KINDS } from '../semantics/holds.ts';
import { directionByName, KERNEL_BACKED_MEMBERS, OPERATIONS } from '../semantics/operations.ts';
import type { Context } from './context.ts';
import type { Frame } from './frames.ts';
import type { State } from './state.ts';
import { asNumber, mentions, type Term } from './terms.ts';
import type { Values } from './values.ts';

const IOV_ITER: Type = { kind: 'struct', tag: 'struct iov_iter' };
const ALL_KINDS: ReadonlySet<IteratorKind> = new Set(ITERATOR_KINDS);
/** ITER_SOURCE and ITER_DEST, WRITE and READ before them (include/linux/uio.h, 6.1 and 6.12). */
export const SOURCE = 1;
export const DEST = 0;

/**
 * The kinds an iterator may be of, as far as this path knows.
 * @param address where it lies: it may be a copy of another, and its place may promise more than the other's.
 */
export function kindsOf(context: Context, state: State, address: Term): ReadonlySet<IteratorKind> {
  const kinds = state.iterators.get(state.iteratorOf(address))?.kinds ?? ALL_KINDS;
  if (!isKernelBacked(context, address)) return kinds;
  return new Set([...kinds].filter(kind => !USER_BACKED_KINDS.includes(kind)));
}

/** Whether what lies at an address is an iterator that is never user-backed, by the member it is. */
export function isKernelBacked(context: Context, address: Term): boolean {
  if (context.kernelBacked.has(address)) return true;
  const place = address.kind === 'address' ? context.places.get(address.place) : undefined;
  return place !== undefined && KERNEL_BACKED_MEMBERS.some(({ member }) => place.path.endsWith(`.${member}`));
}

/** The direction of an iterator as a value: a constant where it is known, else one that facts are kept about. */
export function directionTerm(context: Context, state: State, iterator: Term): Term {
  const direction =
    state.iterators.get(iterator)?.direction ?? context.terms.operation('direction', iterator);
  if (asNumber(direction) === undefined) state.facts.assume(direction, DEST, SOURCE);
  return direction;
}

/** The iterator is built anew: what was known of its direction is past. */
export function forgetDirection(context: Context, state: State, iterator: Term): void {
  const direction = context.terms.operation('direction', iterator);
  state.facts.forget(form => mentions(form, atom => atom === direction));
}

/**
 * The direction of an iterator on this path.
 * @param frame with it, what the names of the function and its parameter say is the last resort: for readers only.
 */
export function directionOf(
  context: Context,
  state: State,
  iterator: Term,
  frame?: Frame,
): Direction | undefined {
  const { low, high } = state.facts.bounds(
    state.iterators.get(iterator)?.direction ?? context.terms.operation('direction', iterator),
  );
  if (low === SOURCE || high === DEST) return low === SOURCE ? 'source' : 'dest';
  const root = frame && rootOf(frame);
  const parameter = root && iterator.kind === 'symbol' && /^parameter:\d+:(\w+)$/.exec(iterator.name)?.[1];
  return root && parameter ? directionByName(root.name, parameter) : undefined;
}

function rootOf(frame: Frame): FunctionModel {
  return frame.parent ? rootOf(frame.parent) : frame.function;
}

/** The iterator that an argument leads to, directly or as a member of the object. */
export function iteratorArgument(
  context: Context,
  values: Values,
  call: CallInstruction,
  position: number,
  member: string | undefined,
): Term | undefined {
  const expression = call.arguments[position - 1];
  if (!expression) return;
  const address = values.value(expression);
  return values.state.iteratorOf(member ? memberAddress(context, values, address, member) : address);
}

function memberAddress(context: Context, values: Values, object: Term, member: string): Term {
  const target = context.places.target(object, { kind: 'unknown', name: '' });
  return values.addressOf(context.places.member(target, member, IOV_ITER));
}

/** Somebody unknown gets the iterator, or what it lies in, and may build it anew. */
export function forgetBuilder(context: Context, state: State, given: Term): void {
  for (const iterator of iteratorsIn(context, state, given)) {
    const facts = state.iterators.get(iterator)!;
    if (facts.builtBy) state.iterators.set(iterator, { ...facts, builtBy: undefined });
  }
}

/** The iterators of which something is known that lie in what a pointer leads to. */
export function iteratorsIn(context: Context, state: State, pointer: Term): Term[] {
  const target = context.places.target(pointer, { kind: 'unknown', name: '' }).key;
  return [...state.iterators.keys()].filter(
    iterator =>
      iterator === pointer ||
      (iterator.kind === 'address' && (iterator.place === target || iterator.place.startsWith(`${target}.`))),
  );
}

/** What a function of an operations table is given, by the table's convention. */
export function seedOperations(context: Context, values: Values, model: FunctionModel): void {
  for (const { iterator, within, direction } of operationsOf(context.program, model)) {
    const parameter = model.parameters[iterator - 1];
    if (!parameter) continue;
    const { type, span } = parameter;
    const pointer = values.value({ kind: 'variable', variable: parameter, type, span });
    const address = within ? memberAddress(context, values, pointer, within) : pointer;
    values.state.iterators.set(address, {
      kinds: ALL_KINDS,
      direction: context.terms.constant(direction === 'source' ? SOURCE : DEST),
    });
  }
}

/** The operations a function is entered as; none where they disagree. */
function operationsOf(program: Program, model: FunctionModel): (typeof OPERATIONS)[number][] {
  const found = program.references
    .filter(each => each.function === model.name)
    .flatMap(({ table, member }) =>
      OPERATIONS.filter(each => each.member === member && (!table || each.table === table)),
    );
  return new Set(found.map(each => each.direction)).size === 1 ? found : [];
}
