import type { FunctionRow } from '../effects.ts';
import { count, dirty, free, release, row } from './build.ts';

const GUP = 'mm/gup.c';
const MM = 'include/linux/mm.h';

const pins: FunctionRow[] = [
  row('unpin_user_page(page)', `${GUP}:191`, release('pin', 'page', 1), {
    summary: 'Drops one pin.',
    note: 'Nothing happens on the zero page. Any context.',
  }),
  row('unpin_user_pages(pages, npages)', `${GUP}:401`, release('pin', 'array', 1, { count: count(2) }), {
    summary: 'Drops one pin a slot.',
    note: 'A negative count gives a warning and drops nothing.',
  }),
  row(
    'unpin_user_pages_dirty_lock(pages, npages, make_dirty)',
    `${GUP}:290`,
    release('pin', 'array', 1, { count: count(2), dirties: 3 }),
    {
      summary: 'Drops one pin a slot, marking the pages dirty first where asked.',
      note: 'Process context where it dirties.',
    },
  ),
  row(
    'unpin_user_page_range_dirty_lock(page, npages, make_dirty)',
    `${GUP}:356`,
    release('pin', 'page', 1, { count: count(2), dirties: 3 }),
    { summary: 'Drops the pins of so many consecutive pages.', note: 'Process context where it dirties.' },
  ),
  row('unpin_folio(folio)', `${GUP}:205`, release('pin', 'page', 1), {
    needs: ['memfd_pin_folios'],
    summary: 'Drops one pin of a folio.',
  }),
  row('unpin_user_folio(folio, npages)', `${GUP}:434`, release('pin', 'page', 1, { count: count(2) }), {
    since: '6.12',
    summary: 'Drops so many pins of one folio.',
  }),
  row('unpin_folios(folios, nfolios)', `${GUP}:449`, release('pin', 'array', 1, { count: count(2) }), {
    needs: ['memfd_pin_folios'],
    summary: 'Drops one pin of each folio.',
  }),
];

const ON_A_PIN = 'On a pin it drops one reference of the 1024 a pin of a small folio counts.';

const references: FunctionRow[] = [
  row('put_page(page)', `${MM}:1540`, release('get', 'page', 1), {
    summary: 'Drops one reference.',
    note: ON_A_PIN,
  }),
  row('folio_put(folio)', `${MM}:1475`, release('get', 'page', 1), {
    summary: 'Drops one reference.',
    note: ON_A_PIN,
  }),
  row('folio_put_refs(folio, refs)', `${MM}:1495`, release('get', 'page', 1, { count: count(2) }), {
    summary: 'Drops so many references of one folio.',
  }),
  row('release_pages(arg, nr)', 'mm/swap.c:1012', release('get', 'array', 1, { count: count(2) }), {
    since: '6.4',
    summary: 'Drops one reference a slot.',
  }),
  row(
    'release_pages(pages, nr)',
    'mm/swap.c:969 (6.1.192)',
    release('get', 'array', 1, { count: count(2) }),
    {
      until: '6.3',
      summary: 'Drops one reference a slot.',
    },
  ),
  row('folios_put(folios, nr)', `${MM}:1219 (6.1.192)`, release('get', 'array', 1, { count: count(2) }), {
    until: '6.8',
  }),
  row('folios_put(folios)', `${MM}:1535`, release('get', 'object', 1), { since: '6.9' }),
  row('folios_put_refs(folios, refs)', 'mm/swap.c:943', release('get', 'object', 1), { since: '6.9' }),
  row('folio_batch_release(fbatch)', 'include/linux/pagevec.h:98', release('get', 'object', 1), {
    summary: 'Drops one reference of each folio in the batch and empties it.',
  }),
  row('pagevec_release(pvec)', 'include/linux/pagevec.h:68 (6.1.192)', release('get', 'object', 1), {
    until: '6.4',
  }),
  row('put_pages_list(pages)', 'mm/swap.c:122', release('get', 'object', 1)),
  row(
    'page_ref_sub(page, nr)',
    'include/linux/page_ref.h:130',
    release('get', 'page', 1, { count: count(2) }),
    {
      note: 'The caller knows that it does not drop the last reference.',
    },
  ),
  row(
    'folio_ref_sub(folio, nr)',
    'include/linux/page_ref.h:137',
    release('get', 'page', 1, { count: count(2) }),
  ),
  row('folio_release_kmap(folio, addr)', 'include/linux/highmem.h:659', release('get', 'page', 1), {
    since: '6.8',
    summary: 'Unmaps a local mapping and drops one reference.',
  }),
  row('unmap_and_put_page(page, addr)', 'include/linux/highmem.h:665', release('get', 'page', 1), {
    since: '6.6',
    summary: 'Unmaps a local mapping and drops one reference.',
  }),
  row('page_frag_free(addr)', 'mm/page_alloc.c:5089', release('get', 'page', 1), {
    summary: 'Drops one reference on the page behind a kernel address.',
  }),
  row(
    '__page_frag_cache_drain(page, count)',
    'mm/page_alloc.c:5004',
    release('get', 'page', 1, { count: count(2) }),
  ),
  row('folio_putback_lru(folio)', 'mm/vmscan.c:852', release('get', 'page', 1), {
    summary: 'Puts an isolated folio back and drops the reference of its isolation.',
  }),
  row(
    'ceph_put_page_vector(pages, num_pages, dirty)',
    'net/ceph/pagevec.c:13',
    release('get', 'array', 1, { count: count(2), dirties: 3, freesArray: true }),
    {
      summary: 'Drops one reference a slot and frees the array.',
    },
  ),
  row(
    'ceph_release_page_vector(pages, num_pages)',
    'net/ceph/pagevec.c:26',
    release('allocation', 'array', 1, { count: count(2), freesArray: true }),
    {
      summary: 'Frees pages of ceph_alloc_page_vector() and their array.',
      note: 'Never for pages of get_user_pages() or iov_iter_get_pages2().',
    },
  ),
  row(
    'p9_release_pages(pages, nr_pages)',
    'net/9p/trans_common.c:16',
    release('get', 'array', 1, { count: count(2) }),
  ),
  row(
    'nfs_direct_release_pages(pages, npages)',
    'fs/nfs/direct.c:168',
    release('get', 'array', 1, { count: count(2) }),
  ),
  row('put_bvecs(bvecs, num_bvecs, should_dirty)', 'fs/ceph/file.c:161', [
    release('get', 'object', 1, { dirties: 3 }),
    free(1, 'kvmalloc', 'kmalloc'),
  ]),
];

const CALL_BEFORE_RELEASE = 'Process context; call it before the release.';

const dirtying: FunctionRow[] = [
  row('set_page_dirty_lock(page)', 'mm/page-writeback.c:2926', dirty(1), { note: CALL_BEFORE_RELEASE }),
  row('set_page_dirty(page)', 'mm/folio-compat.c:49', dirty(1)),
  row('folio_mark_dirty(folio)', 'mm/page-writeback.c:2891', dirty(1)),
  row('SetPageDirty(page)', 'include/linux/page-flags.h:514', dirty(1)),
  row('kvm_set_pfn_dirty(pfn)', 'virt/kvm/kvm_main.c:3264', dirty(1)),
];

const poisoned: FunctionRow[] = [
  ['memory_failure(pfn, flags)', '2254'] as const,
  ['soft_offline_page(pfn, flags)', '2805'] as const,
].map(([signature, line]) =>
  row(signature, `mm/memory-failure.c:${line}`, release('by-flag', 'page', 1), {
    summary: 'Takes a page out of use.',
    note: 'With MF_COUNT_INCREASED it drops the reference of its caller, whatever it returns.',
  }),
);

const byMode: FunctionRow[] = [
  row(
    'page_put_unpin(page, flags)',
    'include/linux/mm.h (v7 series)',
    release('by-mode-argument', 'page', 1, { mode: 2 }),
    {
      needs: ['extract_mode'],
      summary: 'Drops what the mode says: a pin, a reference or nothing.',
      note: 'The mode comes from iov_iter_extract_mode() on the iterator the page was extracted from.',
    },
  ),
  row(
    'folio_put_unpin(folio, flags)',
    'include/linux/mm.h (v7 series)',
    release('by-mode-argument', 'page', 1, { mode: 2 }),
    {
      needs: ['extract_mode'],
      summary: 'Drops what the mode says: a pin, a reference or nothing.',
      note: 'The mode comes from iov_iter_extract_mode() on the iterator the folio was extracted from.',
    },
  ),
];

/** Functions that drop a hold on pages, and those that mark pages dirty before. */
export const RELEASE_ROWS: readonly FunctionRow[] = [
  ...pins,
  ...references,
  ...dirtying,
  ...poisoned,
  ...byMode,
];
