import type { Acquire, FunctionRow } from '../effects.ts';
import {
  acquire,
  addressView,
  allocate,
  borrow,
  count,
  fill,
  free,
  given,
  LINUX_7_3,
  object,
  release,
  result,
  resultArray,
  row,
  rows,
  slot,
  store,
} from './build.ts';

const PAGE_REF = 'include/linux/page_ref.h';
const PAGEMAP = 'include/linux/pagemap.h';
const GFP = 'include/linux/gfp.h';
const GFP_7_3 = `${GFP} (${LINUX_7_3})`;
const KVM = 'virt/kvm/kvm_main.c';

const taken = (returns: Acquire['returns'] = 'always'): Acquire => acquire('get', given(1), returns);

const references: FunctionRow[] = [
  row('get_page(page)', 'include/linux/mm.h:1448', taken(), { summary: 'Takes one more reference.' }),
  row('folio_get(folio)', 'include/linux/mm.h:1442', taken(), { summary: 'Takes one more reference.' }),
  row('try_get_page(page)', 'include/linux/mm.h:1453', taken('bool')),
  row('get_page_unless_zero(page)', 'include/linux/mm.h:1155', taken('bool')),
  row('folio_try_get(folio)', `${PAGE_REF}:262`, taken('bool')),
  row('folio_try_get_rcu(folio)', `${PAGE_REF}:311 (6.1.192)`, taken('bool'), { until: '6.10' }),
  ...rows(PAGE_REF, taken(), ['151 page_ref_inc(page)', '158 folio_ref_inc(folio)']),
  ...rows(PAGE_REF, acquire('get', given(1), 'always', { asked: count(2) }), [
    '118 page_ref_add(page, nr)',
    '125 folio_ref_add(folio, nr)',
  ]),
  ...rows(PAGE_REF, acquire('get', given(1), 'bool', { asked: count(2) }), [
    '231 page_ref_add_unless(page, nr, u)',
    '246 folio_ref_add_unless(folio, nr, u)',
  ]),
  row('folio_remove_rmap_pte(folio, page, vma)', 'include/linux/rmap.h:256', taken(), {
    since: '6.8',
    summary: 'Ends a mapping of the page: the reference that the mapping held is the caller’s from now on.',
  }),
  row('page_remove_rmap(page, vma, compound)', 'mm/rmap.c:1427 (6.1.192)', taken(), {
    until: '6.7',
    summary: 'Ends a mapping of the page: the reference that the mapping held is the caller’s from now on.',
  }),
  row('folio_isolate_lru(folio)', 'mm/vmscan.c:1787', taken('bool'), {
    since: '6.3',
    summary: 'Isolates a folio with one reference.',
  }),
  row('folio_isolate_lru(folio)', 'mm/vmscan.c:2319 (6.1.192)', taken('zero-or-error'), { until: '6.2' }),
];

const found = (returns: Acquire['returns']): Acquire => acquire('get', result, returns);

const PER_FOLIO = 'One reference a folio, however many pages it has.';
const LOCKED = 'Also locked.';

const pageCache: FunctionRow[] = [
  ...rows(
    PAGEMAP,
    found('pointer-or-error'),
    ['777 filemap_get_folio(mapping, index)', '795 filemap_lock_folio(mapping, index)'],
    { needs: ['folio-err-ptr'], note: PER_FOLIO },
  ),
  ...rows(
    `${PAGEMAP} (6.1.192)`,
    found('pointer-or-null'),
    ['589 filemap_get_folio(mapping, index)', '607 filemap_lock_folio(mapping, index)'],
    { lacks: ['folio-err-ptr'], note: PER_FOLIO },
  ),
  row('filemap_grab_folio(mapping, index)', `${PAGEMAP}:813`, found('pointer-or-error'), {
    needs: ['folio-err-ptr'],
    note: PER_FOLIO,
  }),
  row('__filemap_get_folio(mapping, index, fgp_flags, gfp)', 'mm/filemap.c:1873', found('pointer-or-error'), {
    needs: ['folio-err-ptr'],
    note: PER_FOLIO,
  }),
  row(
    '__filemap_get_folio(mapping, index, fgp_flags, gfp)',
    'mm/filemap.c:1937 (6.1.192)',
    found('pointer-or-null'),
    {
      lacks: ['folio-err-ptr'],
      note: PER_FOLIO,
    },
  ),
  row('filemap_get_entry(mapping, index)', 'mm/filemap.c:1826', found('pointer-or-null'), {
    since: '6.4',
    note: 'The answer may be a value entry, which holds nothing.',
  }),
  ...rows(
    'mm/filemap.c',
    acquire('get', object(4), 'other-count'),
    [
      '2160 filemap_get_folios(mapping, start, end, fbatch)',
      '2182 filemap_get_folios_contig(mapping, start, end, fbatch)',
      '2043 find_get_entries(mapping, start, end, fbatch, indices)',
      '2092 find_lock_entries(mapping, start, end, fbatch, indices)',
    ],
    { note: PER_FOLIO },
  ),
  row(
    'filemap_get_folios_tag(mapping, start, end, tag, fbatch)',
    'mm/filemap.c:2258',
    acquire('get', object(5), 'other-count'),
    {
      note: PER_FOLIO,
    },
  ),
  row(
    'find_get_pages_range_tag(mapping, index, end, tag, nr_pages, pages)',
    'mm/filemap.c:2363 (6.1.192)',
    acquire('get', { form: 'array', argument: 6 }, 'page-count', { asked: count(5) }),
    { until: '6.2' },
  ),
  row(
    'pagevec_lookup_range_tag(pvec, mapping, index, end, tag)',
    'mm/swap.c:1081 (6.1.192)',
    acquire('get', object(1), 'other-count'),
    {
      until: '6.2',
    },
  ),
  ...rows(PAGEMAP, found('pointer-or-null'), [
    '831 find_get_page(mapping, offset)',
    '837 find_get_page_flags(mapping, offset, fgp_flags)',
  ]),
  ...rows(
    PAGEMAP,
    found('pointer-or-null'),
    [
      '856 find_lock_page(mapping, index)',
      '881 find_or_create_page(mapping, index, gfp_mask)',
      '997 grab_cache_page(mapping, index)',
      '902 grab_cache_page_nowait(mapping, index)',
    ],
    { note: LOCKED },
  ),
  row('grab_cache_page_write_begin(mapping, index)', 'mm/folio-compat.c:88', found('pointer-or-null'), {
    note: LOCKED,
  }),
  row('pagecache_get_page(mapping, index, fgp_flags, gfp)', 'mm/folio-compat.c:76', found('pointer-or-null')),
  ...rows(PAGEMAP, found('pointer-or-error'), [
    '1012 read_mapping_page(mapping, index, file)',
    '1018 read_mapping_folio(mapping, index, file)',
  ]),
  ...rows('mm/filemap.c', found('pointer-or-error'), [
    '3916 read_cache_page(mapping, index, filler, file)',
    '3873 read_cache_folio(mapping, index, filler, file)',
    '3939 read_cache_page_gfp(mapping, index, gfp)',
  ]),
  row('mapping_read_folio_gfp(mapping, index, gfp)', 'mm/filemap.c:3898', found('pointer-or-error'), {
    since: '6.4',
  }),
  row('shmem_read_mapping_page(mapping, index)', 'include/linux/shmem_fs.h:157', found('pointer-or-error')),
  row('shmem_read_mapping_page_gfp(mapping, index, gfp)', 'mm/shmem.c:5434', found('pointer-or-error')),
  row('shmem_read_folio(mapping, index)', 'include/linux/shmem_fs.h:151', found('pointer-or-error'), {
    since: '6.4',
    note: PER_FOLIO,
  }),
  row('shmem_read_folio_gfp(mapping, index, gfp)', 'mm/shmem.c:5410', found('pointer-or-error'), {
    since: '6.4',
    note: PER_FOLIO,
  }),
  row(
    'shmem_get_folio(inode, index, write_end, foliop, sgp)',
    'mm/shmem.c:2515',
    acquire('get', slot(4), 'zero-or-error'),
    {
      since: '6.12',
      note: `Locked; with SGP_READ the slot may be NULL on success.`,
    },
  ),
  row(
    'shmem_get_folio(inode, index, foliop, sgp)',
    'mm/shmem.c:2078 (6.1.192)',
    acquire('get', slot(3), 'zero-or-error'),
    {
      until: '6.11',
      note: `Locked; with SGP_READ the slot may be NULL on success.`,
    },
  ),
  row(
    'filemap_add_folio(mapping, folio, index, gfp)',
    'mm/filemap.c:952',
    store(2, 1, 'own-hold', { when: 'result-zero' }),
  ),
  row(
    'add_to_page_cache_lru(page, mapping, index, gfp)',
    'mm/folio-compat.c:68',
    store(1, 2, 'own-hold', { when: 'result-zero' }),
  ),
];

const page = allocate('pages');

const FILLS = {
  note: 'Fills the empty slots with newly allocated pages; returns how many slots from the start are filled.',
};

const allocation: FunctionRow[] = [
  ...rows(GFP, page, [
    '343 alloc_page(gfp_mask)',
    '337 alloc_pages(gfp, order)',
    '303 alloc_pages_node(nid, gfp_mask, order)',
    '352 alloc_page_vma(gfp, vma, addr)',
    '211 __alloc_pages(gfp, order, preferred_nid, nodemask)',
    '361 alloc_pages_exact(size, gfp_mask)',
    '339 folio_alloc(gfp, order)',
    '215 __folio_alloc(gfp, order, preferred_nid, nodemask)',
    '287 __folio_alloc_node(gfp, order, nid)',
    '341 vma_alloc_folio(gfp, order, vma, addr, hugepage)',
    '369 __get_free_page(gfp_mask)',
    '355 __get_free_pages(gfp_mask, order)',
    '372 __get_dma_pages(gfp_mask, order)',
  ]),
  row('get_zeroed_page(gfp_mask)', `${GFP}:358`, allocate('pages', 'pointer-or-null', true)),
  ...rows(PAGEMAP, page, ['672 filemap_alloc_folio(gfp, order)', '675 __page_cache_alloc(gfp)']),
  row('page_cache_alloc(x)', `${PAGEMAP}:546 (6.1.192)`, page, { until: '6.8' }),
  ...rows('include/linux/skbuff.h', page, [
    '3547 dev_alloc_page()',
    '3527 dev_alloc_pages(order)',
    '3541 __dev_alloc_page(gfp_mask)',
    '3521 __dev_alloc_pages(gfp_mask, order)',
  ]),
  ...rows(GFP, fill(3), ['233 alloc_pages_bulk_array(gfp, nr_pages, page_array)'], FILLS),
  ...rows(GFP, fill(4), ['246 alloc_pages_bulk_array_node(gfp, nid, nr_pages, page_array)'], FILLS),
  ...rows(GFP, fill(3), ['226 alloc_pages_bulk_array_mempolicy(gfp, nr_pages, page_array)'], FILLS),
  ...rows(
    GFP,
    fill(6),
    ['221 __alloc_pages_bulk(gfp, preferred_nid, nodemask, nr_pages, page_list, page_array)'],
    FILLS,
  ),
  ...rows(GFP, borrow, ['230 alloc_pages_bulk_list(gfp, nr_pages, list)']),
  ...rows(GFP_7_3, fill(3), ['225 alloc_pages_bulk(gfp, nr_pages, page_array)'], FILLS),
  ...rows(GFP_7_3, fill(4), ['238 alloc_pages_bulk_node(gfp, nid, nr_pages, page_array)'], FILLS),
  ...rows(GFP_7_3, fill(3), ['221 alloc_pages_bulk_mempolicy(gfp, nr_pages, page_array)'], FILLS),
  row(
    'ceph_alloc_page_vector(num_pages, flags)',
    'net/ceph/pagevec.c:39',
    allocate('kmalloc', 'pointer-or-error'),
    {
      note: 'An array of newly allocated pages, for ceph_release_page_vector().',
    },
  ),
  ...rows('include/net/page_pool/helpers.h', page, ['92 page_pool_dev_alloc_pages(pool)']),
  row('page_pool_alloc_pages(pool, gfp)', 'net/core/page_pool.c:695', page),
];

const freeing: FunctionRow[] = [
  row('__free_page(page)', `${GFP}:400`, [release('allocation', 'page', 1), free(1, 'pages')], {
    note: 'Drops the reference of alloc_page(): never the spelling for a page of get_user_pages().',
  }),
  row('__free_pages(page, order)', 'mm/page_alloc.c:4936', [
    release('allocation', 'page', 1),
    free(1, 'pages'),
  ]),
  row('free_page(addr)', `${GFP}:401`, [
    release('allocation', 'page', 1, { nullAllowed: true }),
    free(1, 'pages'),
  ]),
  row('free_pages(addr, order)', 'mm/page_alloc.c:4952', [
    release('allocation', 'page', 1, { nullAllowed: true }),
    free(1, 'pages'),
  ]),
  row('free_pages_exact(virt, size)', 'mm/page_alloc.c:5180', [
    release('allocation', 'page', 1),
    free(1, 'pages'),
  ]),
  ...rows(
    'include/net/page_pool/helpers.h',
    [release('allocation', 'page', 2), free(2, 'pages')],
    [
      '365 page_pool_put_full_page(pool, page, allow_direct)',
      '340 page_pool_put_page(pool, page, dma_sync_size, allow_direct)',
      '379 page_pool_recycle_direct(pool, page)',
    ],
    { note: 'For pages of the pool only.' },
  ),
];

const mapping: FunctionRow[] = [
  row(
    'vm_insert_page(vma, addr, page)',
    'mm/memory.c:2218',
    store(3, 1, 'own-hold', { when: 'result-zero' }),
  ),
  row('vmf_insert_page(vma, addr, page)', 'include/linux/mm.h:3607', store(3, 1, 'own-hold')),
  row(
    'vm_insert_pages(vma, addr, pages, num)',
    'mm/memory.c:2171',
    store(3, 1, 'own-hold', { form: 'array', when: 'result-zero' }),
  ),
  ...rows('mm/memory.c', store(2, 1, 'own-hold', { form: 'array', when: 'result-zero' }), [
    '2288 vm_map_pages(vma, pages, num)',
    '2308 vm_map_pages_zero(vma, pages, num)',
  ]),
];

const kvm: FunctionRow[] = [
  row('gfn_to_pfn(kvm, gfn)', `${KVM}:3076`, found('pointer-or-error'), {
    note: 'A pfn: is_error_noslot_pfn() tells that nothing is held.',
  }),
  ...rows(
    KVM,
    found('pointer-or-error'),
    [
      '3062 gfn_to_pfn_memslot(slot, gfn)',
      '3069 gfn_to_pfn_memslot_atomic(slot, gfn)',
      '3054 gfn_to_pfn_prot(kvm, gfn, write_fault, writable)',
    ],
    { note: 'A pfn: is_error_noslot_pfn() tells that nothing is held.' },
  ),
  row(
    '__gfn_to_pfn_memslot(slot, gfn, atomic, interruptible, async, write_fault, writable, hva)',
    `${KVM}:3026`,
    found('pointer-or-error'),
    {
      note: 'A pfn: is_error_noslot_pfn() tells that nothing is held.',
    },
  ),
  row('gfn_to_page(kvm, gfn)', `${KVM}:3105`, found('pointer-or-error'), {
    note: 'is_error_page() tells that nothing is held.',
  }),
  row(
    'kvm_gmem_get_pfn(kvm, slot, gfn, pfn, max_order)',
    'virt/kvm/guest_memfd.c:629',
    acquire('get', slot(4), 'zero-or-error'),
    {
      since: '6.8',
    },
  ),
  row('kvm_vcpu_map(vcpu, gpa, map)', `${KVM}:3131`, acquire('get', object(3), 'zero-or-error')),
  row('kvm_vcpu_unmap(vcpu, map, dirty)', `${KVM}:3165`, release('get', 'object', 2, { dirties: 3 })),
  ...rows(KVM, release('get', 'page', 1), [
    '3220 kvm_release_pfn_clean(pfn)',
    '3211 kvm_release_page_clean(page)',
  ]),
  ...rows(KVM, release('get', 'page', 1, { dirties: true }), [
    '3244 kvm_release_pfn_dirty(pfn)',
    '3235 kvm_release_page_dirty(page)',
  ]),
  row('kvm_release_pfn(pfn, dirty)', `${KVM}:3123`, release('get', 'page', 1, { dirties: 2 })),
];

const tests: FunctionRow[] = [
  ...rows(
    'include/linux/kvm_host.h',
    borrow,
    ['158 is_error_page(page)', '105 is_error_pfn(pfn)', '124 is_error_noslot_pfn(pfn)'],
    { failureTest: 'error' },
  ),
  row('IS_ERR(ptr)', 'include/linux/err.h:68', borrow, { failureTest: 'error' }),
  row('IS_ERR_OR_NULL(ptr)', 'include/linux/err.h:82', borrow, { failureTest: 'null-or-error' }),
];

const devices: FunctionRow[] = [
  row('migrate_vma_setup(args)', 'mm/migrate_device.c:520', acquire('get', object(1), 'zero-or-error'), {
    note: 'Each migrating source page is referenced, locked and isolated until migrate_vma_finalize().',
  }),
  row('migrate_vma_finalize(migrate)', 'mm/migrate_device.c:875', release('get', 'object', 1)),
  row('hmm_range_fault(range)', 'mm/hmm.c:582', borrow, {
    note: 'The pfns carry no hold: never put or unpin them.',
  }),
  row('hmm_pfn_to_page(hmm_pfn)', 'include/linux/hmm.h:55', borrow, { note: 'The page carries no hold.' }),
  row(
    'drm_gem_get_pages(obj)',
    'drivers/gpu/drm/drm_gem.c:591',
    acquire('get', resultArray, 'pointer-or-error'),
    {
      note: `The array has a slot for each page, but the reference is one a folio: only drm_gem_put_pages() drops it rightly.`,
    },
  ),
  row(
    'drm_gem_put_pages(obj, pages, dirty, accessed)',
    'drivers/gpu/drm/drm_gem.c:666',
    release('get', 'array', 2, { count: 'all', dirties: 3, freesArray: true }),
  ),
  row('page_pool_get_dma_addr(page)', 'include/net/page_pool/helpers.h:419', addressView(1)),
];

/** Single references, the page cache, allocated pages and their mappings. */
export const PAGE_ROWS: readonly FunctionRow[] = [
  ...references,
  ...pageCache,
  ...allocation,
  ...freeing,
  ...mapping,
  ...kvm,
  ...tests,
  ...devices,
];
