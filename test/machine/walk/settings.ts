import type { Direction, IteratorKind } from '../../../server/src/semantics/holds.ts';
import { construct } from '../../../server/src/semantics/machine/constructors.ts';
import {
  type Backing,
  FOLIOQ_SLOTS,
  FolioXArray,
  folioQueueIter,
  type IovIter,
} from '../../../server/src/semantics/machine/iterators.ts';
import { type Folio, PAGE_SIZE } from '../../../server/src/semantics/machine/pages.ts';
import { Pipe } from '../../../server/src/semantics/machine/pipes.ts';
import type { Scene } from './scene.ts';

/** User memory by kind and state, as test/machine/vectors/README.md names them. */
export const USER_MEMORY = [
  'anon TTTTTT',
  'anon UUUUUU',
  'anon ZZZZZZ',
  'anon RRTTTT',
  'anon TTHTTT',
  'anon NTTTTT',
  'anon_shared TTTTTT',
  'shmem_shared TFUTFU',
  'shmem_shared_ro FFFFFF',
  'shmem_private FTrUFT',
  'thp TTTTTT',
  'thp_pte TTTTTT',
  'thp_zero ZZZZZZ',
  'mthp16k TTTTTTTT',
  'hugetlb TTTTTT',
  'hugetlb UUUUUU',
  'mixedmap TTTTTT',
  'pfnmap TTTTTT',
  'kaddr UUUUUU',
] as const;

/** Kernel memory: orders of the folios one after the other; `h` leaves a hole in an xarray, `e` an empty segment. */
export const KERNEL_MEMORY = ['000', '3', '0012', '0h10', 'h00', 'e0e1', '00e'] as const;

/** Everything that a call through an iterator may depend on. */
export interface Setting {
  readonly kind: IteratorKind;
  readonly direction: Direction;
  readonly memory: string;
  readonly forked: boolean;
  /** Bytes from the start of the memory; the iterator begins there. */
  readonly offset: number;
  /** Bytes of the iterator; cut to what the memory has. */
  readonly count: number;
  readonly maxSize: number;
  readonly maxPages: number;
  readonly nofault: boolean;
  readonly flags: number;
  readonly given: boolean;
}

const DIMENSIONS = {
  forked: [false, true],
  offset: [0, 100, PAGE_SIZE + 4095],
  count: [10, 2 * PAGE_SIZE, 1 << 20],
  maxSize: [1 << 20, 3, PAGE_SIZE + 1, 0],
  maxPages: [16, 1, 2, 0],
  nofault: [false, true],
  flags: [0, 1],
  given: [true, false],
} as const;

/** Settings of one kind and direction, one in `stride`, in an order in which neighbours differ in one dimension. */
export function* settings(kind: IteratorKind, direction: Direction, stride: number): Generator<Setting> {
  const user = kind === 'ubuf' || kind === 'iovec';
  const memories: readonly string[] = user ? USER_MEMORY : KERNEL_MEMORY;
  const dimensions = Object.entries({ memory: memories, ...DIMENSIONS });
  const total = dimensions.reduce((product, [, values]) => product * values.length, 1);
  for (let at = 0; at < total; at += stride) {
    let rest = at;
    const chosen: Record<string, unknown> = { kind, direction };
    for (const [name, values] of dimensions) {
      chosen[name] = values[rest % values.length];
      rest = Math.floor(rest / values.length);
    }
    const setting = chosen as unknown as Setting;
    if (user || !(setting.nofault || setting.forked)) yield setting;
  }
}

/** Makes equal iterators over one piece of memory, which is set up once. */
export function iteratorMaker(scene: Scene, setting: Setting): () => IovIter {
  const { kind, direction } = setting;
  if (kind === 'folioq') return folioQueueMaker(scene, setting);
  const { backing, bytes } = backingOf(scene, setting);
  const count = Math.min(setting.count, bytes);
  return () => {
    const iter = construct(kind === 'pipe' ? { kind: 'pipe', pipe: new Pipe(4) } : backing, direction, count);
    iter.nofault = setting.nofault;
    return iter;
  };
}

interface Backed {
  readonly backing: Backing;
  /** Bytes from the setting's offset on. */
  readonly bytes: number;
}

function backingOf(scene: Scene, setting: Setting): Backed {
  switch (setting.kind) {
    case 'ubuf':
    case 'iovec':
      return userBacking(scene, setting);
    case 'xarray':
      return xarrayBacking(scene, setting);
    case 'kvec':
    case 'bvec':
      return segmentBacking(scene, setting);
    default:
      return { backing: { kind: 'discard' }, bytes: setting.count };
  }
}

function userBacking(scene: Scene, { kind, memory, forked, offset, count }: Setting): Backed {
  const [vma = '', state = ''] = memory.split(' ');
  const start = scene.place(vma, state, forked) + offset;
  const bytes = state.length * PAGE_SIZE - offset;
  if (kind === 'ubuf') return { backing: { kind, base: start }, bytes };
  const first = Math.min(Math.ceil(count / 2), bytes - 1);
  const segments = [
    { base: start, length: 0 },
    { base: start, length: first },
    { base: start + first, length: 0 },
    { base: start + first, length: bytes - first },
  ];
  return { backing: { kind: 'iovec', segments }, bytes };
}

function foliosOf(scene: Scene, memory: string): (Folio | 'hole' | 'empty')[] {
  return [...memory].map(letter => {
    if (letter === 'h') return 'hole';
    return letter === 'e' ? 'empty' : scene.machine.allocate({ kind: 'kernel', order: Number(letter) });
  });
}

function segmentBacking(scene: Scene, { kind, memory, offset }: Setting): Backed {
  const parts = foliosOf(scene, memory);
  const some = parts.find(part => typeof part === 'object');
  if (!some) throw new Error(`no memory in ${memory}`);
  let skip = offset;
  const vecs = parts.flatMap(part => {
    if (part === 'hole') return [];
    // An empty segment whose offset is not 0 is the more treacherous one.
    if (part === 'empty') return [{ folio: some, from: 64, length: 0 }];
    const from = Math.min(skip, part.size - 1);
    skip = Math.max(0, skip - part.size);
    return [{ folio: part, from, length: part.size - from }];
  });
  const bytes = vecs.reduce((sum, { length }) => sum + length, 0);
  if (kind === 'kvec') {
    const segments = vecs.map(({ folio, from, length }) => ({
      buffer: { pages: Array.from({ length: folio.length }, (_, k) => folio.page(k)) },
      offset: from,
      length,
    }));
    return { backing: { kind, segments }, bytes };
  }
  const segments = vecs.map(({ folio, from, length }) => ({ page: folio.page(0), offset: from, length }));
  return { backing: { kind: 'bvec', segments }, bytes };
}

function xarrayBacking(scene: Scene, { memory, offset }: Setting): Backed {
  const xarray = new FolioXArray();
  let index = 0;
  for (const part of foliosOf(scene, memory)) {
    if (typeof part === 'object') {
      index = Math.ceil(index / part.length) * part.length;
      xarray.store(index, part);
    }
    index += typeof part === 'object' ? part.length : 1;
  }
  const bytes = Math.max(1, index * PAGE_SIZE - offset);
  return { backing: { kind: 'xarray', xarray, start: offset }, bytes };
}

/** Starts two slots before the end of the first queue, so that some go on in the next. */
function folioQueueMaker(scene: Scene, setting: Setting): () => IovIter {
  const folios = foliosOf(scene, setting.memory).filter(part => typeof part === 'object');
  const filler = scene.machine.allocate({ kind: 'kernel', order: 0 });
  const first = FOLIOQ_SLOTS - 2;
  const all = [...Array.from({ length: first }, () => filler), ...folios];
  const queue = [all.slice(0, FOLIOQ_SLOTS), all.slice(FOLIOQ_SLOTS)].filter(part => part.length > 0);
  const offset = Math.min(setting.offset, folios[0]!.size - 1);
  const bytes = folios.reduce((sum, folio) => sum + folio.size, 0) - offset;
  return () => folioQueueIter(queue, setting.direction, first, offset, Math.min(setting.count, bytes));
}
