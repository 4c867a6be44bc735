import type { Span } from '../base/text.ts';
import type { CallInstruction, Expression, FunctionModel } from '../program/model.ts';
import { isPointerToStruct } from '../program/types.ts';
import {
  BINDERS,
  type Binder,
  CALLBACK_DATA,
  CRYPTO_REQUEST,
  isCallbackMember,
  isCompletion,
  isEventMember,
} from '../semantics/completions.ts';
import type { Context } from './context.ts';
import type { Frame } from './frames.ts';
import { Memory } from './memory.ts';
import type { Place } from './places.ts';
import type { State } from './state.ts';
import type { Term } from './terms.ts';
import type { Values } from './values.ts';

/** A function that something else than a call in the text runs later, and what it will be given. */
export interface Binding {
  readonly callback: FunctionModel;
  /** What it is given, or what leads to that. */
  readonly object: Term;
  /** Values of its parameters by their place from 0; of the others nothing is known. */
  readonly given: ReadonlyMap<number, Term>;
  /** It may run any number of times. */
  readonly recurs: boolean;
  readonly where: BindingPlace;
}

/** Where a function was bound. */
export interface BindingPlace {
  readonly span: Span;
  readonly frame: Frame;
  /** The call that bound it; undefined where an assignment did. */
  readonly binder: Binder | undefined;
}

/** The member, which no struct has, that stands for the function which a call bound to an object. */
const BOUND = '__bound';

const UNKNOWN = { kind: 'unknown', name: '' } as const;

const bound = new WeakMap<Context, Map<Term, BindingPlace>>();

/** A function, or a table of them, is put where later work finds it. */
export function noteBinding(
  { context, frame }: Values,
  function_: Term,
  span: Span,
  binder?: Binder | undefined,
): void {
  const known = bound.get(context) ?? new Map<Term, BindingPlace>();
  bound.set(context, known.set(function_, { span, frame, binder }));
}

/** A function is bound to an object by a call: from then on the object leads to it. */
export function bindByCall(values: Values, call: CallInstruction): void {
  const binder = BINDERS.find(({ name }) => name === call.callee);
  const callback = binder && call.arguments[binder.callback - 1];
  const object = binder && call.arguments[(binder.gives ?? 1) - 1];
  if (!binder || !callback || !object) return;
  const { context, state } = values;
  const function_ = values.value(callback);
  if (!functionNamed(context, function_)) return;
  const target = context.places.target(values.value(object), UNKNOWN);
  const given = binder.member ? context.places.member(target, binder.member, UNKNOWN) : target;
  state.memory.set(context.places.member(given, BOUND, UNKNOWN).key, function_);
  const kept = binder.keeps && call.arguments[binder.keeps.argument - 1];
  if (kept) values.store(context.places.member(target, binder.keeps!.member, kept.type), values.value(kept));
  noteBinding(values, function_, call.span, binder);
}

/** Whether an assignment puts a function, or a table of them, where later work finds it. */
export function isBindingAssignment(place: Expression, value: Expression): boolean {
  if (place.kind !== 'member') return false;
  return isCallbackMember(place.member) || (value.kind === 'address' && value.of.kind === 'global');
}

/** The functions that are bound in a state. */
export function bindingsIn(context: Context, state: State): Binding[] {
  return [...state.memory].flatMap(([key, value]) => {
    const where = bound.get(context)?.get(value);
    const place = where && context.places.get(key);
    const at = key.lastIndexOf('.');
    const object = place && at > 0 ? context.places.get(key.slice(0, at)) : undefined;
    if (!where || !object) return [];
    return bindingsAt(context, state, object, key.slice(at + 1), value, where.binder).map(each => ({
      ...each,
      where,
    }));
  });
}

/** What the member of an object binds. */
function bindingsAt(
  context: Context,
  state: State,
  object: Place,
  member: string,
  value: Term,
  binder: Binder | undefined,
): Omit<Binding, 'where'>[] {
  const address = new Memory(context, state).addressOf(object, false);
  const of = (callback: FunctionModel, given: Binding['given'] | undefined, recurs: boolean) =>
    given ? [{ callback, object: address, given, recurs }] : [];
  const callback = functionNamed(context, value);
  if (callback && member === BOUND)
    return of(callback, givenByCall(context, state, callback, address), binder?.recurs === true);
  if (callback && isCallbackMember(member))
    return of(callback, givenByMember(context, state, callback, object, member), isEventMember(member));
  if (value.kind !== 'address' || !value.place.startsWith('g:')) return [];
  const variable = value.place.slice('g:'.length);
  return context.program.references
    .filter(each => each.variable === variable && isCompletion(each.table, each.member))
    .flatMap(({ function: name }) => {
      const model = context.program.functions.get(name);
      return model ? of(model, givenByMember(context, state, model, object, ''), true) : [];
    });
}

/** The callback's first parameter is what the call said. */
function givenByCall(
  context: Context,
  state: State,
  { parameters: [first] }: FunctionModel,
  object: Term,
): ReadonlyMap<number, Term> {
  if (!first || !isPointerToStruct(first.type, new Set([CRYPTO_REQUEST.tag]), 1))
    return new Map([[0, object]]);
  const request = context.terms.symbol(`request of ${object.id}`);
  context.pointers.add(request);
  const data = context.places.member(context.places.target(request, UNKNOWN), CRYPTO_REQUEST.member, UNKNOWN);
  state.memory.set(data.key, object);
  return new Map([[0, request]]);
}

/** A parameter of the object's type is the object; else the first is what the object keeps for it. */
function givenByMember(
  context: Context,
  state: State,
  { parameters }: FunctionModel,
  object: Place,
  member: string,
): ReadonlyMap<number, Term> | undefined {
  const tags = new Set(object.type.kind === 'struct' ? [object.type.tag] : []);
  const at = parameters.findIndex(({ type }) => isPointerToStruct(type, tags, 1));
  if (at >= 0) return new Map([[at, new Memory(context, state).addressOf(object, false)]]);
  const data = state.memory.get(`${object.key}.${CALLBACK_DATA.get(member)}`);
  return data && new Map([[0, data]]);
}

/** The function of the program that a value is the name of. */
function functionNamed({ program }: Context, value: Term): FunctionModel | undefined {
  return value.kind === 'symbol' && value.name.startsWith('global:')
    ? program.functions.get(value.name.slice('global:'.length))
    : undefined;
}
