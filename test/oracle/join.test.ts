import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Context } from '../../server/src/analysis/context.ts';
import { Facts } from '../../server/src/analysis/facts.ts';
import { join, widen } from '../../server/src/analysis/join.ts';
import { Members } from '../../server/src/analysis/members.ts';
import type { Place } from '../../server/src/analysis/places.ts';
import { State } from '../../server/src/analysis/state.ts';
import { INT } from '../../server/src/program/types.ts';
import { EffectTable } from '../../server/src/semantics/table.ts';
import { treeForEra } from '../../server/src/semantics/trees.ts';
import { assume, type Form, forms, type Numbers, numberOf, numbers, statements, termOf } from './lattice.ts';

const RUNS = { numRuns: 500 };
const TAG = 'block';
const PLACES = 4;

/** A state as data: the numbers behind the atoms, what is known of them, and the form that each variable holds. */
const sides = fc.record({
  of: numbers,
  known: statements,
  held: fc.tuple(...Array.from({ length: PLACES }, () => forms)),
});
interface Side {
  readonly of: Numbers;
  readonly known: readonly Parameters<typeof assume>[2][];
  readonly held: readonly Form[];
}

function newContext(): { context: Context; places: Place[] } {
  const program = {
    text: '',
    functions: new Map(),
    macros: new Set<string>(),
    skipped: [],
    references: [],
    enumerators: new Set<string>(),
    callers: new Map(),
  };
  const context = new Context(program, new EffectTable(treeForEra('will-pin')), new Members(), () => false);
  const places = Array.from({ length: PLACES }, (_, id) => context.places.local('f', id, INT));
  return { context, places };
}

function stateOf(context: Context, places: readonly Place[], side: Side): State {
  const state = new State(new Facts(context.terms));
  places.forEach((place, at) => {
    state.memory.set(place.key, termOf(context.terms, side.held[at]!));
  });
  for (const statement of side.known) assume(state.facts, context.terms, statement, side.of);
  return state;
}

const numbersIn = ({ held, of }: Side): number[] => held.map(form => numberOf(form, of));

/** What a state says of its variables, and of each two of them, must be so for these numbers. */
function expectToCover(
  context: Context,
  places: readonly Place[],
  state: State,
  values: readonly number[],
): void {
  const { terms } = context;
  places.forEach((place, at) => {
    const term = state.memory.get(place.key);
    if (!term) return;
    const value = values[at]!;
    const { low, high } = state.facts.bounds(term);
    expect(low).toBeLessThanOrEqual(value);
    expect(high).toBeGreaterThanOrEqual(value);
    if (value === 0) expect(state.facts.isNonZero(term)).toBe(false);
    places.forEach((second, other) => {
      const to = state.memory.get(second.key);
      if (!to) return;
      const gap = state.facts.bounds(terms.subtract(term, to));
      expect(gap.low).toBeLessThanOrEqual(value - values[other]!);
      expect(gap.high).toBeGreaterThanOrEqual(value - values[other]!);
    });
  });
}

test('a join covers both sides', () => {
  fc.assert(
    fc.property(sides, sides, (left, right) => {
      const { context, places } = newContext();
      const joined = join(context, stateOf(context, places, left), stateOf(context, places, right), TAG);
      expectToCover(context, places, joined, numbersIn(left));
      expectToCover(context, places, joined, numbersIn(right));
    }),
    RUNS,
  );
});

test('a join covers what came before it in earlier visits of the block', () => {
  fc.assert(
    fc.property(sides, sides, sides, (first, second, third) => {
      const { context, places } = newContext();
      const states = [first, second, third].map(side => stateOf(context, places, side));
      const joined = states.slice(1).reduce((sum, state) => join(context, sum, state, TAG), states[0]!);
      for (const side of [first, second, third]) expectToCover(context, places, joined, numbersIn(side));
    }),
    RUNS,
  );
});

test('what the join knows of a value that both sides name is known on both', () => {
  fc.assert(
    fc.property(sides, sides, (one, other) => {
      const { context, places } = newContext();
      const left = stateOf(context, places, one);
      const right = stateOf(context, places, other);
      const joined = join(context, left, right, TAG);
      for (const form of joined.facts.forms()) {
        const isShared = [...form.parts.keys()].every(
          atom => atom.kind === 'symbol' && ['a', 'b', 'c', 'd'].includes(atom.name),
        );
        if (!isShared) continue;
        const { low, high } = joined.facts.direct(form);
        for (const side of [left, right]) {
          const known = side.facts.bounds(form);
          expect(known.low).toBeGreaterThanOrEqual(low);
          expect(known.high).toBeLessThanOrEqual(high);
        }
      }
    }),
    RUNS,
  );
});

/** Each variable holds one of the atoms: what is known of an atom that nothing holds may be forgotten. */
const holdsAll: readonly Form[] = Array.from({ length: PLACES }, (_, at) => ({
  factors: Array.from({ length: PLACES }, (_, other) => Number(at === other)),
  constant: 0,
}));

test('a state joined with itself stays as it is', () => {
  fc.assert(
    fc.property(sides, forms, (side, form) => {
      const { context, places } = newContext();
      const state = stateOf(context, places, { ...side, held: holdsAll });
      const joined = join(context, state, state.clone(), TAG);
      expect(joined.memory).toEqual(state.memory);
      const term = termOf(context.terms, form);
      expect(joined.facts.bounds(term)).toEqual(state.facts.bounds(term));
    }),
    RUNS,
  );
});

test('a join changes neither side', () => {
  fc.assert(
    fc.property(sides, sides, (one, other) => {
      const { context, places } = newContext();
      const states = [stateOf(context, places, one), stateOf(context, places, other)] as const;
      const picture = () =>
        states.map(state => [
          [...state.memory.values()].map(term => term.id),
          state.facts.forms().map(form => [form.id, state.facts.direct(form)]),
        ]);
      const before = picture();
      join(context, ...states, TAG);
      expect(picture()).toEqual(before);
    }),
    RUNS,
  );
});

const allThresholds = fc
  .uniqueArray(fc.integer({ min: -8, max: 8 }))
  .map(numbers => numbers.sort((one, other) => one - other));

test('widening only forgets', () => {
  fc.assert(
    fc.property(
      sides,
      fc.array(sides, { minLength: 1, maxLength: 5 }),
      allThresholds,
      (first, later, thresholds) => {
        const { context, places } = newContext();
        const widening = { moves: new Map<string, number>(), thresholds };
        let before = stateOf(context, places, first);
        const seen = [first];
        for (const side of later) {
          const now = join(context, before, stateOf(context, places, side), TAG);
          widen(context, before, now, widening);
          seen.push(side);
          for (const each of seen) expectToCover(context, places, now, numbersIn(each));
          before = now;
        }
      },
    ),
    RUNS,
  );
});
