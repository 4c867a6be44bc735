import type { FunctionRow, Transfer } from '../../../server/src/semantics/effects.ts';
import type { Direction } from '../../../server/src/semantics/holds.ts';
import {
  copyFromIter,
  copyFromIterFull,
  copyPageFromIter,
  copyPageToIter,
  copyToIter,
  faultIn,
  faultInIovIter,
  iovIterZero,
} from '../../../server/src/semantics/machine/copies.ts';
import type { IovIter } from '../../../server/src/semantics/machine/iterators.ts';
import { PAGE_SIZE } from '../../../server/src/semantics/machine/pages.ts';
import { kindsOn, plain } from './iteratorRows.ts';
import { type Probe, trial } from './probe.ts';
import { changeText, Scene } from './scene.ts';

/** Bytes copied. */
type Copying = (scene: Scene, iter: IovIter, bytes: number) => number;

const to: Copying = ({ mm }, iter, bytes) => copyToIter(mm, iter, new Uint8Array(bytes).fill(7));
const from: Copying = ({ mm }, iter, bytes) => copyFromIter(mm, iter, bytes).length;
const fromFull: Copying = ({ mm }, iter, bytes) => (copyFromIterFull(mm, iter, bytes) ? bytes : 0);
const order = 2;
const pageTo =
  (nofault: boolean): Copying =>
  ({ mm, machine }, iter, bytes) => {
    const page = machine.allocate({ kind: 'kernel', order }).page(0);
    return copyPageToIter(mm, page, 0, bytes, iter, { nofault });
  };
const pageFrom: Copying = ({ mm, machine }, iter, bytes) =>
  copyPageFromIter(mm, machine.allocate({ kind: 'kernel', order }).page(0), 0, bytes, iter);

const COPIES: Readonly<Record<string, Copying>> = {
  copy_to_iter: to,
  _copy_to_iter: to,
  copy_from_iter: from,
  _copy_from_iter: from,
  copy_from_iter_nocache: from,
  _copy_from_iter_nocache: from,
  _copy_from_iter_flushcache: from,
  copy_from_iter_full: fromFull,
  copy_from_iter_full_nocache: fromFull,
  copy_folio_to_iter: pageTo(false),
  copy_page_to_iter: pageTo(false),
  copy_page_to_iter_nofault: pageTo(true),
  copy_folio_from_iter: pageFrom,
  copy_folio_from_iter_atomic: pageFrom,
  copy_page_from_iter: pageFrom,
  copy_page_from_iter_atomic: pageFrom,
  iov_iter_zero: ({ mm }, iter, bytes) => iovIterZero(mm, iter, bytes),
};

const MEMORY = [
  'anon TTTT',
  'anon UUUU',
  'anon TTHT',
  'anon RRRR',
  'thp TTTT',
  'shmem_private FTUF',
] as const;

const transferOf = (row: FunctionRow): Transfer =>
  row.effects.find(effect => effect.kind === 'transfer') as Transfer;

function* copyTrials(row: FunctionRow, kinds: ReturnType<typeof kindsOn>) {
  for (const kind of kinds)
    for (const direction of ['dest', 'source'] as const)
      for (const memory of kind === 'ubuf' || kind === 'iovec' ? MEMORY : MEMORY.slice(0, 1))
        for (const bytes of [0, 1, PAGE_SIZE, 2 * PAGE_SIZE + 60])
          yield { name: `${kind} ${direction} ${memory} ${bytes}`, kind, direction, memory, bytes, row };
}

const copyProbe: Probe = {
  *trials(row, version) {
    const right: Direction = transferOf(row).direction;
    for (const { name, kind, direction, memory, bytes } of copyTrials(row, kindsOn(version)))
      yield trial(name, (kernel, verdict) => {
        const scene = new Scene(kernel);
        const make = plain(scene, kind, direction, memory);
        COPIES[row.name]!(scene, make(), bytes);
        const before = scene.now();
        const iter = make();
        const { count } = iter;
        const copied = COPIES[row.name]!(scene, iter, bytes);
        const changes = scene.changes(before);
        verdict.claim(changes.size === 0, () => `changes ${changeText(changes)}`);
        verdict.claim(
          count - iter.count === copied,
          () => `copies ${copied}, advances ${count - iter.count}`,
        );
        verdict.claim(copied <= Math.min(bytes, count), () => `copies ${copied}`);
        if (copied > 0) verdict.saw(direction === right ? `${kind} moves` : `${kind} moves the other way`);
        if (direction !== right && bytes > 0)
          verdict.saw(`refused, warned ${scene.machine.warnings.length > 0}`, copied === 0);
      });
  },
  mustSee(row, version) {
    const right = transferOf(row).direction;
    // Nothing can be read out of a pipe iterator.
    const kinds = kindsOn(version).filter(kind => kind !== 'pipe' || right === 'dest');
    const refuses = version !== '6.1' && row.name !== 'iov_iter_zero';
    return [...kinds.map(kind => `${kind} moves`), ...(refuses ? ['refused, warned true'] : [])];
  },
};

/** Bytes that were not faulted in. */
const FAULTS: Readonly<Record<string, (scene: Scene, iter: IovIter, base: number, size: number) => number>> =
  {
    fault_in_readable: ({ mm }, _iter, base, size) => faultIn(mm, base, size, 'read'),
    fault_in_writeable: ({ mm }, _iter, base, size) => faultIn(mm, base, size, 'write'),
    fault_in_safe_writeable: ({ mm }, _iter, base, size) => faultIn(mm, base, size, 'write'),
    fault_in_iov_iter_readable: ({ mm }, iter, _base, size) => faultInIovIter(mm, iter, size, 'read'),
    fault_in_iov_iter_writeable: ({ mm }, iter, _base, size) => faultInIovIter(mm, iter, size, 'write'),
  };

const faultProbe: Probe = {
  *trials(row, version) {
    for (const { name, kind, direction, memory, bytes } of copyTrials(row, kindsOn(version)))
      yield trial(name, (kernel, verdict) => {
        const scene = new Scene(kernel);
        const iter = plain(scene, kind, direction, memory)();
        const base = iter.backing.kind === 'ubuf' ? iter.backing.base : 0;
        FAULTS[row.name]!(scene, iter, base, bytes);
        const before = scene.now();
        const position = iter.position().join();
        const missed = FAULTS[row.name]!(scene, iter, base, bytes);
        verdict.claim(scene.changes(before).size === 0, () => 'takes holds');
        verdict.claim(iter.position().join() === position, () => 'moves the iterator');
        verdict.claim(missed >= 0 && missed <= bytes, () => `misses ${missed} of ${bytes}`);
        verdict.saw('all of it', missed === 0 && bytes > 0 && kind === 'ubuf');
        verdict.saw('a part', missed > 0 && missed < bytes);
      });
  },
  mustSee: () => ['all of it', 'a part'],
};

/** Copies through iterators, and faulting in before them. */
export const COPY_PROBES: Readonly<Record<string, Probe>> = {
  ...Object.fromEntries(Object.keys(COPIES).map(name => [name, copyProbe])),
  ...Object.fromEntries(Object.keys(FAULTS).map(name => [name, faultProbe])),
};
