import type { Expression } from '../program/model.ts';
import { isPointerToStruct, PAGE_TAGS, type Type } from '../program/types.ts';
import type { Context } from './context.ts';
import { noteAssignment } from './members.ts';
import { noteNumbersStored } from './numbers.ts';
import type { Place } from './places.ts';
import { allocationOf } from './reach.ts';
import type { State } from './state.ts';
import type { Term } from './terms.ts';
import type { Values } from './values.ts';

const VECTOR_TAGS = new Set(['struct bio_vec', 'struct scatterlist']);

/** Carries out an assignment, and notes what the stored value tells. */
export function assign(
  context: Context,
  values: Values,
  placeExpression: Expression,
  value: Expression,
): void {
  const place = values.place(placeExpression);
  if (isLvalue(value)) {
    const from = values.place(value);
    if (placeExpression.type.kind === 'struct' || values.hasMembers(from)) {
      values.copy(place, from);
      return;
    }
  }
  const term = values.value(value);
  noteArray(context, values.state, term, placeExpression);
  const type = placeExpression.type.kind === 'unknown' ? value.type : placeExpression.type;
  noteAssignment(values, { place, type, value: term, span: placeExpression.span });
  const isPlainLocal =
    place.root.kind === 'local' && place.path === '' && placeExpression.kind === 'variable';
  if (!isPlainLocal) noteNumbersStored(values.state, term);
  if (place.root.kind === 'pointer') replaceArray(values.state, place, term);
  values.store(place, term);
}

/**
 * An array in an object gives way to one from elsewhere: an object that is filled in several ways, each under a
 * question of its own, is filled in one of them.
 */
function replaceArray(state: State, { key }: Place, term: Term): void {
  const before = state.memory.get(key);
  const old = before && allocationOf(state, before);
  if (old && !state.facts.isZero(term) && allocationOf(state, term)?.span.start !== old.span.start)
    state.allocations.delete(old.id);
}

/** An allocation whose pointer goes where page pointers are kept is a page array. */
function noteArray(context: Context, state: State, term: Term, place: Expression): void {
  for (const allocation of state.allocations.values()) {
    if (allocation.atom !== term) continue;
    const isPageArray = allocation.isPageArray || isArrayOfPages(place.type);
    const isTemporary = place.kind === 'variable' && place.variable.kind === 'temporary';
    const placeText = isTemporary ? allocation.placeText : context.source(place.span);
    state.updateAllocation(allocation.id, { isPageArray, placeText: allocation.placeText || placeText });
  }
}

export function isLvalue(expression: Expression): boolean {
  return /^(variable|global|dereference|member|index)$/.test(expression.kind);
}

function isArrayOfPages(type: Type): boolean {
  return isPointerToStruct(type, PAGE_TAGS, 2) || isPointerToStruct(type, VECTOR_TAGS, 1);
}
