import type { Expression } from '../program/model.ts';
import { isPointerToStruct } from '../program/types.ts';
import type { Context } from './context.ts';
import type { Place } from './places.ts';
import { type Acquisition, FILLED, type State } from './state.ts';
import type { Term } from './terms.ts';
import type { Values } from './values.ts';

const BIO = new Set(['struct bio']);

export const isBio = (expression: Expression): boolean => isPointerToStruct(expression.type, BIO, 1);

const fillings = new WeakMap<Term, Acquisition>();

/** A call fills a bio with pages; `result` is what it returns, zero where it did. */
export function noteFilled(
  context: Context,
  state: State,
  bio: Term,
  result: Term,
  acquisition: Acquisition,
): void {
  fillings.set(result, acquisition);
  state.memory.set(cellOf(context, bio).key, result);
}

/** Somebody else may release the pages of a bio from here on, or has done so. */
export function forgetFilled(context: Context, state: State, bio: Term): void {
  state.memory.delete(cellOf(context, bio).key);
}

/** The call that filled a bio on this path, where it is known to have succeeded. */
export function filledBy(context: Context, { state }: Values, bio: Term): Acquisition | undefined {
  const result = state.memory.get(cellOf(context, bio).key);
  return result && state.facts.isZero(result) ? fillings.get(result) : undefined;
}

/** Whether some bio holds the pages of this acquisition. */
export function isInBio(state: State, start: number): boolean {
  for (const [key, value] of state.memory)
    if (key.endsWith(FILLED) && fillings.get(value)?.span.start === start) return true;
  return false;
}

function cellOf(context: Context, bio: Term): Place {
  const unknown = { kind: 'unknown', name: '' } as const;
  return context.places.member(context.places.target(bio, unknown), FILLED.slice(1), unknown);
}
