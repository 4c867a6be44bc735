import type { Hold } from '../semantics/holds.ts';
import type { Context } from './context.ts';
import { type Place, pointerAtom } from './places.ts';
import { possibleHolds } from './releasing.ts';
import type { PageSet, State } from './state.ts';
import { asNumber, type Term } from './terms.ts';
import type { Values } from './values.ts';

const PREFIX = 'hold:';

/** The one hold that the pages of a set carry, where only one is possible. */
export function onlyHold(state: State, set: PageSet): Hold | undefined {
  const [hold, ...others] = possibleHolds(state, set);
  return others.length === 0 ? hold : undefined;
}

/** Notes that pages with this hold are in a container; undefined: nobody knows. */
export function noteHold(context: Context, values: Values, container: Term, hold: Hold | undefined): void {
  const cell = cellOf(context, container);
  if (hold) values.store(cell, context.terms.symbol(`${PREFIX}${hold}`));
  else values.state.memory.delete(cell.key);
}

/** The hold of the pages that the path has put into a container so far. */
export function heldIn(context: Context, values: Values, container: Term): Hold | undefined {
  const noted = values.load(cellOf(context, container));
  return (['pin', 'get', 'none'] as const).find(
    hold => noted.kind === 'symbol' && noted.name === `${PREFIX}${hold}`,
  );
}

/** The entries of an array are one container; one at a fixed place behind the first is told from the others. */
function cellOf(context: Context, container: Term): Place {
  const pointer = pointerAtom(container, atom => context.pointers.has(atom));
  const offset = pointer && asNumber(context.terms.subtract(container, pointer));
  const whole = pointer && (offset === undefined || offset === 0) ? pointer : container;
  const unknown = { kind: 'unknown', name: '' } as const;
  return context.places.member(context.places.target(whole, unknown), '__hold', unknown);
}
