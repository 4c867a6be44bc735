import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ForkMap } from '../../server/src/analysis/forkMap.ts';
import { PairMap } from '../../server/src/analysis/pairMap.ts';

describe('a map of pairs', () => {
  test('answers as a Map of texts does', () => {
    const id = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 2 ** 30 }));
    const entries = fc.array(fc.tuple(id, fc.oneof(fc.constant(0), id), fc.nat()), { maxLength: 900 });
    fc.assert(
      fc.property(entries, fc.array(fc.tuple(id, id)), (given, asked) => {
        const map = new PairMap<number>();
        const model = new Map<string, number>();
        for (const [first, second, value] of given) {
          expect(map.get(first, second)).toBe(model.get(`${first},${second}`));
          map.set(first, second, value);
          model.set(`${first},${second}`, value);
        }
        for (const [first, second] of [...asked, ...given])
          expect(map.get(first, second)).toBe(model.get(`${first},${second}`));
      }),
      { numRuns: 30 },
    );
  });

  test('grows, and tells (a, b) from (b, a)', () => {
    const map = new PairMap<number>();
    for (let a = 1; a <= 60; a++) for (let b = 0; b <= 60; b++) map.set(a, b, 100 * a + b);
    for (let a = 1; a <= 60; a++) for (let b = 0; b <= 60; b++) expect(map.get(a, b)).toBe(100 * a + b);
    expect(map.get(61, 1)).toBeUndefined();
  });
});

describe('a map that forks', () => {
  /** What is done to one of the maps: [which, what, key]. */
  const step = fc.tuple(fc.nat(), fc.constantFrom('set', 'delete', 'clear', 'fork'), fc.nat(5));

  test('is at every time what a copied Map is, with its order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const maps = [new ForkMap<number, number>()];
        const models = [new Map<number, number>()];
        steps.forEach(([which, what, key], at) => {
          const [map, model] = [maps[which % maps.length]!, models[which % maps.length]!];
          if (what === 'set') {
            map.set(key, at);
            model.set(key, at);
          } else if (what === 'delete') expect(map.delete(key)).toBe(model.delete(key));
          else if (what === 'fork') {
            maps.push(map.fork());
            models.push(new Map(model));
          } else {
            map.clear();
            model.clear();
          }
          const seen = maps.map(each => [
            [...each],
            [...each.keys()],
            [...each.values()],
            each.size,
            each.get(key),
            each.has(key),
          ]);
          expect(seen).toEqual(
            models.map(each => [
              [...each],
              [...each.keys()],
              [...each.values()],
              each.size,
              each.get(key),
              each.has(key),
            ]),
          );
        });
      }),
    );
  });

  test('may be emptied while it is gone through, also where it is shared', () => {
    const map = new ForkMap(new Map([1, 2, 3].map(each => [each, each])));
    const other = map.fork();
    for (const key of map.keys()) map.delete(key);
    expect([map.size, other.size]).toEqual([0, 3]);
  });
});
