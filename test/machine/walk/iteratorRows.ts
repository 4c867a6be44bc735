import type { Construct, FunctionRow, Position, Query } from '../../../server/src/semantics/effects.ts';
import type { Direction, IteratorKind } from '../../../server/src/semantics/holds.ts';
import {
  construct,
  importIovec,
  importSingleRange,
  importUbuf,
} from '../../../server/src/semantics/machine/constructors.ts';
import {
  advance,
  duplicate,
  type IovIter,
  pagesSpanned,
  reexpand,
  restore,
  revert,
  saveState,
  truncate,
} from '../../../server/src/semantics/machine/iterators.ts';
import {
  extractionHold,
  type Kernel,
  type KernelVersion,
  kernelOf,
} from '../../../server/src/semantics/machine/kernels.ts';
import { PAGE_SIZE } from '../../../server/src/semantics/machine/pages.ts';
import { ITERATOR_TYPES } from '../../../server/src/semantics/operations.ts';
import { type Probe, trial, type Verdict } from './probe.ts';
import { changeText, Scene } from './scene.ts';
import { iteratorMaker, type Setting } from './settings.ts';

const DIRECTIONS: readonly Direction[] = ['dest', 'source'];
const BYTES = 2 * PAGE_SIZE + 50;

/** An iterator of a kind with several segments or folios. */
export function plain(
  scene: Scene,
  kind: IteratorKind,
  direction: Direction,
  memory = 'anon TTTT',
): () => IovIter {
  const user = kind === 'ubuf' || kind === 'iovec';
  const setting: Setting = {
    kind,
    direction,
    memory: user ? memory : '0012',
    forked: false,
    offset: 100,
    count: BYTES,
    maxSize: 0,
    maxPages: 0,
    nofault: false,
    flags: 0,
    given: false,
  };
  return iteratorMaker(scene, setting);
}

export const kindsOn = (version: KernelVersion): readonly IteratorKind[] => kernelOf(version).iteratorKinds;

type Constructing = (scene: Scene, direction: Direction, count: number) => IovIter | number;

const builds =
  (kind: IteratorKind): Constructing =>
  (scene, direction, count) => {
    const { backing } = plain(scene, kind, direction)();
    return construct(backing, direction, count);
  };

const importing =
  (segments: readonly number[]): Constructing =>
  (scene, direction, count) => {
    const base = scene.place('anon', 'TTTT');
    const vector = segments.map(share => ({ base, length: Math.floor(count * share) }));
    return importIovec(scene.mm, direction, vector);
  };

const CONSTRUCTORS: Readonly<Record<string, readonly Constructing[]>> = {
  iov_iter_init: [builds('iovec')],
  iov_iter_ubuf: [builds('ubuf')],
  iov_iter_kvec: [builds('kvec')],
  iov_iter_bvec: [builds('bvec')],
  iov_iter_xarray: [builds('xarray')],
  iov_iter_folio_queue: [builds('folioq')],
  iov_iter_discard: [builds('discard')],
  iov_iter_pipe: [builds('pipe')],
  import_ubuf: [(scene, direction, count) => importUbuf(direction, scene.place('anon', 'TT'), count)],
  import_single_range: [
    (scene, direction, count) => importSingleRange(direction, scene.place('anon', 'TT'), count),
  ],
  import_iovec: [importing([1]), importing([0.5, 0.5]), importing([0.5, 0, 0.5])],
  __import_iovec: [importing([1]), importing([0.5, 0.5]), importing([0.5, 0, 0.5])],
};

const constructOf = (row: FunctionRow): Construct =>
  row.effects.find(effect => effect.kind === 'construct') as Construct;

const constructorProbe: Probe = {
  *trials(row) {
    const { iteratorKinds } = constructOf(row);
    for (const [at, build] of CONSTRUCTORS[row.name]!.entries())
      for (const direction of DIRECTIONS)
        for (const count of [100, 4000])
          yield trial(`${at} ${direction} ${count}`, (kernel, verdict) => {
            const scene = new Scene(kernel);
            const before = scene.now();
            const iter = build(scene, direction, count);
            if (typeof iter === 'number') {
              verdict.claim(false, () => `fails with ${iter}`);
              return;
            }
            verdict.claim(iteratorKinds.includes(iter.kind), () => `builds ${iter.kind}`);
            verdict.claim(iter.direction === direction, () => `builds a ${iter.direction}`);
            verdict.claim(iter.count === count, () => `has ${iter.count} bytes of ${count}`);
            verdict.claim(scene.changes(before).size === 0, () => 'changes counts');
            verdict.saw(`builds ${iter.kind}`);
          });
  },
  mustSee: row => constructOf(row).iteratorKinds.map(kind => `builds ${kind}`),
};

type Asking = (kernel: Kernel, iter: IovIter) => unknown;

const isKind =
  (kind: IteratorKind): Asking =>
  (_kernel, iter) =>
    iter.kind === kind;

const QUERIES: Readonly<Record<string, Asking>> = {
  user_backed_iter: (_kernel, iter) => iter.userBacked,
  iov_iter_extract_will_pin: (kernel, iter) => extractionHold(kernel, iter.kind, iter.direction) === 'pin',
  iov_iter_extract_mode: (kernel, iter) => extractionHold(kernel, iter.kind, iter.direction),
  iter_is_iovec: isKind('iovec'),
  iter_is_ubuf: isKind('ubuf'),
  iov_iter_is_kvec: isKind('kvec'),
  iov_iter_is_bvec: isKind('bvec'),
  iov_iter_is_discard: isKind('discard'),
  iov_iter_is_folioq: isKind('folioq'),
  iov_iter_is_xarray: isKind('xarray'),
  iov_iter_is_pipe: isKind('pipe'),
  iov_iter_rw: (_kernel, iter) => iter.direction,
  iov_iter_type: (_kernel, iter) => iter.kind,
  iov_iter_count: (_kernel, iter) => iter.count,
};

/** The answer that a row promises. */
function promised({ question, iteratorKinds }: Query, iter: IovIter): unknown {
  switch (question) {
    case 'kinds':
      return iteratorKinds?.includes(iter.kind);
    case 'mode':
      return iter.userBacked ? (iter.direction === 'dest' ? 'pin' : 'get') : 'none';
    case 'direction':
      return iter.direction;
    case 'type':
      return [...ITERATOR_TYPES.values()].find(kind => kind === iter.kind);
    case 'count':
      return BYTES;
    default:
      return undefined;
  }
}

const queryProbe: Probe = {
  *trials(row, version) {
    const query = row.effects.find(effect => effect.kind === 'query') as Query;
    for (const kind of kindsOn(version))
      for (const direction of DIRECTIONS)
        yield trial(`${kind} ${direction}`, (kernel, verdict) => {
          const iter = plain(new Scene(kernel), kind, direction)();
          const answer = QUERIES[row.name]!(kernel, iter);
          const wanted = promised(query, iter);
          verdict.claim(answer === wanted, () => `answers ${answer}, not ${wanted}`);
          verdict.saw(`answers ${answer}`);
        });
  },
  mustSee(row) {
    const query = row.effects.find(effect => effect.kind === 'query') as Query;
    return query.question === 'kinds' ? ['answers true', 'answers false'] : [];
  },
};

const positionOf = (row: FunctionRow): Position =>
  row.effects.find(effect => effect.kind === 'position') as Position;

/** iov_iter_restore() knows segments and UBUF only. */
const restorable = ({ kind }: IovIter): boolean => ['iovec', 'ubuf', 'kvec', 'bvec'].includes(kind);

/** Each movement from a place inside the iterator, and what undoes it. */
const MOVES: Readonly<
  Record<string, (scene: Scene, iter: IovIter, bytes: number, verdict: Verdict) => void>
> = {
  iov_iter_advance: ({ machine }, iter, bytes, verdict) => {
    const { count } = iter;
    advance(machine, iter, bytes);
    verdict.claim(iter.count === Math.max(0, count - bytes), () => `advances to ${iter.count}`);
    verdict.saw('advance');
  },
  iov_iter_revert: ({ machine }, iter, bytes, verdict) => {
    const moved = Math.min(bytes, iter.count);
    const { count } = iter;
    const before = iter.position();
    advance(machine, iter, moved);
    revert(machine, iter, moved);
    verdict.claim(iter.count === count, () => `reverts to ${iter.count} of ${count}`);
    const same = iter.position().join() === before.join();
    verdict.saw('revert', same && moved > 0);
  },
  iov_iter_restore: ({ machine }, iter, bytes, verdict) => {
    const state = saveState(iter);
    const before = iter.position();
    advance(machine, iter, bytes);
    restore(machine, iter, state);
    const back = iter.position().join() === before.join();
    if (restorable(iter)) verdict.claim(back, () => 'is not back where it was');
    verdict.saw('revert', back);
  },
  iov_iter_truncate: (_scene, iter, bytes, verdict) => {
    const { count } = iter;
    truncate(iter, bytes);
    verdict.claim(iter.count === Math.min(count, bytes), () => `truncates to ${iter.count}`);
    verdict.saw('truncate', iter.count < count);
  },
  iov_iter_reexpand: (_scene, iter, bytes, verdict) => {
    const { count } = iter;
    truncate(iter, bytes);
    reexpand(iter, count);
    verdict.claim(iter.count === count, () => `reexpands to ${iter.count}`);
    verdict.saw('reexpand');
  },
};

const positionProbe: Probe = {
  *trials(row, version) {
    // Nothing has been appended to a pipe that could be passed.
    for (const kind of kindsOn(version))
      for (const direction of DIRECTIONS)
        for (const start of [0, 1, PAGE_SIZE])
          for (const bytes of [1, PAGE_SIZE, BYTES, 2 * BYTES])
            if (kind !== 'pipe')
              yield trial(`${kind} ${direction} ${start} ${bytes}`, (kernel, verdict) => {
                const scene = new Scene(kernel);
                const iter = plain(scene, kind, direction)();
                advance(scene.machine, iter, start);
                const before = scene.now();
                MOVES[row.name]!(scene, iter, bytes, verdict);
                const changes = scene.changes(before);
                verdict.claim(changes.size === 0, () => `changes ${changeText(changes)}`);
              });
  },
  mustSee: row => [positionOf(row).by],
};

/** Functions that look at an iterator: they hold nothing, and leave it where it is. */
const LOOKS: Readonly<Record<string, (iter: IovIter) => unknown>> = {
  iov_iter_save_state: saveState,
  iov_iter_npages: iter => pagesSpanned(iter, 0x7fffffff),
  dup_iter: duplicate,
};

const lookProbe: Probe = {
  *trials(row, version) {
    for (const kind of kindsOn(version))
      for (const direction of DIRECTIONS)
        yield trial(`${kind} ${direction}`, (kernel, verdict) => {
          const scene = new Scene(kernel);
          const iter = plain(scene, kind, direction)();
          const before = scene.now();
          const position = iter.position().join();
          const answer = LOOKS[row.name]!(iter);
          verdict.claim(scene.changes(before).size === 0, () => 'changes counts');
          verdict.claim(iter.position().join() === position, () => 'moves the iterator');
          const copy = row.name === 'dup_iter' ? (answer as IovIter) : undefined;
          if (!copy) return;
          advance(scene.machine, copy, kind === 'pipe' ? 0 : 10);
          verdict.claim(iter.position().join() === position, () => 'moves the original with the copy');
          const own = 'segments' in copy.backing && copy.backing !== iter.backing;
          verdict.saw('allocates', own);
        });
  },
  mustSee: row => (row.effects.some(effect => effect.kind === 'allocate') ? ['allocates'] : []),
};

const named = (names: object, probe: Probe): Record<string, Probe> =>
  Object.fromEntries(Object.keys(names).map(name => [name, probe]));

/** Iterators: construction, questions, movement. */
export const ITERATOR_PROBES: Readonly<Record<string, Probe>> = {
  ...named(CONSTRUCTORS, constructorProbe),
  ...named(QUERIES, queryProbe),
  ...named(MOVES, positionProbe),
  ...named(LOOKS, lookProbe),
};
