/**
 * Which arms of open branches a path has taken, as literals `place=t` and `place=f`. A path that has gone both ways at a
 * place (a loop) says nothing of it.
 */
type Cube = ReadonlySet<string>;

/** A path on which something happened of which nobody knows what it did. */
export const UNTOLD = '?';

/** Cubes beyond which nothing is concluded any more. */
const MAX_CUBES = 64;

export const literal = (place: string, isTrue: boolean): string => `${place}=${isTrue ? 't' : 'f'}`;

const opposite = (of: string): string => literal(of.slice(0, -2), of.endsWith('=f'));

/**
 * Whether something happens whichever way the open branches go: whether the paths on which it happens, taken together,
 * leave no way out. Repeated consensus: of a path that needs `x`, and one that needs `not x`, one needs neither.
 * @param paths the doubts of each path on which it happens.
 */
export function isBeyondDoubt(paths: readonly Cube[]): boolean {
  const cubes: Cube[] = [];
  for (const path of paths) if (!path.has(UNTOLD)) add(cubes, withoutBothWays(path));
  for (let at = 0; at < cubes.length && cubes.length <= MAX_CUBES; at++)
    for (let other = 0; other < at; other++) {
      const merged = consensus(cubes[at]!, cubes[other]!);
      if (merged) add(cubes, merged);
    }
  return cubes.some(cube => cube.size === 0);
}

function add(cubes: Cube[], cube: Cube): void {
  if (!cubes.some(known => [...known].every(each => cube.has(each)))) cubes.push(cube);
}

const withoutBothWays = (cube: Cube): Cube => new Set([...cube].filter(each => !cube.has(opposite(each))));

/** What two paths need that differ in one branch; undefined where they differ in none or in several. */
function consensus(a: Cube, b: Cube): Cube | undefined {
  const clashes = [...a].filter(each => b.has(opposite(each)));
  const [clash] = clashes;
  if (clash === undefined || clashes.length > 1) return;
  const merged = new Set([...a, ...b]);
  merged.delete(clash);
  merged.delete(opposite(clash));
  return merged;
}
