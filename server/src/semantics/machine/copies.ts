import type { Direction } from '../holds.ts';
import { bvecPage, kernelPage } from './extract.ts';
import { touch } from './faults.ts';
import { FOLIOQ_SLOTS, type IovIter, revert, slotSize } from './iterators.ts';
import { KernelOops } from './kernels.ts';
import { type AddressSpace, pageNumber } from './memory.ts';
import { HUGE_PAGES, type Machine, PAGE_SIZE, type Page } from './pages.ts';
import { appendPipe } from './pipes.ts';

/** What is done to a part of a page: `progress` bytes were done before it; offset and length in bytes. */
type Step = (page: Page, offset: number, length: number, progress: number) => void;

/** How user memory is reached: by the processor with faults, or without any. */
interface Reach {
  readonly current: AddressSpace;
  readonly access: 'read' | 'write';
  readonly nofault: boolean;
}

/**
 * _copy_to_iter(); lib/iov_iter.c:179 (6.12.117).
 * @returns bytes copied; fewer than given where the iterator ends or user memory cannot be written.
 */
export function copyToIter(
  current: AddressSpace,
  iter: IovIter,
  data: Uint8Array,
  more: { readonly nofault?: boolean } = {},
): number {
  if (wrongWay(current.machine, iter, 'dest')) return 0;
  return fill(current, iter, data.length, more.nofault ?? false, at => data[at] ?? 0);
}

/** iov_iter_zero(); lib/iov_iter.c:453 (6.12.117). It does not look at the direction. */
export function iovIterZero(current: AddressSpace, iter: IovIter, bytes: number): number {
  return fill(current, iter, bytes, false, () => 0);
}

/** _copy_from_iter(); lib/iov_iter.c:253 (6.12.117). @returns what was copied, perhaps less than asked for. */
export function copyFromIter(current: AddressSpace, iter: IovIter, bytes: number): Uint8Array {
  if (wrongWay(current.machine, iter, 'source')) return new Uint8Array();
  const data = new Uint8Array(Math.min(bytes, iter.count));
  const step: Step = (page, offset, length, progress) => {
    for (let k = 0; k < length; k++)
      data[progress + k] = page.folio.read(page.index * PAGE_SIZE + offset + k);
  };
  const done = iterate({ current, access: 'read', nofault: false }, iter, bytes, step);
  return data.subarray(0, done);
}

/** copy_from_iter_full(); include/linux/uio.h:234 (6.12.117): all of it, or nothing and the iterator as it was. */
export function copyFromIterFull(current: AddressSpace, iter: IovIter, bytes: number): boolean {
  const { length } = copyFromIter(current, iter, bytes);
  if (length !== bytes) revert(current.machine, iter, length);
  return length === bytes;
}

/** copy_page_to_iter(); lib/iov_iter.c:349 (6.12.117). Offset and bytes may go on in the next pages of the folio. */
export function copyPageToIter(
  current: AddressSpace,
  page: Page,
  offset: number,
  bytes: number,
  iter: IovIter,
  more: { readonly nofault?: boolean } = {},
): number {
  const data = new Uint8Array(bytes);
  for (let k = 0; k < bytes; k++) data[k] = page.folio.read(page.index * PAGE_SIZE + offset + k);
  return copyToIter(current, iter, data, more);
}

/** copy_page_from_iter(); lib/iov_iter.c:411 (6.12.117). */
export function copyPageFromIter(
  current: AddressSpace,
  page: Page,
  offset: number,
  bytes: number,
  iter: IovIter,
): number {
  const data = copyFromIter(current, iter, bytes);
  data.forEach((byte, k) => {
    page.folio.write(page.index * PAGE_SIZE + offset + k, byte);
  });
  return data.length;
}

/**
 * fault_in_readable(), fault_in_writeable() and fault_in_safe_writeable(); mm/gup.c:2121 (6.12.117).
 * @returns bytes that were not faulted in.
 */
export function faultIn(
  current: AddressSpace,
  address: number,
  size: number,
  access: 'read' | 'write',
): number {
  const reached = walkUser({ current, access, nofault: false }, address, size, () => {});
  return size - reached;
}

/** fault_in_iov_iter_readable() and _writeable(); lib/iov_iter.c:90 (6.12.117): 0 where the iterator is not user-backed. */
export function faultInIovIter(
  current: AddressSpace,
  iter: IovIter,
  size: number,
  access: 'read' | 'write',
): number {
  const { backing } = iter;
  if (backing.kind === 'ubuf')
    return (
      size -
      Math.min(size, iter.count) +
      faultIn(current, backing.base + iter.iovOffset, Math.min(size, iter.count), access)
    );
  if (backing.kind !== 'iovec') return 0;
  let left = Math.min(size, iter.count);
  const beyond = size - left;
  let skip = iter.iovOffset;
  for (let at = iter.segment; left > 0; at++) {
    const segment = segmentAt(backing.segments, at);
    const length = Math.min(left, segment.length - skip);
    const missed = faultIn(current, segment.base + skip, length, access);
    left -= length - missed;
    if (missed > 0) break;
    skip = 0;
  }
  return left + beyond;
}

/** The WARN of 6.2 and later about an iterator of the other direction; before, only a pipe was looked at. */
function wrongWay(machine: Machine, iter: IovIter, direction: Direction): boolean {
  const wrong = machine.kernel.checksDirection
    ? iter.direction !== direction
    : direction === 'source' && iter.kind === 'pipe';
  if (wrong) machine.warn(direction === 'dest' ? 'copyToSource' : 'copyFromDestination');
  return wrong;
}

function fill(
  current: AddressSpace,
  iter: IovIter,
  bytes: number,
  nofault: boolean,
  byteAt: (progress: number) => number,
): number {
  return iterate({ current, access: 'write', nofault }, iter, bytes, (page, offset, length, progress) => {
    for (let k = 0; k < length; k++)
      page.folio.write(page.index * PAGE_SIZE + offset + k, byteAt(progress + k));
  });
}

/** iterate_and_advance(); include/linux/iov_iter.h (6.12.117), the macro of lib/iov_iter.c (6.1.192). */
function iterate(reach: Reach, iter: IovIter, wanted: number, step: Step): number {
  const length = Math.min(wanted, iter.count);
  if (length === 0) return 0;
  const done = iterateKind(reach, iter, length, step);
  iter.count -= done;
  return done;
}

function iterateKind(reach: Reach, iter: IovIter, length: number, step: Step): number {
  const { backing } = iter;
  const { machine } = reach.current;
  switch (backing.kind) {
    case 'ubuf': {
      const done = walkUser(reach, backing.base + iter.iovOffset, length, step);
      iter.iovOffset += done;
      return done;
    }
    case 'iovec':
      return iterateSegments(iter, backing.segments, length, (segment, skip, part, progress) =>
        walkUser(reach, segment.base + skip, part, shifted(step, progress)),
      );
    case 'kvec':
      return iterateSegments(iter, backing.segments, length, (segment, skip, part, progress) =>
        walkPages(segment.offset + skip, part, k => kernelPage(segment, k), shifted(step, progress)),
      );
    case 'bvec':
      return iterateSegments(iter, backing.segments, length, (vec, skip, part, progress) =>
        walkPages(vec.offset + skip, part, k => bvecPage(machine, vec, k), shifted(step, progress)),
      );
    case 'folioq':
      return iterateFolioQueue(iter, length, step);
    case 'xarray':
      return iterateXarray(iter, length, step);
    case 'pipe':
      return appendTo(reach.current.machine, iter, length, step);
    case 'discard':
      return length;
  }
}

const shifted =
  (step: Step, done: number): Step =>
  (page, offset, length, progress) =>
    step(page, offset, length, done + progress);

/** iterate_iovec(), iterate_kvec(), iterate_bvec(): a segment that is used up is left at once. */
function iterateSegments<S extends { readonly length: number }>(
  iter: IovIter,
  segments: readonly S[],
  length: number,
  each: (segment: S, skip: number, part: number, progress: number) => number,
): number {
  let progress = 0;
  while (progress < length) {
    const segment = segmentAt(segments, iter.segment);
    const part = Math.min(length - progress, segment.length - iter.iovOffset);
    const done = each(segment, iter.iovOffset, part, progress);
    progress += done;
    iter.iovOffset += done;
    if (iter.iovOffset < segment.length) break;
    iter.segment++;
    iter.iovOffset = 0;
  }
  return progress;
}

/** @throws KernelOops past the last segment. */
function segmentAt<S>(segments: readonly S[], at: number): S {
  const segment = segments[at];
  if (!segment) throw new KernelOops('an iterator counts more bytes than its segments have');
  return segment;
}

function iterateFolioQueue(iter: IovIter, length: number, step: Step): number {
  const { backing } = iter;
  if (backing.kind !== 'folioq') throw new KernelOops('not a folio queue iterator');
  const { queue } = backing;
  const next = () => {
    iter.queue++;
    iter.slot = 0;
  };
  if (iter.slot === FOLIOQ_SLOTS) next();
  let progress = 0;
  while (progress < length) {
    const folio = queue[iter.queue]?.[iter.slot];
    if (!folio) break;
    const size = slotSize(queue, iter.queue, iter.slot);
    const part = Math.max(0, Math.min(length - progress, size - iter.iovOffset));
    walkPages(iter.iovOffset, part, k => folio.page(k), shifted(step, progress));
    progress += part;
    iter.iovOffset += part;
    if (iter.iovOffset < size) continue;
    iter.iovOffset = 0;
    iter.slot++;
    if (iter.slot === FOLIOQ_SLOTS && queue[iter.queue + 1]) next();
  }
  return progress;
}

/** Holes are skipped: the folio behind one takes its place. */
function iterateXarray(iter: IovIter, length: number, step: Step): number {
  const { backing } = iter;
  if (backing.kind !== 'xarray') throw new KernelOops('not an xarray iterator');
  const position = backing.start + iter.iovOffset;
  let progress = 0;
  for (const folio of backing.xarray.foliosFrom(Math.floor(position / PAGE_SIZE))) {
    const offset = (position + progress) % folio.size;
    const part = Math.min(folio.size - offset, length - progress);
    walkPages(offset, part, k => folio.page(k), shifted(step, progress));
    progress += part;
    if (progress === length) break;
  }
  iter.iovOffset += progress;
  return progress;
}

/** copy_pipe_to_iter(): pages of the pipe's own; up to 6.4. */
function appendTo(machine: Machine, iter: IovIter, length: number, step: Step): number {
  if (iter.backing.kind !== 'pipe') throw new KernelOops('not a pipe iterator');
  let progress = 0;
  while (progress < length) {
    const room = appendPipe(machine, iter.backing.pipe, length - progress);
    if (!room) break;
    step(room.page, room.offset, room.bytes, progress);
    progress += room.bytes;
  }
  return progress;
}

function walkPages(start: number, length: number, pageAt: (index: number) => Page, step: Step): number {
  let progress = 0;
  while (progress < length) {
    const at = start + progress;
    const part = Math.min(length - progress, PAGE_SIZE - (at % PAGE_SIZE));
    step(pageAt(Math.floor(at / PAGE_SIZE)), at % PAGE_SIZE, part, progress);
    progress += part;
  }
  return progress;
}

/** Page by page up to the first that cannot be had; how many bytes that was. */
function walkUser(reach: Reach, address: number, length: number, step: Step): number {
  let progress = 0;
  while (progress < length) {
    const at = address + progress;
    const page = userPage(reach, at);
    if (!page) break;
    const part = Math.min(length - progress, PAGE_SIZE - (at % PAGE_SIZE));
    step(page, at % PAGE_SIZE, part, progress);
    progress += part;
  }
  return progress;
}

function userPage({ current, access, nofault }: Reach, address: number): Page | undefined {
  if (nofault) {
    const { pte, pmd } = current.lookup(address);
    const mapping = pte ?? pmd;
    if (!mapping || (access === 'write' && !mapping.writable)) return undefined;
    if (access === 'write') mapping.dirty = true;
    return pmd ? pmd.folio.page(pageNumber(address) % HUGE_PAGES) : pte?.page;
  }
  return touch(current, address, access);
}
