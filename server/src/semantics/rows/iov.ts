import type { Acquire, Construct, Duplicate, Effect, FunctionRow, Position, Query } from '../effects.ts';
import { type IteratorKind, USER_BACKED_KINDS } from '../holds.ts';
import { acquire, allocate, array, count, object, readsFrom, row, rows, touch, writesTo } from './build.ts';

const UIO = 'include/linux/uio.h';
const UIO_6_1 = 'include/linux/uio.h (6.1.192)';
const IOV_ITER = 'lib/iov_iter.c';

/** iov_iter_get_pages*() answers -EFAULT for KVEC and DISCARD (lib/iov_iter.c:1149, 6.12). */
const GET_PAGES_KINDS: readonly IteratorKind[] = ['iovec', 'ubuf', 'bvec', 'xarray', 'folioq', 'pipe'];
/** iov_iter_extract_pages() answers -EFAULT for DISCARD (lib/iov_iter.c:1872, 6.12) and knows no PIPE. */
const EXTRACT_KINDS: readonly IteratorKind[] = ['iovec', 'ubuf', 'kvec', 'bvec', 'xarray', 'folioq'];

const duplicate: Duplicate = { kind: 'duplicate', iterator: 1, of: 2 };

function getPages(advances: boolean): Acquire {
  return acquire('get', array(2), 'byte-count', {
    maxBytes: 3,
    asked: count(4),
    offset: 5,
    iterator: 1,
    iteratorKinds: GET_PAGES_KINDS,
    extraction: true,
    advances,
  });
}

function getPagesAlloc(advances: boolean): Acquire {
  return acquire('get', { form: 'array-pointer', argument: 2, allocates: 'always' }, 'byte-count', {
    maxBytes: 3,
    offset: 4,
    iterator: 1,
    iteratorKinds: GET_PAGES_KINDS,
    arrayOnError: 'freed',
    extraction: true,
    advances,
  });
}

function extractPages(hold: 'pin-if-user-backed' | 'by-direction'): Acquire {
  return acquire(hold, { form: 'array-pointer', argument: 2, allocates: 'if-null' }, 'byte-count', {
    maxBytes: 3,
    asked: count(4),
    offset: 6,
    flags: 5,
    iterator: 1,
    iteratorKinds: EXTRACT_KINDS,
    arrayOnError: 'kept',
    extraction: true,
    advances: true,
  });
}

const GET_SUMMARY = 'Lists the next pages of an iterator and takes a plain reference on each.';
const EXTRACT_SUMMARY = 'Lists the next pages of an iterator; pins them where user memory is behind it.';
const ONE_SEGMENT = 'Covers at most one segment a call: callers loop.';
const ALLOCATED =
  'The array is kvmalloc memory: kvfree() it after use; on failure it is freed and *pages is NULL.';
const ADVANCE_YOURSELF = 'The iterator stays where it is: call iov_iter_advance() with the bytes returned.';
const ARRAY_KEPT =
  'With *pages == NULL the callee allocates the array, and leaves it allocated where it then fails: kvfree() on the error path too.';

const acquirers: FunctionRow[] = [
  row('iov_iter_get_pages2(i, pages, maxsize, maxpages, start)', `${IOV_ITER}:1212`, getPages(true), {
    needs: ['get_pages2'],
    summary: GET_SUMMARY,
    note: ONE_SEGMENT,
  }),
  row('iov_iter_get_pages_alloc2(i, pages, maxsize, start)', `${IOV_ITER}:1223`, getPagesAlloc(true), {
    needs: ['get_pages2'],
    summary: GET_SUMMARY,
    note: `${ALLOCATED} ${ONE_SEGMENT}`,
  }),
  row('iov_iter_get_pages(i, pages, maxsize, maxpages, start)', 'lib/iov_iter.c (5.19)', getPages(false), {
    needs: ['get_pages'],
    lacks: ['get_pages-flags'],
    summary: GET_SUMMARY,
    note: ADVANCE_YOURSELF,
  }),
  row(
    'iov_iter_get_pages(i, pages, maxsize, maxpages, start, gup_flags)',
    'lib/iov_iter.c (6.2)',
    { ...getPages(true), flags: 6 },
    { needs: ['get_pages', 'get_pages-flags'], summary: GET_SUMMARY, note: ONE_SEGMENT },
  ),
  row('iov_iter_get_pages_alloc(i, pages, maxsize, start)', 'lib/iov_iter.c (5.19)', getPagesAlloc(false), {
    needs: ['get_pages'],
    lacks: ['get_pages-flags'],
    summary: GET_SUMMARY,
    note: `${ALLOCATED} ${ADVANCE_YOURSELF}`,
  }),
  row(
    'iov_iter_get_pages_alloc(i, pages, maxsize, start, gup_flags)',
    'lib/iov_iter.c (6.2)',
    { ...getPagesAlloc(true), flags: 5 },
    { needs: ['get_pages', 'get_pages-flags'], summary: GET_SUMMARY, note: ALLOCATED },
  ),
  row(
    'iov_iter_extract_pages(i, pages, maxsize, maxpages, extraction_flags, offset0)',
    `${IOV_ITER}:1872`,
    extractPages('pin-if-user-backed'),
    {
      needs: ['extract_pages'],
      lacks: ['extract_mode'],
      summary: EXTRACT_SUMMARY,
      note: `${ARRAY_KEPT} ${ONE_SEGMENT}`,
    },
  ),
  row(
    'iov_iter_extract_pages(i, pages, maxsize, maxpages, extract_flags, offset0)',
    'lib/iov_iter.c (v7 series)',
    extractPages('by-direction'),
    {
      needs: ['extract_pages', 'extract_mode'],
      summary:
        'Lists the next pages of an iterator; user memory is pinned as a destination and referenced as a source.',
      note: `${ARRAY_KEPT} ITER_ALLOW_P2PDMA is refused on an iterator that is not user-backed.`,
    },
  ),
  row(
    'extract_iter_to_sg(iter, maxsize, sgtable, sg_max, extraction_flags)',
    'lib/scatterlist.c:1403',
    acquire('pin-if-user-backed', object(3), 'byte-count', {
      maxBytes: 2,
      asked: count(4),
      flags: 5,
      iterator: 1,
      iteratorKinds: EXTRACT_KINDS,
      extraction: true,
      advances: true,
    }),
    {
      needs: ['will_pin'],
      summary:
        'Appends the next pages of an iterator to an sg table; user pages are pinned, one pin an entry.',
      note: 'A user iterator that runs dry drops every pin from orig_nents on, returns 0 and is not reverted: set orig_nents before each call.',
    },
  ),
  row(
    'netfs_extract_user_iter(orig, orig_len, new, extraction_flags)',
    'fs/netfs/iterator.c:36',
    acquire('pin', object(3), 'other-count', {
      maxBytes: 2,
      flags: 4,
      iterator: 1,
      iteratorKinds: USER_BACKED_KINDS,
      extraction: true,
      advances: true,
      intoIterator: 3,
    }),
    {
      needs: ['will_pin'],
      summary: 'Pins the pages of a user iterator and builds an ITER_BVEC iterator over them.',
      note: 'Returns a number of bvecs. Unpin each bv_page and kvfree() the bvec array; save new->bvec before the iterator advances.',
    },
  ),
  row('dup_iter(new, old, flags)', `${IOV_ITER}:1305`, [allocate('kmalloc'), duplicate], {
    summary: 'Copies an iterator with its vector; takes no hold on any page.',
    note: 'kfree() the returned vector; NULL is normal for kinds without one.',
  }),
];

function construct(
  iteratorKinds: readonly IteratorKind[],
  direction: Construct['direction'],
  more: { readonly iterator?: number; readonly over?: number; readonly count?: number },
): Construct {
  return {
    kind: 'construct',
    iterator: more.iterator ?? 1,
    iteratorKinds,
    direction,
    over: more.over,
    count: more.count,
  };
}

const MAY_ALLOCATE_VECTOR =
  'kfree(*iovp) in every case; a single segment makes an ITER_UBUF iterator from 6.4 on.';

const constructors: FunctionRow[] = [
  row(
    'iov_iter_init(i, direction, iov, nr_segs, count)',
    `${IOV_ITER}:162`,
    construct(['iovec'], 2, { over: 3, count: 5 }),
  ),
  row(
    'iov_iter_ubuf(i, direction, buf, count)',
    `${UIO}:365`,
    construct(['ubuf'], 2, { over: 3, count: 4 }),
    { needs: ['ubuf'] },
  ),
  row(
    'iov_iter_kvec(i, direction, kvec, nr_segs, count)',
    `${IOV_ITER}:679`,
    construct(['kvec'], 2, { over: 3, count: 5 }),
  ),
  row(
    'iov_iter_bvec(i, direction, bvec, nr_segs, count)',
    `${IOV_ITER}:695`,
    construct(['bvec'], 2, { over: 3, count: 5 }),
  ),
  row(
    'iov_iter_xarray(i, direction, xarray, start, count)',
    `${IOV_ITER}:754`,
    construct(['xarray'], 2, { over: 3, count: 5 }),
  ),
  row(
    'iov_iter_folio_queue(i, direction, folioq, first_slot, offset, count)',
    `${IOV_ITER}:725`,
    construct(['folioq'], 2, { over: 3, count: 6 }),
    { needs: ['folioq'] },
  ),
  row('iov_iter_discard(i, direction, count)', `${IOV_ITER}:778`, construct(['discard'], 2, { count: 3 })),
  row(
    'iov_iter_pipe(i, direction, pipe, count)',
    'lib/iov_iter.c:1028 (6.1.192)',
    construct(['pipe'], 2, { over: 3, count: 4 }),
    {
      needs: ['iter-pipe'],
    },
  ),
  row(
    'import_ubuf(rw, buf, len, i)',
    `${IOV_ITER}:1527`,
    construct(['ubuf'], 1, { iterator: 4, over: 2, count: 3 }),
    {
      since: '6.3',
    },
  ),
  row(
    'import_iovec(type, uvec, nr_segs, fast_segs, iovp, i)',
    `${IOV_ITER}:1518`,
    construct(['iovec', 'ubuf'], 1, { iterator: 6, over: 2 }),
    {
      since: '6.4',
      note: MAY_ALLOCATE_VECTOR,
    },
  ),
  row(
    'import_iovec(type, uvec, nr_segs, fast_segs, iovp, i)',
    'lib/iov_iter.c:1834 (6.1.192)',
    construct(['iovec'], 1, { iterator: 6, over: 2 }),
    { until: '6.3', note: MAY_ALLOCATE_VECTOR },
  ),
  row(
    '__import_iovec(type, uvec, nr_segs, fast_segs, iovp, i, compat)',
    `${IOV_ITER}:1446`,
    construct(['iovec', 'ubuf'], 1, { iterator: 6, over: 2 }),
    { since: '6.4', note: MAY_ALLOCATE_VECTOR },
  ),
  row(
    '__import_iovec(type, uvec, nr_segs, fast_segs, iovp, i, compat)',
    'lib/iov_iter.c:1765 (6.1.192)',
    construct(['iovec'], 1, { iterator: 6, over: 2 }),
    { until: '6.3', note: MAY_ALLOCATE_VECTOR },
  ),
  row(
    'import_single_range(rw, buf, len, iov, i)',
    'lib/iov_iter.c:1843 (6.1.192)',
    construct(['iovec'], 1, { iterator: 5, over: 2, count: 3 }),
    { until: '6.3' },
  ),
  row(
    'import_single_range(rw, buf, len, iov, i)',
    'lib/iov_iter.c (6.4)',
    construct(['ubuf'], 1, { iterator: 5, over: 2, count: 3 }),
    { since: '6.4', until: '6.7' },
  ),
];

function asks(question: Query['question'], iteratorKinds?: readonly IteratorKind[]): Query {
  return { kind: 'query', iterator: 1, question, iteratorKinds };
}

const predicates: FunctionRow[] = [
  row('user_backed_iter(i)', `${UIO}:148`, asks('kinds', USER_BACKED_KINDS), { needs: ['ubuf'] }),
  row('iov_iter_extract_will_pin(iter)', `${UIO}:402`, asks('kinds', USER_BACKED_KINDS), {
    needs: ['will_pin'],
    summary: 'True where iov_iter_extract_pages() pins: on user-backed iterators.',
    note: 'Ask the iterator that was extracted from, not one built over its pages.',
  }),
  row('iov_iter_extract_mode(iter, extract_flags)', 'include/linux/uio.h (v7 series)', asks('mode'), {
    needs: ['extract_mode'],
    summary: 'FOLL_PIN for a user-backed destination, FOLL_GET for a user-backed source, else 0.',
    note: 'Ask the iterator that was extracted from, not one built over its pages.',
  }),
  row('iter_is_iovec(i)', `${UIO}:113`, asks('kinds', ['iovec']), {
    needs: ['ubuf'],
    note: 'False for ITER_UBUF: use user_backed_iter() to ask for user memory.',
  }),
  row('iter_is_iovec(i)', 'include/linux/uio.h (5.19)', asks('kinds', ['iovec']), { lacks: ['ubuf'] }),
  row('iter_is_ubuf(i)', `${UIO}:108`, asks('kinds', ['ubuf']), { needs: ['ubuf'] }),
  row('iov_iter_is_kvec(i)', `${UIO}:118`, asks('kinds', ['kvec'])),
  row('iov_iter_is_bvec(i)', `${UIO}:123`, asks('kinds', ['bvec'])),
  row('iov_iter_is_discard(i)', `${UIO}:128`, asks('kinds', ['discard'])),
  row('iov_iter_is_folioq(i)', `${UIO}:133`, asks('kinds', ['folioq']), { needs: ['folioq'] }),
  row('iov_iter_is_xarray(i)', `${UIO}:138`, asks('kinds', ['xarray'])),
  row('iov_iter_is_pipe(i)', 'include/linux/uio.h:102 (6.1.192)', asks('kinds', ['pipe']), {
    needs: ['iter-pipe'],
  }),
  row('iov_iter_rw(i)', `${UIO}:143`, asks('direction')),
  row('iov_iter_type(i)', `${UIO}:95`, asks('type')),
  row('iov_iter_count(i)', `${UIO}:305`, asks('count')),
  row('blk_queue_pci_p2pdma(q)', 'include/linux/blkdev.h:630', asks('peer-to-peer'), {
    summary: 'Whether the queue takes pages of other PCI devices: the condition of ITER_ALLOW_P2PDMA.',
  }),
  row('dma_pci_p2pdma_supported(dev)', 'include/linux/dma-mapping.h:132', asks('peer-to-peer')),
];

const moves = (by: Position['by'], iterator = 1): Position => ({ kind: 'position', iterator, by });

/** The iterator moves on by what is copied. */
const copiesTo = (i: number): readonly Effect[] => [touch, moves('advance', i), writesTo(i)];
const copiesFrom = (i: number): readonly Effect[] => [touch, moves('advance', i), readsFrom(i)];

const positions: FunctionRow[] = [
  row('iov_iter_advance(i, size)', `${IOV_ITER}:565`, moves('advance')),
  row('iov_iter_revert(i, unroll)', `${IOV_ITER}:611`, moves('revert'), { note: 'Drops no hold.' }),
  row('iov_iter_restore(i, state)', `${IOV_ITER}:1551`, moves('revert'), { note: 'Drops no hold.' }),
  row('iov_iter_truncate(i, count)', `${UIO}:316`, moves('truncate')),
  row('iov_iter_reexpand(i, count)', `${UIO}:332`, moves('reexpand')),
  ...rows(UIO, copiesTo(3), ['208 copy_to_iter(addr, bytes, i)']),
  ...rows(UIO, copiesFrom(3), [
    '216 copy_from_iter(addr, bytes, i)',
    '234 copy_from_iter_full(addr, bytes, i)',
    '244 copy_from_iter_nocache(addr, bytes, i)',
    '252 copy_from_iter_full_nocache(addr, bytes, i)',
  ]),
  ...rows(UIO, copiesTo(4), ['186 copy_folio_to_iter(folio, offset, bytes, i)']),
  ...rows(
    UIO,
    copiesFrom(4),
    [
      '192 copy_folio_from_iter(folio, offset, bytes, i)',
      '198 copy_folio_from_iter_atomic(folio, offset, bytes, i)',
    ],
    { since: '6.3' },
  ),
  ...rows(IOV_ITER, copiesTo(3), [
    '179 _copy_to_iter(addr, bytes, i)',
    '234 _copy_mc_to_iter(addr, bytes, i)',
  ]),
  ...rows(IOV_ITER, copiesFrom(3), [
    '253 _copy_from_iter(addr, bytes, i)',
    '271 _copy_from_iter_nocache(addr, bytes, i)',
    '314 _copy_from_iter_flushcache(addr, bytes, i)',
  ]),
  ...rows(IOV_ITER, copiesTo(4), ['349 copy_page_to_iter(page, offset, bytes, i)']),
  ...rows(IOV_ITER, copiesFrom(4), [
    '411 copy_page_from_iter(page, offset, bytes, i)',
    '460 copy_page_from_iter_atomic(page, offset, bytes, i)',
  ]),
  ...rows(IOV_ITER, copiesTo(4), ['378 copy_page_to_iter_nofault(page, offset, bytes, i)'], { since: '6.5' }),
  row('iov_iter_zero(bytes, i)', `${IOV_ITER}:453`, [{ kind: 'borrow' }, moves('advance', 2), writesTo(2)]),
  row('csum_and_copy_to_iter(addr, bytes, _csstate, i)', 'net/core/datagram.c:783', copiesTo(4)),
  row('csum_and_copy_from_iter_full(addr, bytes, csum, i)', 'include/linux/skbuff.h:3879', copiesFrom(4)),
  row('hash_and_copy_to_iter(addr, bytes, hashp, i)', 'net/core/datagram.c:485', copiesTo(4)),
];

const looks: FunctionRow[] = [
  ...rows(UIO, { kind: 'borrow' }, [
    '85 iter_iov(iter)',
    '92 iter_iov_addr(iter)',
    '93 iter_iov_len(iter)',
    '100 iov_iter_save_state(iter, state)',
  ]),
  ...rows(UIO_6_1, { kind: 'borrow' }, ['144 iov_iter_iovec(iter)'], { until: '6.3' }),
  ...rows(IOV_ITER, { kind: 'borrow' }, [
    '664 iov_iter_single_seg_count(i)',
    '850 iov_iter_is_aligned(i, addr_mask, len_mask)',
    '928 iov_iter_alignment(i)',
    '954 iov_iter_gap_alignment(i)',
    '1277 iov_iter_npages(i, maxpages)',
  ]),
  ...rows(
    IOV_ITER,
    { kind: 'borrow' },
    ['90 fault_in_iov_iter_readable(i, size)', '133 fault_in_iov_iter_writeable(i, size)'],
    { note: 'Returns the bytes that were not faulted in; takes no hold.' },
  ),
  ...rows(
    'mm/gup.c',
    { kind: 'borrow' },
    [
      '2121 fault_in_writeable(uaddr, size)',
      '2196 fault_in_safe_writeable(uaddr, size)',
      '2230 fault_in_readable(uaddr, size)',
    ],
    { note: 'Returns the bytes that were not faulted in; takes no hold.' },
  ),
];

/** Iterators: extraction, construction, questions, movement. */
export const IOV_ROWS: readonly FunctionRow[] = [
  ...acquirers,
  ...constructors,
  ...predicates,
  ...positions,
  ...looks,
];
