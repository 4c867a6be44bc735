import { type Folio, type Machine, type Page, putReferences } from './pages.ts';

/** get_page(), folio_get(), page_ref_inc(), page_ref_add(): whatever the count is. */
export function addReferences(folio: Folio, count = 1): void {
  folio.refs += count;
}

/** try_get_page(); include/linux/mm.h:1453 (6.12.117). False, with a warning: the page is free or its count broken. */
export function tryGetPage(machine: Machine, page: Page): boolean {
  if (page.folio.refs <= 0) {
    machine.warn('tryGetPage');
    return false;
  }
  page.folio.refs++;
  return true;
}

/** page_ref_add_unless(); include/linux/page_ref.h:231 (6.12.117). folio_try_get() and get_page_unless_zero() ask for 0. */
export function addReferencesUnless(folio: Folio, count: number, unless: number): boolean {
  if (folio.refs === unless) return false;
  folio.refs += count;
  return true;
}

/**
 * folios_put_refs(); mm/swap.c:943 (6.12.117), and all that is built on it: folios_put(), release_pages(),
 * folio_batch_release(); release_pages() of 6.1.
 * @param refs how many references of each; absent: one.
 */
export function foliosPut(machine: Machine, folios: readonly Folio[], refs?: readonly number[]): void {
  const skips = machine.kernel.defects.has('batch-skips-huge-zero');
  folios.forEach((folio, at) => {
    if (!(skips && folio.kind === 'hugezero')) putReferences(machine, folio, refs?.[at] ?? 1);
  });
}

/** set_page_dirty_lock(), set_page_dirty(), folio_mark_dirty(), SetPageDirty(): the folio of the page is dirty. */
export function markDirty(folio: Folio): void {
  folio.dirty = true;
}
