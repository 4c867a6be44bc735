import { iovIterExtractPages, kernelPage, PagesPointer } from './extract.ts';
import {
  advance,
  type BioVec,
  FOLIOQ_SLOTS,
  type FolioQueue,
  type FolioXArray,
  type IovIter,
  type KernelSegment,
  revert,
  slotSize,
} from './iterators.ts';
import { EIO, extractionHold, KernelOops } from './kernels.ts';
import type { AddressSpace } from './memory.ts';
import { type Machine, PAGE_SIZE, type Page } from './pages.ts';
import { pagePutUnpin } from './releases.ts';

/** A scatterlist entry: offset and length in bytes; the offset may lie beyond the page. */
export interface SgEntry {
  readonly page: Page;
  readonly offset: number;
  readonly length: number;
}

/** struct sg_table as extract_iter_to_sg() uses it: entries are appended, nents is their number. */
export class SgTable {
  readonly entries: SgEntry[] = [];

  /** @param origNents entries up to which a failing call unpins. */
  constructor(readonly origNents = 0) {}
}

/** What is still to be done: bytes and entries. */
class Room {
  taken = 0;

  constructor(
    private readonly table: SgTable,
    private readonly bytes: number,
    private entries: number,
  ) {}

  get left(): number {
    return this.bytes - this.taken;
  }

  get full(): boolean {
    return this.left <= 0 || this.entries === 0;
  }

  add(page: Page, offset: number, length: number): void {
    this.table.entries.push({ page, offset, length });
    this.entries--;
    this.taken += length;
  }

  get slots(): number {
    return this.entries;
  }
}

/**
 * extract_iter_to_sg(); lib/scatterlist.c:1403 (6.12.117). Appends up to `sgMax` entries for up to `maxSize` bytes.
 * User-backed pages are pinned, one entry a page; kernel memory is merely listed, whatever the iterator's count is.
 * @returns bytes, or a negative error number; a failing user-backed call drops its holds but leaves the iterator advanced.
 */
export function extractIterToSg(
  current: AddressSpace,
  iter: IovIter,
  maxSize: number,
  table: SgTable,
  sgMax: number,
  extractionFlags: number,
): number {
  const { machine } = current;
  const { backing } = iter;
  if (maxSize === 0 || sgMax === 0) return 0;
  if (backing.kind === 'ubuf' || backing.kind === 'iovec')
    return userToSg(current, iter, maxSize, table, sgMax, extractionFlags);
  const beyond = machine.kernel.defects.has('sg-ignores-the-count');
  const room = new Room(table, beyond ? maxSize : Math.min(maxSize, iter.count), sgMax);
  if (room.full) return 0;
  switch (backing.kind) {
    case 'bvec':
      segmentsToSg(iter, backing.segments, room, addBvec);
      break;
    case 'kvec':
      segmentsToSg(iter, backing.segments, room, addKvec);
      break;
    case 'folioq':
      return folioQueueToSg(machine, iter, backing.queue, room);
    case 'xarray':
      xarrayToSg(machine, iter, backing, room);
      break;
    default:
      machine.warn('discardToSg');
      return EIO;
  }
  advance(machine, iter, room.taken);
  return room.taken;
}

/** extract_user_to_sg(). */
function userToSg(
  current: AddressSpace,
  iter: IovIter,
  maxSize: number,
  table: SgTable,
  sgMax: number,
  flags: number,
): number {
  const { machine } = current;
  const room = new Room(table, maxSize, sgMax);
  do {
    const pages = new PagesPointer('given');
    const { ret, offset = 0 } = iovIterExtractPages(current, iter, pages, room.left, room.slots, flags);
    if (ret === 0 && !machine.kernel.defects.has('sg-dry-iterator-fails')) break;
    if (ret <= 0) {
      const mode = extractionHold(machine.kernel, iter.backing.kind, iter.direction);
      for (const entry of table.entries.splice(table.origNents)) pagePutUnpin(machine, entry.page, mode);
      if (!machine.kernel.defects.has('sg-failure-keeps-position')) revert(machine, iter, room.taken);
      return ret;
    }
    let at = offset;
    let left = ret;
    for (const page of pages.entries) {
      const part = Math.min(PAGE_SIZE - at, left);
      if (page && part > 0) room.add(page, at, part);
      left -= part;
      at = 0;
    }
  } while (!room.full);
  return room.taken;
}

/** extract_bvec_to_sg(), extract_kvec_to_sg(): the segments from the iterator's place on. */
function segmentsToSg<S extends { readonly length: number }>(
  iter: IovIter,
  segments: readonly S[],
  room: Room,
  add: (segment: S, start: number, room: Room) => void,
): void {
  let start = iter.iovOffset;
  for (const segment of segments.slice(iter.segment)) {
    if (start >= segment.length) {
      start -= segment.length;
      continue;
    }
    add(segment, start, room);
    if (room.full) return;
    start = 0;
  }
}

function addBvec(segment: BioVec, start: number, room: Room): void {
  room.add(segment.page, segment.offset + start, Math.min(room.left, segment.length - start));
}

/** One entry a page. */
function addKvec(segment: KernelSegment, start: number, room: Room): void {
  let left = Math.min(room.left, segment.length - start);
  let at = segment.offset + start;
  do {
    const offset = at % PAGE_SIZE;
    const part = Math.min(left, PAGE_SIZE - offset);
    room.add(kernelPage(segment, Math.floor(at / PAGE_SIZE)), offset, part);
    left -= part;
    at += part;
  } while (left > 0 && room.slots > 0);
}

/** extract_folioq_to_sg(): one entry a folio. */
function folioQueueToSg(machine: Machine, iter: IovIter, queue: FolioQueue, room: Room): number {
  if (iter.slot >= FOLIOQ_SLOTS) {
    if (!queue[iter.queue + 1]) {
      machine.warn('folioqEndToSg');
      return 0;
    }
    iter.queue++;
    iter.slot = 0;
  }
  do {
    const size = slotSize(queue, iter.queue, iter.slot);
    if (iter.iovOffset < size) {
      const folio = queue[iter.queue]?.[iter.slot];
      if (!folio) throw new KernelOops('a folio queue iterator reaches an unused slot');
      const part = Math.min(room.left, size - iter.iovOffset);
      room.add(folio.page(0), iter.iovOffset, part);
      iter.iovOffset += part;
    }
    if (iter.iovOffset >= size) {
      iter.iovOffset = 0;
      iter.slot++;
      if (iter.slot >= FOLIOQ_SLOTS) {
        if (!queue[iter.queue + 1]) {
          if (room.taken < iter.count) machine.warn('folioqDryToSg');
          break;
        }
        iter.queue++;
        iter.slot = 0;
      }
    }
  } while (!room.full);
  iter.count -= room.taken;
  return room.taken;
}

/** extract_xarray_to_sg(): one entry a folio; holes are skipped without a word. */
function xarrayToSg(
  machine: Machine,
  iter: IovIter,
  { xarray, start }: { readonly xarray: FolioXArray; readonly start: number },
  room: Room,
): void {
  const position = start + iter.iovOffset;
  const { defects } = machine.kernel;
  const stuck = defects.has('xarray-to-sg-start-stuck');
  for (const folio of xarray.foliosFrom(Math.floor(position / PAGE_SIZE))) {
    const next = xarray.pageAt(Math.floor((position + room.taken) / PAGE_SIZE))?.folio;
    if (next !== folio && !defects.has('xarray-to-sg-skips-holes')) return;
    const offset = (stuck ? position : position + room.taken) % folio.size;
    room.add(folio.page(0), offset, Math.min(room.left, folio.size - offset));
    if (room.full) return;
  }
}
