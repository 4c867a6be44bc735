import type { Context } from './context.ts';
import { addKeeper, type PageSet, type State } from './state.ts';
import type { Term } from './terms.ts';

const INFINITY = Number.POSITIVE_INFINITY;

/** Two neighbouring stretches of one array as one set, or undefined where they are not known to be neighbours. */
export function joinStretches(
  context: Context,
  state: State,
  first: PageSet,
  second: PageSet,
): PageSet | undefined {
  const { terms } = context;
  if (!first.base || !second.base || !first.isExact || !second.isExact) return;
  const offset = terms.subtract(second.base, first.base);
  if (!state.facts.isZero(terms.subtract(terms.add(offset, second.from), first.to))) return;
  const end = terms.add(offset, second.to);
  const exists = { term: end, low: 1, high: INFINITY };
  return {
    ...first,
    to: end,
    obtained: end,
    asked: undefined,
    askedPlaces: [],
    exists,
    keepers: keepersOf(first, second),
  };
}

/** What all turns of a loop before this one left: one stretch, or some unknown part of it. */
export function mergeSets(context: Context, state: State, older: PageSet, latest: PageSet): PageSet {
  return (
    joinStretches(context, state, older, latest) ?? {
      ...older,
      isExact: false,
      keepers: keepersOf(older, latest),
    }
  );
}

function keepersOf(first: PageSet, second: PageSet): PageSet['keepers'] {
  return second.keepers.reduce(addKeeper, first.keepers);
}

/** Slots before the first one released are a set of their own. */
function partAround({ facts, sets }: State, set: PageSet, index: Term): PageSet | undefined {
  if (!facts.isLess(index, set.from)) return;
  const isAround = (other: PageSet): boolean =>
    other.base === set.base &&
    other.status === 'held' &&
    facts.isAtMost(other.from, index) &&
    facts.isLess(index, other.to);
  return [...sets.values()].find(isAround);
}

/**
 * A loop releases slot `index` of an array that several acquisitions filled side by side: they become one set.
 * @returns the set that then holds the slot, with the slot's number in it.
 */
export function uniteAround(
  context: Context,
  state: State,
  set: PageSet,
  index: Term,
): { set: PageSet; index: Term } {
  const { terms } = context;
  let current = { set: partAround(state, set, index) ?? set, index };
  for (let changed = true; changed; ) {
    changed = false;
    const { facts } = state;
    if (facts.bounds(current.index).low >= 0 && facts.isLess(current.index, current.set.to)) break;
    for (const other of state.sets.values()) {
      if (other.id === current.set.id || other.pointer !== current.set.pointer || other.status !== 'held')
        continue;
      if (other.mode !== current.set.mode || !state.mayExist(other)) continue;
      const behind = joinStretches(context, state, current.set, other);
      const before = behind ? undefined : joinStretches(context, state, other, current.set);
      const united = behind ?? before;
      if (!united) continue;
      const shift = before ? terms.subtract(current.set.base!, other.base!) : terms.constant(0);
      state.sets.delete(behind ? other.id : current.set.id);
      state.sets.set(united.id, united);
      current = { set: united, index: terms.add(current.index, shift) };
      changed = true;
      break;
    }
  }
  return current;
}
