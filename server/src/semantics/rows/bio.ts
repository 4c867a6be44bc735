import { type FunctionRow, RESULT } from '../effects.ts';
import type { IteratorKind } from '../holds.ts';
import {
  acquire,
  borrow,
  dirty,
  flag,
  object,
  release,
  row,
  rows,
  store,
  submit,
  submitAndWait,
} from './build.ts';

const BIO = 'block/bio.c';
const BLK_MAP = 'block/blk-map.c';

/** block/bio.c:1430 (6.12): everything iov_iter_extract_pages() knows; a BVEC iterator is shared, not extracted. */
const BIO_KINDS: readonly IteratorKind[] = ['iovec', 'ubuf', 'kvec', 'bvec', 'xarray', 'folioq'];
/** block/bio.c:1276 (6.1): what iov_iter_get_pages2() knows. */
const BIO_KINDS_6_1: readonly IteratorKind[] = ['iovec', 'ubuf', 'bvec', 'xarray', 'pipe'];

const INTO_BIO = { iterator: 2, extraction: true, advances: true } as const;
const INTO_REQUEST = { extraction: true, iterator: 2 } as const;

const PARTIAL_IS_SUCCESS = '0 says that at least one vec was added, not that the iterator is empty.';

const acquirers: FunctionRow[] = [
  row(
    'bio_iov_iter_get_pages(bio, iter)',
    `${BIO}:1430`,
    acquire('pin-if-user-backed', object(1), 'zero-or-error', { ...INTO_BIO, iteratorKinds: BIO_KINDS }),
    {
      needs: ['bio-page-pinned'],
      lacks: ['extract_mode'],
      summary: 'Adds the pages of an iterator to a bio and sets BIO_PAGE_PINNED where they were pinned.',
      note: PARTIAL_IS_SUCCESS,
    },
  ),
  row(
    'bio_iov_iter_get_pages(bio, iter)',
    'block/bio.c (v7 series)',
    acquire('by-direction', object(1), 'zero-or-error', { ...INTO_BIO, iteratorKinds: BIO_KINDS }),
    {
      needs: ['bio-page-pinned', 'extract_mode'],
      summary:
        'Adds the pages of an iterator to a bio and sets BIO_PAGE_REFFED or BIO_PAGE_PINNED after their hold.',
      note: PARTIAL_IS_SUCCESS,
    },
  ),
  row(
    'bio_iov_iter_get_pages(bio, iter)',
    'block/bio.c:1276 (6.1.192)',
    acquire('get', object(1), 'zero-or-error', {
      ...INTO_BIO,
      iteratorKinds: BIO_KINDS_6_1,
      noHoldOn: ['bvec'],
    }),
    {
      lacks: ['bio-page-pinned'],
      summary:
        'Adds the pages of an iterator to a bio with a reference each; BIO_NO_PAGE_REF for an ITER_BVEC.',
      note: PARTIAL_IS_SUCCESS,
    },
  ),
  row(
    'bio_map_user_iov(rq, iter, gfp_mask)',
    `${BLK_MAP}:272`,
    acquire('pin-if-user-backed', object(1), 'zero-or-error', INTO_REQUEST),
    {
      needs: ['bio-page-pinned'],
      lacks: ['extract_mode'],
      note: 'blk_rq_unmap_user() on the original bio drops the pages.',
    },
  ),
  row(
    'bio_map_user_iov(rq, iter, gfp_mask)',
    'block/blk-map.c (v7 series)',
    acquire('by-direction', object(1), 'zero-or-error', INTO_REQUEST),
    {
      needs: ['bio-page-pinned', 'extract_mode'],
      note: 'blk_rq_unmap_user() on the original bio drops the pages.',
    },
  ),
  row(
    'bio_map_user_iov(rq, iter, gfp_mask)',
    'block/blk-map.c:272 (6.1.192)',
    acquire('get', object(1), 'zero-or-error', INTO_REQUEST),
    {
      lacks: ['bio-page-pinned'],
      note: 'blk_rq_unmap_user() on the original bio drops the pages.',
    },
  ),
  row(
    'bio_integrity_map_user(bio, iter)',
    'block/bio-integrity.c:305',
    acquire('pin', object(1), 'zero-or-error', {
      iterator: 2,
      iteratorKinds: ['iovec', 'ubuf'],
      extraction: true,
      advances: true,
    }),
    {
      since: '6.12',
      note: 'blk_rq_unmap_user() drops the pins; pages of one folio that follow each other share one pin.',
    },
  ),
  ...rows(
    BLK_MAP,
    acquire('pin', object(2), 'zero-or-error'),
    [
      '663 blk_rq_map_user(q, rq, map_data, ubuf, len, gfp_mask)',
      '608 blk_rq_map_user_iov(q, rq, map_data, iter, gfp_mask)',
    ],
    {
      needs: ['bio-page-pinned'],
      note: 'Pins or copies; blk_rq_unmap_user() on the original bio ends either.',
    },
  ),
  ...rows(
    BLK_MAP,
    acquire('pin', object(1), 'zero-or-error'),
    ['677 blk_rq_map_user_io(req, map_data, ubuf, buf_len, gfp_mask, vec, iov_count, check_iter_count, rw)'],
    {
      needs: ['bio-page-pinned'],
      note: 'Pins or copies; blk_rq_unmap_user() on the original bio ends either.',
    },
  ),
  ...rows(
    'block/blk-map.c (6.1.192)',
    acquire('get', object(2), 'zero-or-error'),
    [
      '682 blk_rq_map_user(q, rq, map_data, ubuf, len, gfp_mask)',
      '627 blk_rq_map_user_iov(q, rq, map_data, iter, gfp_mask)',
    ],
    {
      lacks: ['bio-page-pinned'],
      note: 'References or copies; blk_rq_unmap_user() on the original bio ends either.',
    },
  ),
];

const ONLY_FROM_THE_FLAG = 'Unconditional: bio_release_pages() asks the flag first and is what callers want.';

const releasers: FunctionRow[] = [
  row(
    'bio_release_pages(bio, mark_dirty)',
    'include/linux/bio.h:448',
    release('by-flag', 'object', 1, { dirties: 2 }),
    {
      needs: ['bio-page-pinned'],
      summary: 'Drops what the flags of the bio say: pins where BIO_PAGE_PINNED is set.',
    },
  ),
  row(
    'bio_release_pages(bio, mark_dirty)',
    'include/linux/bio.h:489 (6.1.192)',
    release('by-flag', 'object', 1, { dirties: 2 }),
    {
      lacks: ['bio-page-pinned'],
      summary: 'Drops the references on the pages of a bio unless BIO_NO_PAGE_REF is set.',
    },
  ),
  row(
    '__bio_release_pages(bio, mark_dirty)',
    `${BIO}:1211`,
    release('pin', 'object', 1, { dirties: 2, ignoresFlags: true }),
    {
      needs: ['bio-page-pinned'],
      lacks: ['extract_mode'],
      note: ONLY_FROM_THE_FLAG,
    },
  ),
  row(
    '__bio_release_pages(bio, mark_dirty)',
    'block/bio.c (v7 series)',
    release('by-flag', 'object', 1, { dirties: 2 }),
    {
      needs: ['bio-page-pinned', 'extract_mode'],
    },
  ),
  row(
    '__bio_release_pages(bio, mark_dirty)',
    'block/bio.c:1110 (6.1.192)',
    release('get', 'object', 1, { dirties: 2, ignoresFlags: true }),
    {
      lacks: ['bio-page-pinned'],
      note: ONLY_FROM_THE_FLAG,
    },
  ),
  row('bio_release_page(bio, page)', 'block/blk.h:622', release('by-flag', 'page', 2, { container: 1 }), {
    needs: ['bio-page-pinned'],
    summary: 'Drops one page that was taken for a bio but is surplus, as the flags of the bio say.',
  }),
  row('bio_check_pages_dirty(bio)', `${BIO}:1634`, release('by-flag', 'object', 1, { dirties: true }), {
    summary: 'Ends a read: dirties again where needed, drops the pages and puts the bio.',
    note: 'Do not touch the bio after it.',
  }),
  row('bio_free_pages(bio)', `${BIO}:1552`, release('allocation', 'object', 1), {
    summary: 'Frees pages that the owner of the bio allocated.',
  }),
  row(
    'blk_rq_unmap_user(bio)',
    `${BLK_MAP}:722`,
    release('by-flag', 'object', 1, { dirties: true, nullAllowed: true }),
    {
      summary: 'Ends blk_rq_map_user*(): drops or copies back, and puts the bios.',
      note: 'Process context; wants the bio the request had when it was mapped.',
    },
  ),
];

const CALLER_KEEPS = 'Takes no reference: the hold stays with the caller or with the flags of the bio.';

const filling: FunctionRow[] = [
  row('bio_set_pages_dirty(bio)', `${BIO}:1585`, dirty(1), {
    note: 'For reads from user memory, before the bio is submitted.',
  }),
  ...rows(
    BIO,
    store(2, 1, 'keeps'),
    [
      '1110 __bio_add_page(bio, page, len, off)',
      '1148 bio_add_page(bio, page, len, offset)',
      '1200 bio_add_folio(bio, folio, len, off)',
    ],
    { note: CALLER_KEEPS },
  ),
  ...rows(BIO, store(2, 1, 'keeps'), ['1176 bio_add_folio_nofail(bio, folio, len, off)'], {
    since: '6.6',
    note: CALLER_KEEPS,
  }),
  row('bio_add_pc_page(q, bio, page, len, offset)', `${BIO}:1058`, store(3, 2, 'keeps'), {
    note: CALLER_KEEPS,
  }),
  row(
    'bio_add_hw_page(q, bio, page, len, offset, max_sectors, same_page)',
    `${BIO}:980`,
    store(3, 2, 'keeps', { merged: 7 }),
    {
      note: `${CALLER_KEEPS} Where *same_page is set, the hold on this page is surplus: bio_release_page().`,
    },
  ),
];

const submission: FunctionRow[] = [
  row('submit_bio(bio)', 'block/blk-core.c:900', submit(1)),
  row('submit_bio_noacct(bio)', 'block/blk-core.c:771', submit(1)),
  row('submit_bio_wait(bio)', `${BIO}:1469`, submitAndWait(1)),
  row('blk_execute_rq(rq, at_head)', 'block/blk-mq.c:1468', submitAndWait(1)),
  row('blk_execute_rq_nowait(rq, at_head)', 'block/blk-mq.c:1407', submit(1)),
];

/** The flags of a bio, BIO_PAGE_PINNED, BIO_PAGE_REFFED or BIO_NO_PAGE_REF among them; none is set in a new bio. */
const flags: FunctionRow[] = [
  row('bio_set_flag(bio, bit)', 'include/linux/bio.h:236', flag('set')),
  row('bio_clear_flag(bio, bit)', 'include/linux/bio.h:241', flag('clear')),
  row('bio_flagged(bio, bit)', 'include/linux/bio.h:231', flag('ask')),
  row('bio_alloc(bdev, nr_vecs, opf, gfp_mask)', 'include/linux/bio.h:372', flag('new', RESULT)),
  row('bio_alloc_bioset(bdev, nr_vecs, opf, gfp_mask, bs)', `${BIO}:503`, flag('new', RESULT)),
  row('bio_init(bio, bdev, table, max_vecs, opf)', `${BIO}:245`, [
    flag('new'),
    store(3, 1, 'keeps', { form: 'array' }),
  ]),
  row('bio_reset(bio, bdev, opf)', `${BIO}:300`, flag('new')),
];

const lookingOn: FunctionRow[] = [
  ...rows('include/linux/bio.h', borrow, ['55 bio_has_data(bio)']),
  ...rows(BIO, borrow, ['811 bio_put(bio)']),
];

/** bios and requests: what they take, carry and drop. */
export const BIO_ROWS: readonly FunctionRow[] = [
  ...acquirers,
  ...releasers,
  ...filling,
  ...submission,
  ...flags,
  ...lookingOn,
];
