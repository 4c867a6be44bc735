import {
  FOLL,
  fastEntry,
  getUserPagesLocked,
  getUserPagesRemote,
  type PageArray,
  type UserPagesFunction,
} from './gup.ts';
import type { KernelBuffer } from './iterators.ts';
import { EINVAL } from './kernels.ts';
import type { AddressSpace, PageCache } from './memory.ts';
import { type Folio, type Machine, PAGE_SIZE, type Page, PIN_BIAS } from './pages.ts';
import { unpinFolio } from './releases.ts';

/** get_user_pages_fast_only(): what is mapped now, without faulting anything in. */
export const getUserPagesFastOnly: UserPagesFunction = (...call) => fastOnly(false, ...call);
/** pin_user_pages_fast_only(), up to 6.4. */
export const pinUserPagesFastOnly: UserPagesFunction = (...call) => fastOnly(true, ...call);

/** Up to 6.4 both answer 0 instead of an error. */
function fastOnly(pin: boolean, ...call: Parameters<UserPagesFunction>): number {
  const got = fastEntry(pin, true, ...call);
  return call[0].machine.kernel.newGup ? got : Math.max(0, got);
}

/** get_user_page_fast_only(); include/linux/mm.h:2639 (6.12.117). */
export function getUserPageFastOnly(
  current: AddressSpace,
  address: number,
  flags: number,
  pages: PageArray,
): boolean {
  return getUserPagesFastOnly(current, address, 1, flags, pages) === 1;
}

/** get_user_page_vma_remote(); include/linux/mm.h:2546 (6.12.117). @returns 1, or a negative error number. */
export function getUserPageVmaRemote(
  mm: AddressSpace,
  address: number,
  flags: number,
  pages: PageArray,
): number {
  if (flags & FOLL.NOWAIT) {
    mm.machine.warn('nowaitForOnePage');
    return EINVAL;
  }
  return getUserPagesRemote(mm, address, 1, flags, pages);
}

/** get_dump_page(); mm/gup.c:2275 (6.12.117): undefined where a core file gets a hole, the zero page included. */
export function getDumpPage(current: AddressSpace, address: number): Page | undefined {
  const pages: (Page | undefined)[] = [];
  const flags = FOLL.FORCE | FOLL.DUMP | FOLL.GET;
  return getUserPagesLocked(current, address, 1, flags, pages, 0) === 1 ? pages[0] : undefined;
}

/** get_kernel_pages(); mm/swap.c:165 (6.1.192), up to 6.2: a reference on the page of each kvec. */
export function getKernelPages(buffers: readonly KernelBuffer[], pages: (Page | undefined)[]): number {
  buffers.forEach((buffer, at) => {
    const page = buffer.pages[0];
    if (page) page.folio.refs++;
    pages[at] = page;
  });
  return buffers.length;
}

/** folio_add_pin(); mm/gup.c:218 (6.12.117): one more pin on a folio that is pinned. */
export function folioAddPin(machine: Machine, folio: Folio): void {
  if (folio.kind === 'zero') return;
  if (folio.large) {
    if (folio.pins < 1) machine.warn('addPinLarge');
    folio.refs++;
    folio.pins++;
    return;
  }
  if (folio.refs < PIN_BIAS) machine.warn('addPinSmall');
  folio.refs += PIN_BIAS;
}

/** What memfd_pin_folios() returns and stores. */
export interface PinnedFolios {
  /** Folios pinned, or a negative error number. */
  readonly ret: number;
  /** Bytes into the first folio. */
  readonly offset?: number;
}

/**
 * memfd_pin_folios(); mm/gup.c:3700 (6.12.117): each folio of a byte range of a file, once. Holes are filled.
 * @param end last byte of the range.
 * @param size bytes of the file.
 */
export function memfdPinFolios(
  machine: Machine,
  file: PageCache,
  size: number,
  start: number,
  end: number,
  folios: Folio[],
  maxFolios: number,
): PinnedFolios {
  if (start < 0 || start > end || maxFolios === 0 || end >= size) return { ret: EINVAL };
  let offset: number | undefined;
  for (let at = start; at <= end && folios.length < maxFolios; ) {
    const index = Math.floor(at / PAGE_SIZE);
    const folio = file.obtain(machine, index, 0);
    if (folio.refs <= 0) {
      machine.warn('slowRefNotPositive');
      for (const pinned of folios.splice(0)) unpinFolio(machine, pinned, 1);
      return { ret: EINVAL };
    }
    offset ??= at % folio.size;
    folio.refs += folio.large ? 1 : PIN_BIAS;
    if (folio.large) folio.pins++;
    folios.push(folio);
    at = (index + folio.length) * PAGE_SIZE;
  }
  return { ret: folios.length, offset };
}

/** unpin_folios(); mm/gup.c:449 (6.12.117). A negative count releases nothing. */
export function unpinFolios(machine: Machine, folios: readonly Folio[], count: number): void {
  if (count < 0) {
    machine.warn('errorAsFolioCount');
    return;
  }
  for (const folio of folios.slice(0, count)) unpinFolio(machine, folio, 1);
}
