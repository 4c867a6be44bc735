import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assume as assumeCondition } from '../../server/src/analysis/branch.ts';
import { Context } from '../../server/src/analysis/context.ts';
import { Facts } from '../../server/src/analysis/facts.ts';
import { isSameState, join, widen } from '../../server/src/analysis/join.ts';
import { Members } from '../../server/src/analysis/members.ts';
import type { Place } from '../../server/src/analysis/places.ts';
import { possibleHolds } from '../../server/src/analysis/releasing.ts';
import { addKeeper, type Keeper, type PageSet, State } from '../../server/src/analysis/state.ts';
import { mergeSets } from '../../server/src/analysis/stretches.ts';
import { INT } from '../../server/src/program/types.ts';
import { ITERATOR_KINDS, type IteratorKind } from '../../server/src/semantics/holds.ts';
import { EffectTable } from '../../server/src/semantics/table.ts';
import { treeForEra } from '../../server/src/semantics/trees.ts';

/** The laws of the join in each domain: numbers, stretches of pages, holds, owners. States are compared by what they say. */

const RUNS = { numRuns: 300 };
const TAG = 'block';
const PLACES = 3;
const MODES = ['pin', 'get', 'none', 'pin-if-user-backed', 'by-direction'] as const;

/** A state of numbers that are known exactly, as data: each side of a join is one possible run. */
const sides = fc.record({
  values: fc.tuple(...Array.from({ length: PLACES }, () => fc.integer({ min: -4, max: 4 }))),
  obtained: fc.integer({ min: 1, max: 5 }),
  released: fc.nat(5),
  isExact: fc.boolean(),
  hasOwnReference: fc.boolean(),
  isViewed: fc.boolean(),
  isNumbered: fc.boolean(),
  kinds: fc.subarray([...ITERATOR_KINDS], { minLength: 1 }),
  keepers: fc.subarray(['queue', 'store', 'submit']),
  freed: fc.subarray([0, 1, 2]),
});
type Side = typeof sides extends fc.Arbitrary<infer T> ? T : never;

interface World {
  readonly context: Context;
  readonly places: readonly Place[];
  readonly mode: (typeof MODES)[number];
}

function newWorld(mode: World['mode'] = 'pin'): World {
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
  return { context, places, mode };
}

function stateOf({ context, places, mode }: World, side: Side): State {
  const { terms } = context;
  const state = new State(new Facts(terms));
  const number = (value: number) => terms.constant(value);
  places.forEach((place, at) => {
    state.memory.set(place.key, number(side.values[at]!));
  });
  const iterator = terms.symbol('iterator');
  state.iterators.set(iterator, { kinds: new Set(side.kinds), direction: undefined });
  const keepers = side.keepers
    .map((callee): Keeper => ({ callee, result: terms.symbol(`result of ${callee}`), failure: 'number' }))
    .reduce(addKeeper, [] as readonly Keeper[]);
  const set: PageSet = {
    id: 'pages',
    // Nothing in a join looks into the acquisition.
    acquisition: { key: 'call', callee: 'pin_user_pages' } as PageSet['acquisition'],
    age: 'latest',
    mode,
    iterator,
    base: terms.symbol('array'),
    pointer: terms.symbol('array'),
    page: undefined,
    exists: { term: number(1), low: 1, high: 1 },
    obtained: number(side.obtained),
    asked: terms.symbol('asked'),
    askedPlaces: [],
    bytes: undefined,
    from: number(Math.min(side.released, side.obtained)),
    to: number(side.obtained),
    isExact: side.isExact,
    status: 'held',
    keepers,
    hasOwnReference: side.hasOwnReference,
    isViewed: side.isViewed,
    isNumbered: side.isNumbered,
    viewers: [],
    dropped: [],
  };
  state.sets.set(set.id, set);
  for (const at of side.freed) state.freed.add(terms.symbol(`freed ${at}`));
  return state;
}

/** What a state says, without the names it gave to merged values. */
function picture({ places }: World, state: State) {
  const { facts } = state;
  const set = state.sets.get('pages')!;
  const named = [...places.map(place => state.memory.get(place.key)!), set.from, set.to, set.obtained];
  return {
    numbers: named.map(term => facts.bounds(term)),
    isExact: set.isExact,
    hasOwnReference: set.hasOwnReference,
    isViewed: set.isViewed,
    isNumbered: set.isNumbered,
    keepers: set.keepers.map(each => each.callee).sort(),
    holds: [...possibleHolds(state, set)].sort(),
    kinds: [...state.iterators.values()].map(({ kinds }) => [...kinds].sort()),
    freed: [...state.freed].map(term => term.id).sort(),
  };
}

const modes = fc.constantFrom(...MODES);
/** States that meet agree in whether their sets are exact: that is part of their property. */
const pairs = fc.tuple(sides, sides).map(([a, b]) => [a, { ...b, isExact: a.isExact }] as const);
const triples = fc
  .tuple(sides, sides, sides)
  .map(([a, b, c]) => [a, { ...b, isExact: a.isExact }, { ...c, isExact: a.isExact }] as const);

test('join is commutative', () => {
  fc.assert(
    fc.property(pairs, modes, ([one, other], mode) => {
      const world = newWorld(mode);
      const [a, b] = [stateOf(world, one), stateOf(world, other)];
      expect(picture(world, join(world.context, a, b, TAG))).toEqual(
        picture(world, join(world.context, b, a, TAG)),
      );
    }),
    RUNS,
  );
});

test('join is associative', () => {
  fc.assert(
    fc.property(triples, modes, (all, mode) => {
      const world = newWorld(mode);
      const { context } = world;
      const [a, b, c] = all.map(side => stateOf(world, side)) as [State, State, State];
      const left = join(context, join(context, a, b, TAG), c, TAG);
      const right = join(context, a, join(context, b, c, 'inner'), TAG);
      expect(picture(world, left)).toEqual(picture(world, right));
    }),
    RUNS,
  );
});

test('join is idempotent', () => {
  fc.assert(
    fc.property(sides, modes, (side, mode) => {
      const world = newWorld(mode);
      const state = stateOf(world, side);
      const joined = join(world.context, state, stateOf(world, side), TAG);
      expect(picture(world, joined)).toEqual(picture(world, state));
      expect(isSameState(state, joined)).toBe(true);
    }),
    RUNS,
  );
});

test('join takes nothing away from what may be: holds, kinds, keepers and numbers of both sides are in it', () => {
  fc.assert(
    fc.property(pairs, modes, ([one, other], mode) => {
      const world = newWorld(mode);
      const parts = [stateOf(world, one), stateOf(world, other)] as const;
      const joined = picture(world, join(world.context, ...parts, TAG));
      for (const part of parts.map(each => picture(world, each))) {
        for (const key of ['keepers', 'holds'] as const)
          expect(joined[key]).toEqual(expect.arrayContaining(part[key]));
        expect(joined.kinds[0]).toEqual(expect.arrayContaining(part.kinds[0] as IteratorKind[]));
        // What is freed on one side only may still be there.
        expect(part.freed).toEqual(expect.arrayContaining(joined.freed));
        part.numbers.forEach(({ low, high }, at) => {
          expect(joined.numbers[at]!.low).toBeLessThanOrEqual(low);
          expect(joined.numbers[at]!.high).toBeGreaterThanOrEqual(high);
        });
      }
    }),
    RUNS,
  );
});

test('a branch is monotone: of a state that says less, no more is known behind it', () => {
  fc.assert(
    fc.property(pairs, fc.integer({ min: -4, max: 4 }), fc.boolean(), ([one, other], limit, isTrue) => {
      const world = newWorld();
      const { context, places } = world;
      const small = stateOf(world, one);
      const large = join(context, small, stateOf(world, other), TAG);
      const behind = (state: State): State[] => {
        const { terms } = context;
        const value = state.memory.get(places[0]!.key)!;
        const condition = terms.operation('<', value, terms.constant(limit));
        return assumeCondition(context, state.clone(), condition, isTrue);
      };
      for (const narrow of behind(small)) {
        const wide = behind(large);
        expect(wide.length).toBeGreaterThan(0);
        const inner = picture(world, narrow).numbers;
        const outer = wide.map(state => picture(world, state).numbers);
        inner.forEach(({ low, high }, at) => {
          expect(Math.min(...outer.map(numbers => numbers[at]!.low))).toBeLessThanOrEqual(low);
          expect(Math.max(...outer.map(numbers => numbers[at]!.high))).toBeGreaterThanOrEqual(high);
        });
      }
    }),
    RUNS,
  );
});

test('widening ends: whatever a loop adds, its head settles within the visits it is given', () => {
  const steps = fc.tuple(...Array.from({ length: PLACES }, () => fc.integer({ min: -3, max: 3 })));
  fc.assert(
    fc.property(sides, steps, fc.uniqueArray(fc.integer({ min: -8, max: 8 })), (first, step, numbers) => {
      const world = newWorld();
      const { context } = world;
      const widening = { moves: new Map<string, number>(), thresholds: numbers.sort((a, b) => a - b) };
      let head = stateOf(world, first);
      let visits = 0;
      for (let isSettled = false; !isSettled; visits++) {
        expect(visits).toBeLessThan(60);
        const values = first.values.map((value, at) => value + step[at]! * (visits + 1)) as Side['values'];
        const released = first.released + visits;
        const obtained = first.obtained + visits;
        const turn = stateOf(world, { ...first, values, released, obtained });
        const next = join(context, head, turn, TAG);
        widen(context, head, next, widening);
        isSettled = visits > 0 && isSameState(head, next);
        head = next;
      }
    }),
    RUNS,
  );
});

test('stretches that are neighbours become one; others become an unknown part of one', () => {
  fc.assert(
    fc.property(sides, sides, fc.nat(8), (one, other, offset) => {
      const world = newWorld();
      const { terms } = world.context;
      const state = stateOf(world, { ...one, isExact: true });
      const older = { ...state.sets.get('pages')!, from: terms.constant(0) };
      const latest: PageSet = {
        ...older,
        base: terms.plus(terms.symbol('array'), offset),
        obtained: terms.constant(other.obtained),
        to: terms.constant(other.obtained),
      };
      const merged = mergeSets(world.context, state, older, latest);
      expect(merged.isExact).toBe(offset === one.obtained);
      if (merged.isExact) expect(state.facts.bounds(merged.to).high).toBe(one.obtained + other.obtained);
    }),
    RUNS,
  );
});

test('owners: more keepers never say less', () => {
  const keepers = fc.array(
    fc.record({ callee: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), isSure: fc.boolean() }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(keepers, list => {
      const { terms } = newWorld().context;
      let known: readonly Keeper[] = [];
      for (const { callee, isSure } of list) {
        const result = isSure ? undefined : terms.symbol(callee);
        const next = addKeeper(known, { callee, result, failure: 'number' });
        const isCertain = (each: readonly Keeper[]): boolean => each.some(keeper => !keeper.result);
        if (isCertain(known)) expect(isCertain(next)).toBe(true);
        else if (!isCertain(next)) expect(next).toEqual(expect.arrayContaining([...known]));
        expect(addKeeper(next, { callee, result, failure: 'number' })).toEqual(next);
        known = next;
      }
    }),
    RUNS,
  );
});
