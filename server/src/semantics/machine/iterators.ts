import type { Direction, IteratorKind } from '../holds.ts';
import { KernelOops, type KernelVersion, MAX_RW_COUNT } from './kernels.ts';
import { type Folio, type Machine, PAGE_SIZE, type Page } from './pages.ts';
import { advancePipe, type Pipe, pipeRoom, revertPipe } from './pipes.ts';

/** struct iovec: user address and length in bytes. */
export interface UserSegment {
  readonly base: number;
  readonly length: number;
}

/** Kernel memory that is contiguous in virtual addresses; it begins at a page boundary. */
export interface KernelBuffer {
  readonly pages: readonly Page[];
}

/** struct kvec: a part of a buffer; offset and length in bytes. */
export interface KernelSegment {
  readonly buffer: KernelBuffer;
  readonly offset: number;
  readonly length: number;
}

/** struct bio_vec: offset and length in bytes; the offset may lie beyond the page. */
export interface BioVec {
  readonly page: Page;
  readonly offset: number;
  length: number;
}

/** An xarray of folios by page index, as the page cache keeps them. */
export class FolioXArray {
  private readonly entries: { readonly index: number; readonly folio: Folio }[] = [];

  /** @throws RangeError where the index is no multiple of the folio's length: the page cache has none such. */
  store(index: number, folio: Folio): void {
    if (index % folio.length !== 0)
      throw new RangeError(`a folio of ${folio.length} pages at index ${index}`);
    this.entries.push({ index, folio });
    this.entries.sort((a, b) => a.index - b.index);
  }

  /** The page at a page index. */
  pageAt(index: number): Page | undefined {
    const entry = this.entries.find(
      ({ index: first, folio }) => index >= first && index < first + folio.length,
    );
    return entry?.folio.page(index - entry.index);
  }

  /** The folios that hold the page index or come after it, in order. */
  foliosFrom(index: number): Folio[] {
    return this.entries.filter(entry => index < entry.index + entry.folio.length).map(entry => entry.folio);
  }
}

/** PAGEVEC_SIZE of 6.12: folios in one struct folio_queue. */
export const FOLIOQ_SLOTS = 31;

/** A chain of struct folio_queue, each with up to FOLIOQ_SLOTS folios. */
export type FolioQueue = readonly (readonly Folio[])[];

export type Backing =
  | { readonly kind: 'ubuf'; readonly base: number }
  | { readonly kind: 'iovec'; readonly segments: readonly UserSegment[] }
  | { readonly kind: 'kvec'; readonly segments: readonly KernelSegment[] }
  | { readonly kind: 'bvec'; readonly segments: readonly BioVec[] }
  | { readonly kind: 'xarray'; readonly xarray: FolioXArray; readonly start: number }
  | { readonly kind: 'folioq'; readonly queue: FolioQueue }
  | { readonly kind: 'pipe'; readonly pipe: Pipe }
  | { readonly kind: 'discard' };

/** struct iov_iter. `segment` counts from the first; the kernel moves the pointer and lowers nr_segs instead. */
export class IovIter {
  /** Bytes into the current segment, buffer or folio. */
  iovOffset = 0;
  segment = 0;
  /** Folio queue: slot in the current struct folio_queue, and which one that is. */
  slot = 0;
  queue = 0;
  nofault = false;

  /** @param count bytes. */
  constructor(
    readonly backing: Backing,
    readonly direction: Direction,
    public count: number,
  ) {}

  get kind(): IteratorKind {
    return this.backing.kind;
  }

  get userBacked(): boolean {
    return this.kind === 'ubuf' || this.kind === 'iovec';
  }

  /** i->nr_segs; 0 for kinds without segments. */
  get nrSegs(): number {
    return 'segments' in this.backing ? this.backing.segments.length - this.segment : 0;
  }

  /** The state that calls change, for comparing. */
  position(): readonly number[] {
    return [this.count, this.iovOffset, this.segment, this.slot, this.queue];
  }
}

/** iov_iter_folio_queue(): @param offset bytes into the folio of the first slot. */
export function folioQueueIter(
  queue: FolioQueue,
  direction: Direction,
  firstSlot: number,
  offset: number,
  count: number,
): IovIter {
  const iter = new IovIter({ kind: 'folioq', queue }, direction, count);
  iter.slot = firstSlot;
  iter.iovOffset = offset;
  return iter;
}

/** folioq_folio_size(): bytes; an unused slot counts as one page. */
export function slotSize(queue: FolioQueue, at: number, slot: number): number {
  return queue[at]?.[slot]?.size ?? PAGE_SIZE;
}

/** iov_iter_advance(); lib/iov_iter.c:590 (6.12.117). @param size bytes; cut to the iterator's count. */
export function advance(machine: Machine, iter: IovIter, size: number): void {
  const bytes = Math.min(size, iter.count);
  const { backing } = iter;
  if (backing.kind === 'pipe') {
    advancePipe(machine, backing.pipe, bytes);
    iter.count -= bytes;
  } else if ('segments' in backing) advanceSegments(iter, backing.segments, bytes);
  else if (backing.kind === 'folioq') advanceFolioQueue(iter, backing.queue, bytes);
  else {
    if (backing.kind !== 'discard') iter.iovOffset += bytes;
    iter.count -= bytes;
  }
}

function advanceSegments(
  iter: IovIter,
  segments: readonly { readonly length: number }[],
  bytes: number,
): void {
  if (iter.count === 0) return;
  iter.count -= bytes;
  let left = bytes + iter.iovOffset;
  while (iter.segment < segments.length && left >= segments[iter.segment]!.length)
    left -= segments[iter.segment++]!.length;
  iter.iovOffset = left;
}

function advanceFolioQueue(iter: IovIter, queue: FolioQueue, bytes: number): void {
  if (iter.count === 0) return;
  iter.count -= bytes;
  if (iter.slot >= FOLIOQ_SLOTS) nextQueue(iter, queue);
  let left = bytes + iter.iovOffset;
  do {
    const size = slotSize(queue, iter.queue, iter.slot);
    if (left < size) break;
    left -= size;
    iter.slot++;
    if (iter.slot >= FOLIOQ_SLOTS && queue[iter.queue + 1]) nextQueue(iter, queue);
  } while (left > 0);
  iter.iovOffset = left;
}

/** @throws KernelOops where the chain ends. */
function nextQueue(iter: IovIter, queue: FolioQueue): void {
  if (!queue[iter.queue + 1]) throw new KernelOops('the folio queue ends before the iterator does');
  iter.queue++;
  iter.slot = 0;
}

/**
 * iov_iter_revert(); lib/iov_iter.c:611 (6.12.117).
 * @param unroll bytes, no more than the iterator has advanced.
 * @throws KernelOops beyond the start of the iterator, where the kernel has BUG() or runs off its array.
 */
export function revert(machine: Machine, iter: IovIter, unroll: number): void {
  if (unroll === 0) return;
  if (unroll > MAX_RW_COUNT) {
    machine.warn('revertTooFar');
    return;
  }
  iter.count += unroll;
  const { backing } = iter;
  if (backing.kind === 'discard') return;
  if (backing.kind === 'pipe') revertPipe(machine, backing.pipe, unroll);
  else if (unroll <= iter.iovOffset) iter.iovOffset -= unroll;
  else revertAcross(iter, backing, unroll - iter.iovOffset);
}

function revertAcross(iter: IovIter, backing: Backing, unroll: number): void {
  let left = unroll;
  for (;;) {
    const size = stepBack(iter, backing);
    if (left <= size) {
      iter.iovOffset = size - left;
      return;
    }
    left -= size;
  }
}

/** One segment or slot back; its size in bytes. */
function stepBack(iter: IovIter, backing: Backing): number {
  if ('segments' in backing && iter.segment > 0) return backing.segments[--iter.segment]!.length;
  if (backing.kind === 'folioq' && (iter.slot > 0 || iter.queue > 0)) {
    if (iter.slot === 0) {
      iter.queue--;
      iter.slot = FOLIOQ_SLOTS;
    }
    return slotSize(backing.queue, iter.queue, --iter.slot);
  }
  throw new KernelOops('reverted beyond the start of the iterator');
}

/** iov_iter_truncate(); include/linux/uio.h:316 (6.12.117). @param count bytes that may stay. */
export function truncate(iter: IovIter, count: number): void {
  iter.count = Math.min(iter.count, count);
}

/** iov_iter_reexpand(); include/linux/uio.h:332 (6.12.117). @param count bytes before the truncation. */
export function reexpand(iter: IovIter, count: number): void {
  iter.count = count;
}

/** struct iov_iter_state, as iov_iter_save_state() fills it. */
export interface IterState {
  readonly iovOffset: number;
  readonly count: number;
  readonly nrSegs: number;
}

/** iov_iter_save_state(); include/linux/uio.h:100 (6.12.117). */
export function saveState(iter: IovIter): IterState {
  return { iovOffset: iter.iovOffset, count: iter.count, nrSegs: iter.nrSegs };
}

/** Kinds that iov_iter_restore() restores without a word; KVEC, and UBUF on 6.1, it restores with a warning. */
const RESTORED: Readonly<Record<KernelVersion, readonly IteratorKind[]>> = {
  '6.1': ['iovec', 'bvec'],
  v7: ['iovec', 'bvec', 'ubuf'],
  '6.12': ['iovec', 'bvec', 'ubuf'],
};

/** iov_iter_restore(); lib/iov_iter.c:1551 (6.12.117). Kinds without segments stay where they are. */
export function restore(machine: Machine, iter: IovIter, state: IterState): void {
  const { kind } = iter;
  if (!RESTORED[machine.kernel.version].includes(kind)) machine.warn('restoreOfOther');
  if (!('segments' in iter.backing) && kind !== 'ubuf') return;
  iter.iovOffset = state.iovOffset;
  iter.count = state.count;
  iter.segment -= state.nrSegs - iter.nrSegs;
}

/** iov_iter_npages(); lib/iov_iter.c:1277 (6.12.117): how many pages the rest spans, at most `maxPages`. */
export function pagesSpanned(iter: IovIter, maxPages: number): number {
  const { backing } = iter;
  const spans = (offset: number, length: number) => Math.ceil(((offset % PAGE_SIZE) + length) / PAGE_SIZE);
  if (iter.count === 0 || backing.kind === 'discard') return 0;
  if (backing.kind === 'pipe') return Math.min(maxPages, pipeRoom(backing.pipe).pages);
  if (!('segments' in backing)) {
    const start = backing.kind === 'ubuf' ? backing.base : backing.kind === 'xarray' ? backing.start : 0;
    return Math.min(maxPages, spans(start + iter.iovOffset, iter.count));
  }
  let left = iter.count;
  let skip = iter.iovOffset;
  let pages = 0;
  for (const segment of backing.segments.slice(iter.segment)) {
    const length = Math.min(segment.length - skip, left);
    const start = 'base' in segment ? segment.base : segment.offset;
    if (length > 0) pages += spans(start + skip, length);
    left -= length;
    skip = 0;
    if (left === 0) break;
  }
  return Math.min(maxPages, pages);
}

/** dup_iter(); lib/iov_iter.c:1305 (6.12.117): the same position over a vector of its own; the pages are shared. */
export function duplicate(iter: IovIter): IovIter {
  const { backing } = iter;
  const copied = 'segments' in backing ? { ...backing, segments: [...backing.segments] } : backing;
  const copy = new IovIter(copied as Backing, iter.direction, iter.count);
  const { iovOffset, segment, slot, queue, nofault } = iter;
  return Object.assign(copy, { iovOffset, segment, slot, queue, nofault });
}
