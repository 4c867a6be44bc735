import type { Hold } from '../holds.ts';
import { KernelOops } from './kernels.ts';
import { type Folio, type Machine, type Page, PIN_BIAS, putReferences } from './pages.ts';

/** put_page(): drops one reference of the page's folio. */
export function putPage(machine: Machine, page: Page): void {
  putReferences(machine, page.folio, 1);
}

/** unpin_user_folio(), and gup_put_folio() with FOLL_PIN; mm/gup.c:108 (6.12.117). The small zero page is left alone. */
export function unpinFolio(machine: Machine, folio: Folio, pins: number): void {
  if (folio.kind === 'zero') return;
  if (folio.large) folio.pins -= pins;
  putReferences(machine, folio, folio.large ? pins : pins * PIN_BIAS);
}

/** unpin_user_page(). */
export function unpinUserPage(machine: Machine, page: Page): void {
  unpinFolio(machine, page.folio, 1);
}

/** A page array as C has it: slots may be NULL. */
export type PageSlots = readonly (Page | undefined)[];

/**
 * unpin_user_pages(); mm/gup.c:401 (6.12.117). A negative count releases nothing.
 * @throws KernelOops at a NULL slot that is not skipped: 6.12 skips leading ones, 6.1 none.
 */
export function unpinUserPages(machine: Machine, pages: PageSlots, count: number): void {
  if (count < 0) {
    machine.warn('errorAsCount');
    return;
  }
  for (let i = 0; i < count; ) {
    if (!pages[i] && machine.kernel.newGup) {
      i++;
      continue;
    }
    const run = folioRun(pages, count, i);
    unpinFolio(machine, run.folio, run.length);
    i += run.length;
  }
}

/**
 * unpin_user_pages_dirty_lock(); mm/gup.c:290 (6.12.117). Dirties whatever it is given, zero pages included.
 * @throws KernelOops at a NULL slot.
 */
export function unpinUserPagesDirtyLock(
  machine: Machine,
  pages: PageSlots,
  count: number,
  makeDirty: boolean,
): void {
  if (!makeDirty) {
    unpinUserPages(machine, pages, count);
    return;
  }
  for (let i = 0; i < count; ) {
    const run = folioRun(pages, count, i);
    dirtyReleased(machine, run.folio);
    unpinFolio(machine, run.folio, run.length);
    i += run.length;
  }
}

/**
 * unpin_user_page_range_dirty_lock(); mm/gup.c:356 (6.12.117): `count` consecutive struct pages from `first` on.
 * @throws KernelOops where the range leaves memory.
 */
export function unpinUserPageRangeDirtyLock(
  machine: Machine,
  first: Page,
  count: number,
  makeDirty: boolean,
): void {
  for (let i = 0; i < count; ) {
    const page = machine.pageAfter(first, i);
    if (!page) throw new KernelOops('a page range is released past its last page');
    const length = page.folio.large ? Math.min(count - i, page.folio.length - page.index) : 1;
    if (makeDirty) dirtyReleased(machine, page.folio);
    unpinFolio(machine, page.folio, length);
    i += length;
  }
}

/** What *_dirty_lock() does to a folio before it drops the pins. */
function dirtyReleased(machine: Machine, folio: Folio): void {
  const zero = folio.kind === 'zero' || folio.kind === 'hugezero';
  if (!zero || machine.kernel.defects.has('dirty-lock-dirties-zero-page')) folio.dirty = true;
}

/** page_put_unpin() of the v7 series: the mode says what the page carries. */
export function pagePutUnpin(machine: Machine, page: Page, mode: Hold): void {
  if (mode === 'pin') unpinUserPage(machine, page);
  else if (mode === 'get') putPage(machine, page);
}

/** gup_folio_next(): how many slots from `start` on lie in the same folio. */
function folioRun(pages: PageSlots, count: number, start: number): { folio: Folio; length: number } {
  const folio = folioAt(pages, start);
  let end = start + 1;
  while (end < count && folioAt(pages, end) === folio) end++;
  return { folio, length: end - start };
}

function folioAt(pages: PageSlots, index: number): Folio {
  const page = pages[index];
  if (!page) throw new KernelOops('a page array is released past its last page');
  return page.folio;
}
