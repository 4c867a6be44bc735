import type { FunctionRow } from '../effects.ts';
import { acquire, allocate, borrow, free, object, release, result, row, rows, store } from './build.ts';

const SCATTERLIST = 'include/linux/scatterlist.h';
const SKBUFF = 'include/linux/skbuff.h';

/** Entries are plain memory: freeing them drops no page. */
const PLAIN = { isPlain: true } as const;

const scatterlists: FunctionRow[] = [
  ...rows(SCATTERLIST, store(2, 1, 'keeps', PLAIN), [
    '136 sg_set_page(sg, page, len, offset)',
    '107 sg_assign_page(sg, page)',
    '183 sg_set_buf(sg, buf, buflen)',
  ]),
  row('sg_set_folio(sg, folio, len, offset)', `${SCATTERLIST}:158`, store(2, 1, 'keeps', PLAIN), {
    since: '6.6',
  }),
  row('sg_init_one(sg, buf, buflen)', 'lib/scatterlist.c:141', store(2, 1, 'keeps', PLAIN)),
  ...rows('lib/scatterlist.c', borrow, [
    '127 sg_init_table(sgl, nents)',
    '48 sg_nents(sg)',
    '71 sg_nents_for_len(sg, len)',
    '104 sg_last(sgl, nents)',
    '963 sg_copy_buffer(sgl, nents, buf, buflen, skip, to_buffer)',
    '1009 sg_copy_from_buffer(sgl, nents, buf, buflen)',
    '1026 sg_copy_to_buffer(sgl, nents, buf, buflen)',
    '1044 sg_pcopy_from_buffer(sgl, nents, buf, buflen, skip)',
    '1062 sg_pcopy_to_buffer(sgl, nents, buf, buflen, skip)',
    '1078 sg_zero_buffer(sgl, nents, buflen, skip)',
    '375 sg_alloc_table(table, nents, gfp_mask)',
    '257 sg_free_table(table)',
    '244 sg_free_append_table(table)',
    '801 sg_miter_start(miter, sgl, nents, flags)',
    '888 sg_miter_next(miter)',
    '924 sg_miter_stop(miter)',
  ]),
  ...rows(SCATTERLIST, borrow, [
    '253 sg_mark_end(sg)',
    '270 sg_unmark_end(sg)',
    '238 sg_chain(prv, prv_nents, sgl)',
  ]),
  row(
    'sg_alloc_table_from_pages(sgt, pages, n_pages, offset, size, gfp_mask)',
    `${SCATTERLIST}:471`,
    store(2, 1, 'keeps', { ...PLAIN, form: 'array', when: 'result-zero' }),
    {
      note: 'Adjacent pages share an entry: count pages, not entries, when they are dropped.',
    },
  ),
  row(
    'sg_alloc_table_from_pages_segment(sgt, pages, n_pages, offset, size, max_segment, gfp_mask)',
    'lib/scatterlist.c:579',
    store(2, 1, 'keeps', { ...PLAIN, form: 'array', when: 'result-zero' }),
  ),
  row(
    'sg_alloc_append_table_from_pages(sgt_append, pages, n_pages, offset, size, max_segment, left_pages, gfp_mask)',
    'lib/scatterlist.c:455',
    store(2, 1, 'keeps', { ...PLAIN, form: 'array', when: 'result-zero' }),
  ),
  row('sgl_alloc(length, gfp, nent_p)', 'lib/scatterlist.c:666', allocate('kmalloc')),
  row('sgl_free(sgl)', 'lib/scatterlist.c:718', free(1, 'kmalloc')),
];

const vectors: FunctionRow[] = [
  row('bvec_set_page(bv, page, len, offset)', 'include/linux/bvec.h:44', store(2, 1, 'keeps', PLAIN)),
  ...rows(
    'include/linux/bvec.h',
    store(2, 1, 'keeps', PLAIN),
    ['59 bvec_set_folio(bv, folio, len, offset)', '74 bvec_set_virt(bv, vaddr, len)'],
    { since: '6.3' },
  ),
];

const folioQueues: FunctionRow[] = rows(
  'include/linux/folio_queue.h',
  store(2, 1, 'keeps'),
  ['239 folioq_append(folioq, folio)', '261 folioq_append_mark(folioq, folio)'],
  { needs: ['folioq'] },
);

const FRAGMENT_OWNS = "Takes over the caller's reference; the skb drops it.";

const socketBuffers: FunctionRow[] = [
  ...rows(
    SKBUFF,
    store(3, 1, 'consumes', { when: 'always', drops: 'get' }),
    [
      '2615 skb_fill_page_desc(skb, i, page, off, size)',
      '2588 __skb_fill_page_desc(skb, i, page, off, size)',
      '2632 skb_fill_page_desc_noacc(skb, i, page, off, size)',
      '2532 __skb_fill_page_desc_noacc(shinfo, i, page, off, size)',
      '2645 skb_add_rx_frag(skb, i, page, off, size, truesize)',
    ],
    { note: FRAGMENT_OWNS },
  ),
  row(
    'skb_frag_fill_page_desc(frag, page, off, size)',
    `${SKBUFF}:2516`,
    store(2, 1, 'consumes', { when: 'always', drops: 'get' }),
    {
      since: '6.5',
      note: FRAGMENT_OWNS,
    },
  ),
  row(
    '__skb_frag_set_page(frag, page)',
    `${SKBUFF}:3579 (6.1.192)`,
    store(2, 1, 'consumes', { when: 'always', drops: 'get' }),
    {
      until: '6.4',
      note: FRAGMENT_OWNS,
    },
  ),
  row(
    'skb_append_pagefrags(skb, page, offset, size, max_frags)',
    'net/core/skbuff.c:4577',
    store(2, 1, 'own-hold', { when: 'result-zero' }),
    {
      note: 'No reference where the page joins the fragment before.',
    },
  ),
  row(
    'skb_frag_ref(skb, f)',
    'include/linux/skbuff_ref.h:30',
    acquire('get', object(1), 'always', { asked: { constant: 1 } }),
  ),
  row(
    '__skb_frag_ref(frag)',
    'include/linux/skbuff_ref.h:18',
    acquire('get', object(1), 'always', { asked: { constant: 1 } }),
  ),
  row(
    'skb_frag_unref(skb, f)',
    'include/linux/skbuff_ref.h:66',
    release('get', 'object', 1, { count: { constant: 1 } }),
    {
      note: 'Nothing where the fragments are managed.',
    },
  ),
  row(
    '__skb_frag_unref(frag, recycle)',
    'include/linux/skbuff_ref.h:54',
    release('get', 'object', 1, { count: { constant: 1 } }),
    {
      note: 'Unconditional: does not look whether fragments are managed.',
    },
  ),
  row('skb_release_data(skb, reason)', 'net/core/skbuff.c:1097', release('get', 'object', 1)),
  ...rows('net/core/skbuff.c', release('get', 'object', 1, { nullAllowed: true }), [
    '1428 consume_skb(skb)',
    '1197 __kfree_skb(skb)',
  ]),
  ...rows(SKBUFF, release('get', 'object', 1, { nullAllowed: true }), [
    '1303 kfree_skb(skb)',
    '1294 kfree_skb_reason(skb, reason)',
    '1451 dev_kfree_skb(a)',
  ]),
  ...rows('include/linux/netdevice.h', release('get', 'object', 1, { nullAllowed: true }), [
    '3962 dev_kfree_skb_any(skb)',
    '3952 dev_kfree_skb_irq(skb)',
    '3967 dev_consume_skb_any(skb)',
  ]),
  ...rows(
    SKBUFF,
    borrow,
    ['3348 skb_orphan_frags(skb, gfp_mask)', '3358 skb_orphan_frags_rx(skb, gfp_mask)'],
    {
      note: 'Replaces zerocopy fragments by private copies and drops their references.',
    },
  ),
  row('skb_copy_ubufs(skb, gfp_mask)', 'net/core/skbuff.c:1963', borrow),
];

const MSG_OWNS_UNLESS_SKB = 'Nothing where msg->skb is set: the skb owns the pages.';

const socketMessages: FunctionRow[] = [
  row(
    'sk_msg_page_add(msg, page, len, offset)',
    'include/linux/skmsg.h:262',
    store(2, 1, 'own-hold', { when: 'always' }),
  ),
  ...rows(
    'net/core/skmsg.c',
    release('get', 'object', 2),
    [
      '219 sk_msg_free(sk, msg)',
      '213 sk_msg_free_nocharge(sk, msg)',
      '253 sk_msg_free_partial(sk, msg, bytes)',
      '259 sk_msg_free_partial_nocharge(sk, msg, bytes)',
      '265 sk_msg_trim(sk, msg, len)',
    ],
    { note: MSG_OWNS_UNLESS_SKB },
  ),
];

const pipes: FunctionRow[] = [
  row('add_to_pipe(pipe, buf)', 'fs/splice.c:246', store(2, 1, 'consumes', { when: 'always' }), {
    note: 'Takes over the reference, and drops it where it fails: never put the page afterwards.',
  }),
  row('splice_to_pipe(pipe, spd)', 'fs/splice.c:197', store(2, 1, 'consumes', { when: 'always' })),
  row('pipe_buf_get(pipe, buf)', 'include/linux/pipe_fs_i.h:202', acquire('get', object(2), 'bool')),
  row('pipe_buf_release(pipe, buf)', 'include/linux/pipe_fs_i.h:213', release('get', 'object', 2)),
  row('generic_pipe_buf_release(pipe, buf)', 'fs/pipe.c:197', release('get', 'object', 2)),
  row('page_cache_pipe_buf_release(pipe, buf)', 'fs/splice.c:108', release('get', 'object', 2)),
];

const fragments: FunctionRow[] = [
  row(
    'page_frag_alloc(nc, fragsz, gfp_mask)',
    'include/linux/gfp.h:392',
    acquire('get', result, 'pointer-or-null'),
  ),
  ...rows(SKBUFF, acquire('get', result, 'pointer-or-null'), [
    '3408 netdev_alloc_frag(fragsz)',
    '3479 napi_alloc_frag(fragsz)',
  ]),
  row('skb_free_frag(addr)', `${SKBUFF}:3472`, release('get', 'page', 1)),
];

const batches: FunctionRow[] = [
  row('folio_batch_add(fbatch, folio)', 'include/linux/pagevec.h:74', store(2, 1, 'keeps')),
  ...rows('include/linux/pagevec.h', borrow, [
    '41 folio_batch_init(fbatch)',
    '54 folio_batch_count(fbatch)',
    '59 folio_batch_space(fbatch)',
  ]),
];

const slabVectors: FunctionRow[] = [
  row('bio_kmalloc(nr_vecs, gfp_mask)', 'block/bio.c:610', allocate('kmalloc')),
  row('mempool_alloc_pages(gfp_mask, pool_data)', 'mm/mempool.c:624', allocate('pages')),
];

/** Containers of pages: what storing in them does with the hold, and what empties them. */
export const CONTAINER_ROWS: readonly FunctionRow[] = [
  ...scatterlists,
  ...vectors,
  ...folioQueues,
  ...socketBuffers,
  ...socketMessages,
  ...pipes,
  ...fragments,
  ...batches,
  ...slabVectors,
];
