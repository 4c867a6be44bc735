import type { CallInstruction, FunctionModel } from '../program/model.ts';
import { ITERATOR_TAGS, isPointerToStruct, PAGE_TAGS } from '../program/types.ts';
import type { Context } from './context.ts';
import { type Frame, isActive } from './frames.ts';
import { iteratorsIn } from './iterators.ts';
import { LIMITS } from './limits.ts';
import { testedMembers } from './memberKeys.ts';
import { allocationOf, reachable, setsOf } from './reach.ts';
import type { Values } from './values.ts';

/** Which functions the analysis goes into. */
export interface Scope {
  /** Whether a function, or what it calls, has any effect on pages, arrays or iterators. */
  readonly matters: (name: string) => boolean;
  /** Whether an acquisition can be reached from it. */
  readonly acquires: (name: string) => boolean;
  /** Whether following it took so much already that its callers cannot follow it as well. */
  readonly isTooLong: (name: string) => boolean;
  /** Whether it builds an iterator for its caller. */
  readonly builds: (name: string) => boolean;
  /** Whether it releases pages of which a flag that its callers test may tell more. */
  readonly releases: (name: string) => boolean;
  /** Whether it releases pages that it finds by a pfn or an address. */
  readonly finds: (name: string) => boolean;
}

/** A callee of the program that is worth going into, or undefined. */
export function calleeToEnter(
  context: Context,
  scope: Scope,
  frame: Frame,
  values: Values,
  call: CallInstruction,
): FunctionModel | undefined {
  const model = call.callee === undefined ? undefined : context.program.functions.get(call.callee);
  if (!model || frame.depth >= LIMITS.calleeDepth || model.blocks.length > LIMITS.calleeBlocks) return;
  const row = context.table.row(model.name);
  const isPrimitive = row?.effects.some(
    each =>
      (each.kind === 'acquire' && each.extraction) || (each.kind === 'store' && each.takes === 'consumes'),
  );
  if (isPrimitive) return;
  if (isActive(frame, model) || !scope.matters(model.name) || scope.isTooLong(model.name)) return;
  if (scope.acquires(model.name)) return model;
  const mayStillEnter = context.steps < LIMITS.stepsBeforeConvention;
  if (!mayStillEnter) return;
  const isNews =
    scope.builds(model.name) ||
    returnsPages(model) ||
    isGuardedRelease(context, scope, model, values) ||
    (scope.finds(model.name) && isSomeKnownByNumber(values));
  return isNews || touchesTracked(context, values, call) ? model : undefined;
}

/** Pages of which somebody may have kept the pfn or the address. */
function isSomeKnownByNumber({ state }: Values): boolean {
  return [...state.sets.values()].some(({ isViewed, viewers }) => isViewed || viewers.length > 0);
}

/** A call of what releases, behind a test of a member: that may be the flag which tells what the pages carry. */
function isGuardedRelease(
  context: Context,
  scope: Scope,
  { name }: FunctionModel,
  { state }: Values,
): boolean {
  return scope.releases(name) && testedMembers(context, state).size > 0;
}

/** Whether a function finds a page, or an array of pages, for its caller. */
export function returnsPages({ returnType }: FunctionModel): boolean {
  return [1, 2].some(depth => isPointerToStruct(returnType, PAGE_TAGS, depth));
}

/** Whether a call is given pages, arrays, objects or iterators that the state follows. */
function touchesTracked(context: Context, values: Values, call: CallInstruction): boolean {
  const { state } = values;
  // A helper may build the iterator that it is given.
  if (call.arguments.some(argument => isPointerToStruct(argument.type, ITERATOR_TAGS, 1))) return true;
  if (state.sets.size + state.allocations.size + state.iterators.size === 0) return false;
  const terms = call.arguments.map(argument => values.value(argument));
  if (terms.some(term => iteratorsIn(context, state, term).length > 0)) return true;
  for (const reached of reachable(context, state, terms)) {
    if (state.iterators.has(reached) || setsOf(state, reached).length > 0) return true;
    if (allocationOf(state, reached)) return true;
  }
  return false;
}
