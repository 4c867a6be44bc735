import { expect, test } from 'vitest';
import { isBeyondDoubt, literal, UNTOLD } from '../../server/src/analysis/doubts.ts';

const PLACES = ['a', 'b', 'c'];

/** A path by its literals: `a -b` goes one way at a and the other at b. */
const path = (text: string): ReadonlySet<string> =>
  new Set(
    text.split(' ').flatMap(word => (word ? [literal(word.replace('-', ''), !word.startsWith('-'))] : [])),
  );

/** Whether each way to answer all questions agrees with some path. */
function coversAll(paths: readonly ReadonlySet<string>[]): boolean {
  const worlds = Array.from({ length: 2 ** PLACES.length }, (_, bits) =>
    PLACES.map((place, at) => literal(place, ((bits >> at) & 1) === 1)),
  );
  return worlds.every(world => paths.some(each => [...each].every(needed => world.includes(needed))));
}

test('no path is in doubt, one path with a question is', () => {
  expect(isBeyondDoubt([])).toBe(false);
  expect(isBeyondDoubt([path('')])).toBe(true);
  expect(isBeyondDoubt([path('a')])).toBe(false);
  expect(isBeyondDoubt([path('a'), path('-a')])).toBe(true);
});

test('a path that has gone both ways at a place says nothing of it', () => {
  expect(isBeyondDoubt([path('a -a')])).toBe(true);
  expect(isBeyondDoubt([path('a -a b')])).toBe(false);
});

test('a path on which something unknown happened does not count', () => {
  expect(isBeyondDoubt([new Set([UNTOLD])])).toBe(false);
  expect(isBeyondDoubt([path('a'), new Set([...path('-a'), UNTOLD])])).toBe(false);
});

test('the answer is that of going through all worlds', () => {
  const signs = ['', '-', undefined];
  const cubes = signs.flatMap(a =>
    signs.flatMap(b =>
      signs.map(c =>
        path([a, b, c].flatMap((sign, at) => (sign === undefined ? [] : [sign + PLACES[at]])).join(' ')),
      ),
    ),
  );
  let positive = 0;
  for (let seed = 1; seed <= 3000; seed++) {
    let state = seed;
    const next = (): number => (state = (state * 48_271) % 2_147_483_647);
    next();
    const paths = Array.from({ length: 1 + (next() % 6) }, () => cubes[next() % cubes.length]!);
    const wanted = coversAll(paths);
    if (wanted) positive++;
    expect(isBeyondDoubt(paths), paths.map(each => [...each].join(' ')).join(' | ')).toBe(wanted);
  }
  expect(positive).toBeGreaterThan(200);
  expect(positive).toBeLessThan(2800);
});
