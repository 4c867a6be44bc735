import { FOLL, getUserPagesFast, type PageArray, pinUserPagesFast } from './gup.ts';
import {
  advance,
  type BioVec,
  FOLIOQ_SLOTS,
  type FolioQueue,
  type FolioXArray,
  type IovIter,
  type KernelSegment,
  slotSize,
} from './iterators.ts';
import { EFAULT, EINVAL, EIO, ENOMEM, extractionHold, KernelOops, MAX_RW_COUNT } from './kernels.ts';
import type { AddressSpace } from './memory.ts';
import { type Machine, PAGE_SIZE, type Page } from './pages.ts';
import { appendPipe, type Pipe, pipeRoom } from './pipes.ts';

/** ITER_ALLOW_P2PDMA (include/linux/uio.h). */
export const ITER_ALLOW_P2PDMA = 1;

/** What became of a struct page ** argument. `zero-size`: ZERO_SIZE_PTR, which kvmalloc_array(0) gives. */
export type ArrayFate = 'null' | 'given' | 'allocated' | 'zero-size';

/** A struct page ** variable whose address the caller passes. */
export class PagesPointer {
  entries: (Page | undefined)[] = [];

  constructor(public fate: ArrayFate) {}

  /** kvfree() and NULL. */
  free(): void {
    this.fate = 'null';
    this.entries = [];
  }
}

/** What an extraction returns and stores. */
export interface Extracted {
  /** The returned value: bytes, or a negative error number. */
  readonly ret: number;
  /** Bytes into the first page; absent where the call does not write it. */
  readonly offset?: number;
}

/** iov_iter_get_pages2(); lib/iov_iter.c:1208 (6.12.117). References on whatever the iterator runs over; advances. */
export function iovIterGetPages2(
  current: AddressSpace,
  iter: IovIter,
  pages: PagesPointer,
  maxSize: number,
  maxPages: number,
): Extracted {
  if (maxPages === 0) return { ret: 0 };
  if (pages.fate === 'null') throw new KernelOops('iov_iter_get_pages2 without a page array');
  return getPages(current, iter, pages, maxSize, maxPages);
}

/** iov_iter_get_pages_alloc2(); the same into an array of its own, which it frees again where nothing was taken. */
export function iovIterGetPagesAlloc2(
  current: AddressSpace,
  iter: IovIter,
  pages: PagesPointer,
  maxSize: number,
): Extracted {
  pages.free();
  const result = getPages(current, iter, pages, maxSize, 0xffffffff);
  if (result.ret <= 0) pages.free();
  return result;
}

/**
 * iov_iter_extract_pages(); lib/iov_iter.c:1872 (6.12.117): pins on user-backed iterators (the v7 series: pins for a
 * destination, references for a source), nothing on the others. Advances. Needs a kernel that has it.
 */
export function iovIterExtractPages(
  current: AddressSpace,
  iter: IovIter,
  pages: PagesPointer,
  maxSize: number,
  maxPages: number,
  extractionFlags: number,
): Extracted {
  const { machine } = current;
  const size = Math.min(maxSize, iter.count, MAX_RW_COUNT);
  if (size === 0) return { ret: 0 };
  const before = pages.fate;
  const result = extractKind(current, iter, pages, size, maxPages, extractionFlags);
  const leftBehind = result.ret <= 0 && before === 'null';
  if (leftBehind && !machine.kernel.defects.has('extract-keeps-array')) pages.free();
  return result;
}

function extractKind(
  current: AddressSpace,
  iter: IovIter,
  pages: PagesPointer,
  size: number,
  maxPages: number,
  flags: number,
): Extracted {
  const { machine } = current;
  const { backing } = iter;
  if (iter.userBacked) {
    const hold = extractionHold(machine.kernel, iter.kind, iter.direction);
    const p2pdma = flags & ITER_ALLOW_P2PDMA ? FOLL.PCI_P2PDMA : 0;
    return userPages(current, iter, pages, size, maxPages, hold === 'pin', p2pdma);
  }
  // The series refuses it without naming the error in its cover letter.
  if (machine.kernel.version === 'v7' && flags & ITER_ALLOW_P2PDMA) return { ret: EINVAL };
  switch (backing.kind) {
    case 'kvec':
      return extractSegment(machine, iter, pages, size, maxPages, backing.segments, kvecPages);
    case 'bvec':
      return extractSegment(machine, iter, pages, size, maxPages, backing.segments, bvecPages);
    case 'folioq':
      return folioQueuePages(machine, iter, backing.queue, pages, size, maxPages, false);
    case 'xarray':
      return xarrayPages(machine, iter, backing, pages, size, maxPages, false);
    default:
      return { ret: EFAULT };
  }
}

/** __iov_iter_get_pages_alloc(); lib/iov_iter.c:1149 (6.12.117), lib/iov_iter.c:1431 (6.1.192). */
function getPages(
  current: AddressSpace,
  iter: IovIter,
  pages: PagesPointer,
  maxSize: number,
  maxPages: number,
): Extracted {
  const { machine } = current;
  const { backing } = iter;
  const size = Math.min(maxSize, iter.count, MAX_RW_COUNT);
  if (size === 0) return { ret: 0 };
  switch (backing.kind) {
    case 'ubuf':
    case 'iovec':
      return userPages(current, iter, pages, size, maxPages, false, 0);
    case 'bvec':
      return getBvecPages(machine, iter, backing.segments, pages, size, maxPages);
    case 'pipe':
      return getPipePages(machine, iter, backing.pipe, pages, size, maxPages);
    case 'folioq':
      return folioQueuePages(machine, iter, backing.queue, pages, size, maxPages, true);
    case 'xarray':
      return xarrayPages(machine, iter, backing, pages, size, maxPages, true);
    default:
      return { ret: EFAULT };
  }
}

/** want_pages_array(): slots to fill, at most maxPages; allocates where there is no array. 0 is an error of the caller. */
function wantPagesArray(machine: Machine, pages: PagesPointer, bytes: number, maxPages: number): number {
  const count = Math.min(Math.ceil(bytes / PAGE_SIZE), maxPages);
  if (count === 0) machine.warn('noPagesWanted');
  if (pages.fate === 'null') pages.fate = count ? 'allocated' : 'zero-size';
  return count;
}

/** iov_iter_extract_user_pages(), and the user-backed part of get_pages: one segment a call. */
function userPages(
  current: AddressSpace,
  iter: IovIter,
  pages: PagesPointer,
  maxSize: number,
  maxPages: number,
  pin: boolean,
  extraFlags: number,
): Extracted {
  const { machine } = current;
  const { address, size } = firstUserSegment(iter, maxSize);
  const offset = address % PAGE_SIZE;
  const count = wantPagesArray(machine, pages, size + offset, maxPages);
  if (count === 0) return { ret: ENOMEM, offset };
  const flags = extraFlags | (iter.direction === 'dest' ? FOLL.WRITE : 0) | (iter.nofault ? FOLL.NOFAULT : 0);
  const take = pin ? pinUserPagesFast : getUserPagesFast;
  const entries: PageArray = pages.entries;
  const held = take(current, address - offset, count, flags, entries);
  if (held <= 0) return { ret: held, offset };
  const bytes = Math.min(size, held * PAGE_SIZE - offset);
  advance(machine, iter, bytes);
  return { ret: bytes, offset };
}

/** first_iovec_segment(). @throws KernelOops (the kernel's BUG()) where all that is left is empty segments. */
function firstUserSegment(iter: IovIter, maxSize: number): { address: number; size: number } {
  const { backing } = iter;
  if (backing.kind === 'ubuf') return { address: backing.base + iter.iovOffset, size: maxSize };
  if (backing.kind !== 'iovec') throw new KernelOops('not a user-backed iterator');
  let skip = iter.iovOffset;
  for (const segment of backing.segments.slice(iter.segment)) {
    const length = segment.length - skip;
    if (length > 0) return { address: segment.base + skip, size: Math.min(maxSize, length) };
    skip = 0;
  }
  throw new KernelOops('only empty segments are left');
}

/** Pages of a segment from an offset on: the list, and where the first byte lies in its first page. */
type SegmentPages<S> = (
  machine: Machine,
  segment: S,
  skip: number,
) => {
  readonly offset: number;
  readonly page: (index: number) => Page;
};

/** iov_iter_extract_kvec_pages(), iov_iter_extract_bvec_pages(): empty segments are skipped for good. */
function extractSegment<S extends { readonly length: number }>(
  machine: Machine,
  iter: IovIter,
  pages: PagesPointer,
  maxSize: number,
  maxPages: number,
  segments: readonly S[],
  list: SegmentPages<S>,
): Extracted {
  let segment = segments[iter.segment];
  while (segment && Math.min(maxSize, segment.length - iter.iovOffset) === 0) {
    iter.iovOffset = 0;
    segment = segments[++iter.segment];
  }
  if (!segment) return { ret: 0 };
  const size = Math.min(maxSize, segment.length - iter.iovOffset);
  const { offset, page } = list(machine, segment, iter.iovOffset);
  const count = wantPagesArray(machine, pages, size + offset, maxPages);
  if (count === 0) return { ret: ENOMEM, offset };
  for (let k = 0; k < count; k++) pages.entries[k] = page(k);
  const bytes = Math.min(size, count * PAGE_SIZE - offset);
  advance(machine, iter, bytes);
  return { ret: bytes, offset };
}

/** vmalloc_to_page() or virt_to_page() along a buffer. */
const kvecPages: SegmentPages<KernelSegment> = (_machine, segment, skip) => {
  const start = segment.offset + skip;
  const first = Math.floor(start / PAGE_SIZE);
  return { offset: start % PAGE_SIZE, page: k => kernelPage(segment, first + k) };
};

/** The page of a buffer. @throws KernelOops past its end. */
export function kernelPage(segment: KernelSegment, index: number): Page {
  const page = segment.buffer.pages[index];
  if (!page) throw new KernelOops('a kvec reaches past its buffer');
  return page;
}

const bvecPages: SegmentPages<BioVec> = (machine, segment, skip) => {
  const start = segment.offset + skip;
  const first = Math.floor(start / PAGE_SIZE);
  return { offset: start % PAGE_SIZE, page: k => bvecPage(machine, segment, first + k) };
};

/** bv_page + index. @throws KernelOops where no page lies there. */
export function bvecPage(machine: Machine, vec: BioVec, index: number): Page {
  const page = machine.pageAfter(vec.page, index);
  if (!page) throw new KernelOops('a bvec reaches past its pages');
  return page;
}

/** The bvec part of __iov_iter_get_pages_alloc(); it does not skip an empty segment. */
function getBvecPages(
  machine: Machine,
  iter: IovIter,
  segments: readonly BioVec[],
  pages: PagesPointer,
  maxSize: number,
  maxPages: number,
): Extracted {
  if (!machine.kernel.defects.has('empty-bvec-takes-a-page')) skipEmpty(iter, segments);
  const segment = segments[iter.segment];
  if (!segment) return { ret: 0 };
  const size = Math.min(maxSize, segment.length - iter.iovOffset);
  const { offset, page } = bvecPages(machine, segment, iter.iovOffset);
  const count = wantPagesArray(machine, pages, size + offset, maxPages);
  if (count === 0) return { ret: ENOMEM, offset };
  for (let k = 0; k < count; k++) {
    const taken = page(k);
    taken.folio.refs++;
    pages.entries[k] = taken;
  }
  const bytes = Math.min(size, count * PAGE_SIZE - offset);
  iter.count -= bytes;
  iter.iovOffset += bytes;
  if (iter.iovOffset === segment.length) {
    iter.iovOffset = 0;
    iter.segment++;
  }
  return { ret: bytes, offset };
}

function skipEmpty(iter: IovIter, segments: readonly BioVec[]): void {
  while (segments[iter.segment] && segments[iter.segment]!.length === iter.iovOffset) {
    iter.iovOffset = 0;
    iter.segment++;
  }
}

/** iter_folioq_get_pages() with references, iov_iter_extract_folioq_pages() without; 6.12. Crosses folios. */
function folioQueuePages(
  machine: Machine,
  iter: IovIter,
  queue: FolioQueue,
  pages: PagesPointer,
  maxSize: number,
  maxPages: number,
  references: boolean,
): Extracted {
  let { slot, queue: at } = iter;
  if (slot >= FOLIOQ_SLOTS) {
    at++;
    slot = 0;
    if (iter.iovOffset !== 0) {
      machine.warn(references ? 'folioqOffset' : 'folioqOffsetExtract');
      return { ret: EIO };
    }
  }
  const offset = iter.iovOffset % PAGE_SIZE;
  const count = wantPagesArray(machine, pages, maxSize + offset, maxPages);
  if (count === 0) return { ret: ENOMEM, offset };
  let extracted = 0;
  let filled = 0;
  for (;;) {
    const size = slotSize(queue, at, slot);
    if (iter.iovOffset < size) {
      const folio = queue[at]?.[slot];
      if (!folio) throw new KernelOops('a folio queue iterator reaches an unused slot');
      const page = folio.page(Math.floor(iter.iovOffset / PAGE_SIZE));
      const part = Math.min(
        PAGE_SIZE - (iter.iovOffset % PAGE_SIZE),
        maxSize - extracted,
        size - iter.iovOffset,
      );
      if (references) page.folio.refs++;
      pages.entries[filled++] = page;
      iter.iovOffset += part;
      iter.count -= part;
      extracted += part;
    }
    if (filled >= count || extracted >= maxSize) break;
    if (iter.iovOffset >= size) {
      iter.iovOffset = 0;
      slot++;
      if (slot === FOLIOQ_SLOTS && queue[at + 1]) {
        at++;
        slot = 0;
      }
    }
  }
  iter.queue = at;
  iter.slot = slot;
  return { ret: extracted, offset };
}

/** iter_xarray_get_pages() with references, iov_iter_extract_xarray_pages() without. Stops at the first hole. */
function xarrayPages(
  machine: Machine,
  iter: IovIter,
  { xarray, start }: { readonly xarray: FolioXArray; readonly start: number },
  pages: PagesPointer,
  maxSize: number,
  maxPages: number,
  references: boolean,
): Extracted {
  const position = start + iter.iovOffset;
  const first = Math.floor(position / PAGE_SIZE);
  const offset = position % PAGE_SIZE;
  const count = wantPagesArray(machine, pages, maxSize + offset, maxPages);
  if (count === 0) return { ret: ENOMEM, offset };
  let found = 0;
  for (let page = xarray.pageAt(first); page && found < count; page = xarray.pageAt(first + found)) {
    if (references) page.folio.refs++;
    pages.entries[found++] = page;
  }
  const wraps = !references && offset > 0 && machine.kernel.defects.has('xarray-hole-claims-bytes');
  if (found === 0 && !wraps) return { ret: 0, offset };
  const bytes = found === 0 ? maxSize : Math.min(maxSize, found * PAGE_SIZE - offset);
  advance(machine, iter, bytes);
  return { ret: bytes, offset };
}

/** pipe_get_pages(); lib/iov_iter.c:1311 (6.1.192): fresh pages of the pipe, each with a reference for the caller. */
function getPipePages(
  machine: Machine,
  iter: IovIter,
  pipe: Pipe,
  pages: PagesPointer,
  maxSize: number,
  maxPages: number,
): Extracted {
  const { offset, pages: room } = pipeRoom(pipe);
  if (room === 0) return { ret: EFAULT, offset };
  const count = wantPagesArray(machine, pages, maxSize + offset, Math.min(room, maxPages));
  if (count === 0) return { ret: ENOMEM, offset };
  let left = maxSize;
  let filled = 0;
  while (filled < count) {
    const appended = appendPipe(machine, pipe, left);
    if (!appended) break;
    appended.page.folio.refs++;
    pages.entries[filled++] = appended.page;
    iter.count -= appended.bytes;
    left -= appended.bytes;
  }
  return { ret: filled ? maxSize - left : EFAULT, offset };
}
