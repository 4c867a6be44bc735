import type { Program } from './ast.ts';
import { Author } from './author.ts';
import type { Random } from './random.ts';
import { acquireByHelper, acquireByLevels, acquireIntoCount } from './shapes/helpers.ts';
import { extract } from './shapes/iterators.ts';
import { acquireObject } from './shapes/objects.ts';
import {
  acquireArray,
  acquireByFlag,
  acquireByTurns,
  acquireInBatches,
  acquireSingle,
  serveInBatches,
} from './shapes/pages.ts';
import { acquireHeadFirst, trySpare } from './shapes/parted.ts';

/** The ways to take pages, by name; those that come up more often stand more than once. */
const SHAPES: readonly (readonly [string, (author: Author) => void])[] = [
  ['array', acquireArray],
  ['array', acquireArray],
  ['single', acquireSingle],
  ['turns', acquireByTurns],
  ['batches', acquireInBatches],
  ['served in batches', serveInBatches],
  ['flag', acquireByFlag],
  ['head first', acquireHeadFirst],
  ['spare array', trySpare],
  ['extract', extract],
  ['extract', extract],
  ['helper', acquireByHelper],
  ['helper of a helper', acquireByLevels],
  ['helper with a count', acquireIntoCount],
  ['object', acquireObject],
  ['object', acquireObject],
];

/** A correct program. */
export function generate(random: Random): Program {
  const era = random.pick(['will-pin', 'will-pin', 'will-pin', 'get-pages', 'extract-mode'] as const);
  const author = new Author(random, era);
  const acquisitions = random.pick([1, 1, 1, 2, 2, 3]);
  author.feature(`acquisitions:${acquisitions}`);
  for (let at = 0; at < acquisitions; at++) {
    const [name, acquire] = random.pick(SHAPES);
    author.feature(`shape:${name}`);
    acquire(author);
    if (random.chance(0.35)) author.mayFail();
  }
  return author.finish();
}
