import { callsOf, type Expression, type FunctionModel, type Program } from '../program/model.ts';
import { BINDERS } from '../semantics/completions.ts';
import type { EffectTable } from '../semantics/table.ts';
import type { Binding } from './bindings.ts';
import { isJudgedAtCallers } from './callers.ts';
import type { Context } from './context.ts';
import { objectOf } from './flight.ts';
import type { Frame } from './frames.ts';
import type { Exit } from './interpret.ts';
import { closureOf, isDefinedBefore } from './laterWrites.ts';
import { structOfMember } from './memberKeys.ts';
import { membersOfSet } from './members.ts';
import type { PageFlow } from './pageFlow.ts';
import { isForeign, isLedTo, survivors } from './reach.ts';
import type { Keeper, PageSet, State } from './state.ts';

/** What a root function has begun and left, with what runs at its end. */
export interface Begun {
  readonly context: Context;
  readonly root: Frame;
  /** Where the root function left it. */
  readonly exit: Exit;
  readonly binding: Binding;
}

/**
 * Whether the root function has made the object known to nobody but those who run the callback: it was given to
 * functions only that bind one, or begin what ends with one.
 */
export function isKnownToNobody({ context, exit, binding }: Begun, { id, keepers }: PageSet): boolean {
  const { state, value } = exit;
  const set = state.sets.get(id);
  if (!set) return false;
  const isRunner = ({ callee }: Keeper): boolean =>
    BINDERS.some(({ name }) => name === callee) ||
    context.table.row(callee)?.effects.some(({ kind }) => kind === 'submit') === true;
  if (![...set.keepers, ...keepers].every(isRunner)) return false;
  const without = state.clone();
  without.keepers.clear();
  const given = [binding.object, ...binding.given.values()].map(term => objectOf(context, term));
  for (const key of state.memory.keys()) {
    const place = context.places.get(key);
    if (place?.root.kind !== 'pointer' || !isForeign(context, state, place.root.pointer)) continue;
    if (given.includes(objectOf(context, place.root.pointer))) without.memory.delete(key);
  }
  return !isLedTo(without, survivors(context, without, value), set);
}

/**
 * Whether functions release pages of a set that are neither those which take them, and do so where they fail, nor what
 * the callback calls.
 */
export function isReleasedElsewhere(
  { context, root, binding }: Begun,
  flow: PageFlow,
  set: PageSet,
): boolean {
  const { program } = context;
  const own = closureOf(program, binding.callback);
  const wholes = [set.acquisition.frame.function.name, root.function.name];
  const reached = reachedBy(flow, set);
  return (
    reached === undefined ||
    flow.releases.some(
      ({ function: { name }, locations }) =>
        locations.some(each => reached.has(each)) && !own.has(name) && !isPartOf(program, name, wholes),
    )
  );
}

/** Whether no other file knows the object, and its pages were given to nobody of whom nothing is known. */
export function isOwnMatter({ context, root }: Begun, flow: PageFlow, entry: State, set: PageSet): boolean {
  const { program, table } = context;
  if (set.page && set.acquisition.effect.pages.form === 'object') return true;
  const reached = reachedBy(flow, set);
  const isReached = (expression: Expression, within: FunctionModel): boolean =>
    flow.locate(within, expression).some(each => reached?.has(each));
  return isPrivate(context, root, entry, set) && !isGivenAway(program, table, isReached);
}

/** Where the pages of a set may get to. */
function reachedBy(flow: PageFlow, { acquisition }: PageSet): ReadonlySet<string> | undefined {
  const model = acquisition.frame.function;
  const call = callsOf(model).find(({ span }) => span.start === acquisition.span.start);
  return call && flow.reachedBy(model, call, acquisition.effect);
}

/** Whether pages, not the object that has them, are given to a function of which nothing is known. */
export function isGivenAway(
  program: Program,
  table: EffectTable,
  isReached: (expression: Expression, within: FunctionModel) => boolean,
  isGift: (argument: Expression, callee: string) => boolean = each => each.type.kind !== 'integer',
): boolean {
  return [...program.functions.values()].some(model =>
    callsOf(model).some(
      ({ callee, arguments: given }) =>
        callee !== undefined &&
        !program.functions.has(callee) &&
        !table.row(callee) &&
        given.some(each => isGift(each, callee) && isReached(each, model)),
    ),
  );
}

/** The pages lie in structs that the file defines itself. */
function isPrivate(context: Context, { function: root }: Frame, entry: State, set: PageSet): boolean {
  const tags = [...membersOfSet(context, entry, set)].map(structOfMember);
  return tags.length > 0 && tags.every(tag => isDefinedBefore(context.program, tag, root.span.start));
}

/** Whether a function runs only as a part of others. */
function isPartOf(
  program: Program,
  name: string,
  wholes: readonly string[],
  seen: ReadonlySet<string> = new Set(),
): boolean {
  if (wholes.includes(name)) return true;
  const model = program.functions.get(name);
  if (!model || seen.has(name) || !isJudgedAtCallers(program, model)) return false;
  const within = new Set([...seen, name]);
  return (program.callers.get(name) ?? []).every(caller => isPartOf(program, caller, wholes, within));
}
