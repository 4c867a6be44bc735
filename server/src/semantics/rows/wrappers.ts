import type { FunctionRow, HoldRule } from '../effects.ts';
import { RESULT } from '../effects.ts';
import type { IteratorKind } from '../holds.ts';
import {
  acquire,
  array,
  borrow,
  count,
  emptied,
  into,
  type RowDetails,
  release,
  result,
  resultArray,
  row,
  store,
} from './build.ts';

/** An iterator over user memory is pinned by the callee since the conversion to iov_iter_extract_pages(). */
const IF_USER: HoldRule = 'pin-if-user-backed';
const KERNEL_KINDS: readonly IteratorKind[] = ['kvec', 'bvec', 'xarray', 'folioq'];
const SPLICED_KINDS: readonly IteratorKind[] = ['bvec', 'xarray', 'folioq', 'kvec'];

const UNTIL_6_2: RowDetails = { lacks: ['will_pin'] };
const EXTRACTS: RowDetails = { needs: ['will_pin'] };
const BEFORE_PINNED_BIOS: RowDetails = { lacks: ['bio-page-pinned'] };
const PINNED_BIOS: RowDetails = { needs: ['bio-page-pinned'] };

const files: FunctionRow[] = [
  row('dio_refill_pages(dio, sdio)', 'fs/direct-io.c:166', into(1, IF_USER, 'zero-or-error'), PINNED_BIOS),
  row(
    'dio_refill_pages(dio, sdio)',
    'fs/direct-io.c:167 (6.1.192)',
    into(1, 'get', 'zero-or-error'),
    BEFORE_PINNED_BIOS,
  ),
  row(
    'dio_pin_page(dio, page)',
    'fs/direct-io.c:221',
    acquire(IF_USER, { form: 'argument', argument: 2 }, 'always'),
    {
      ...PINNED_BIOS,
      note: 'Adds a pin where dio->is_pinned.',
    },
  ),
  row('dio_unpin_page(dio, page)', 'fs/direct-io.c:227', release('by-flag', 'page', 2), {
    ...PINNED_BIOS,
    note: 'Drops a pin where dio->is_pinned.',
  }),
  row(
    'iomap_dio_bio_iter(iter, dio)',
    'fs/iomap/direct-io.c:301',
    into(2, IF_USER, 'other-count'),
    PINNED_BIOS,
  ),
  row(
    'iomap_dio_bio_iter(iter, dio)',
    'fs/iomap/direct-io.c:230 (6.1.192)',
    into(2, 'get', 'other-count'),
    BEFORE_PINNED_BIOS,
  ),
  row(
    'fuse_get_user_pages(ap, ii, nbytesp, write, max_pages, use_pages_for_kvec_io)',
    'fs/fuse/file.c:1504',
    into(1, IF_USER, 'zero-or-error', { iterator: 2 }),
    {
      since: '6.12',
    },
  ),
  row(
    'fuse_get_user_pages(ap, ii, nbytesp, write, max_pages)',
    'fs/fuse/file.c:1425 (6.1.192)',
    into(1, 'get', 'zero-or-error', { iterator: 2 }),
    {
      until: '6.11',
    },
  ),
  row('fuse_release_user_pages(ap, nres, should_dirty)', 'fs/fuse/file.c:672', emptied(1, 'by-flag', 3), {
    since: '6.12',
    note: 'Unpins where args.is_pinned.',
  }),
  row('fuse_release_user_pages(ap, should_dirty)', 'fs/fuse/file.c:660 (6.1.192)', emptied(1, 'get', 2), {
    until: '6.11',
  }),
  row('fuse_copy_fill(cs)', 'fs/fuse/dev.c:742', into(1, 'get', 'zero-or-error')),
  row('fuse_copy_finish(cs)', 'fs/fuse/dev.c:720', emptied(1, 'get', true)),
  row('netfs_put_request(rreq, was_async, what)', 'fs/netfs/objects.c:158', emptied(1, 'by-flag'), {
    note: 'The last put unpins where direct_bv_unpin, and frees the bvec array.',
  }),
  row('netfs_free_request(work)', 'fs/netfs/objects.c:128', emptied(1, 'by-flag')),
  row('rolling_buffer_clear(roll)', 'fs/netfs/rolling_buffer.c:205', emptied(1, 'get'), {
    since: '6.12',
    note: 'Only marked folios hold a reference.',
  }),
  row(
    'setup_aio_ctx_iter(ctx, iter, rw)',
    'fs/smb/client/misc.c:1162 (6.1.192)',
    into(1, 'get', 'zero-or-error', { iterator: 2 }),
    UNTIL_6_2,
  ),
  row(
    'cifs_write_from_iter(offset, len, from, open_file, cifs_sb, wdata_list, ctx)',
    'fs/smb/client/file.c:3351 (6.1.192)',
    into(6, 'get', 'zero-or-error', { iterator: 3 }),
    UNTIL_6_2,
  ),
  row(
    'cifs_send_async_read(offset, len, open_file, cifs_sb, rdata_list, ctx)',
    'fs/smb/client/file.c:4090 (6.1.192)',
    into(5, 'get', 'zero-or-error'),
    UNTIL_6_2,
  ),
  row(
    'smb_extract_iter_to_rdma(iter, len, rdma)',
    'fs/smb/client/smbdirect.c:2582',
    into(3, 'none', 'byte-count', { iterator: 1, maxBytes: 2, iteratorKinds: KERNEL_KINDS }),
    EXTRACTS,
  ),
  row(
    'smbd_iter_to_mr(info, iter, sgt, max_sg)',
    'fs/smb/client/smbdirect.c:2206',
    into(3, 'none', 'other-count', { iterator: 2, iteratorKinds: KERNEL_KINDS }),
    EXTRACTS,
  ),
  row(
    'nfs_direct_read_schedule_iovec(dreq, iter, pos)',
    'fs/nfs/direct.c:340',
    into(1, 'get', 'other-count', { iterator: 2 }),
  ),
  row(
    'nfs_direct_write_schedule_iovec(dreq, iter, pos, ioflags)',
    'fs/nfs/direct.c:863',
    into(1, 'get', 'other-count', { iterator: 2 }),
  ),
  row(
    'nfs_page_create_from_page(ctx, page, pgbase, offset, count)',
    'fs/nfs/pagelist.c:436',
    store(2, RESULT, 'own-hold', { when: 'success' }),
    { since: '6.3' },
  ),
  row(
    'nfs_page_create_from_folio(ctx, folio, offset, count)',
    'fs/nfs/pagelist.c:467',
    store(2, RESULT, 'own-hold', { when: 'success' }),
    { since: '6.3' },
  ),
  row('nfs_release_request(req)', 'fs/nfs/pagelist.c:596', emptied(1, 'get')),
  row(
    'iter_get_bvecs_alloc(iter, maxsize, bvecs, num_bvecs)',
    'fs/ceph/file.c:127',
    acquire('get', { form: 'object', argument: 3, indirect: true }, 'byte-count', {
      iterator: 1,
      maxBytes: 2,
      countOut: 4,
      advances: true,
    }),
    { note: 'put_bvecs() drops the pages and frees the bvec array.' },
  ),
  row('ceph_netfs_issue_read(subreq)', 'fs/ceph/addr.c:346', into(1, 'get', 'always')),
  row('ceph_msg_data_iter_next(cursor, page_offset, length)', 'net/ceph/messenger.c:983', borrow, {
    since: '6.6',
    note: 'Takes and drops a reference: the returned page carries none.',
  }),
  row('ceph_osd_data_release(osd_data)', 'net/ceph/osd_client.c:381', emptied(1, 'by-flag'), {
    note: 'Frees the pages as allocated ones where own_pages.',
  }),
  row(
    'osd_req_op_extent_osd_data_pages(osd_req, which, pages, length, alignment, pages_from_pool, own_pages)',
    'net/ceph/osd_client.c:211',
    store(3, 1, 'keeps', { form: 'array' }),
  ),
  row(
    'osd_req_op_extent_osd_data_bvec_pos(osd_req, which, bvec_pos)',
    'net/ceph/osd_client.c:264',
    store(3, 1, 'keeps'),
  ),
  row('afs_read_dir(dvnode, key)', 'fs/afs/dir.c:271', into(RESULT, 'get', 'pointer-or-error')),
  row('afs_put_read(req)', 'fs/afs/file.c:228', emptied(1, 'get')),
  row('get_arg_page(bprm, pos, write)', 'fs/exec.c:197', acquire('get', result, 'pointer-or-null')),
  row('put_arg_page(page)', 'fs/exec.c:238', release('get', 'page', 1)),
  row('tomoyo_dump_page(bprm, pos, dump)', 'security/tomoyo/domain.c:898', borrow, {
    note: 'Keeps the page pointer as the key of a cache, without a hold.',
  }),
  row(
    'iter_to_pipe(from, pipe, flags)',
    'fs/splice.c:1451',
    into(2, 'get', 'byte-count', { iterator: 1, advances: true }),
  ),
  row(
    'vmsplice_to_pipe(file, iter, flags)',
    'fs/splice.c:1542',
    into(1, 'get', 'byte-count', { iterator: 2, advances: true }),
  ),
];

const cryptography: FunctionRow[] = [
  row(
    'af_alg_make_sg(sgl, iter, len)',
    'crypto/af_alg.c:401 (6.1.192)',
    into(1, 'get', 'byte-count', { iterator: 2, maxBytes: 3 }),
    { until: '6.4' },
  ),
  row(
    'af_alg_get_rsgl(sk, msg, flags, areq, maxsize, outlen)',
    'crypto/af_alg.c:1192',
    into(4, IF_USER, 'zero-or-error'),
    { since: '6.5' },
  ),
  row(
    'af_alg_get_rsgl(sk, msg, flags, areq, maxsize, outlen)',
    'crypto/af_alg.c:1110 (6.1.192)',
    into(4, 'get', 'zero-or-error'),
    { until: '6.4' },
  ),
  row('af_alg_free_sg(sgl)', 'crypto/af_alg.c:544', emptied(1, 'by-flag'), {
    since: '6.5',
    note: 'Unpins where need_unpin.',
  }),
  row('af_alg_free_sg(sgl)', 'crypto/af_alg.c:439 (6.1.192)', emptied(1, 'get'), { until: '6.4' }),
  row('hash_sendmsg(sock, msg, ignored)', 'crypto/algif_hash.c:63', into(1, IF_USER, 'other-count'), {
    since: '6.5',
  }),
  row('hash_sendmsg(sock, msg, ignored)', 'crypto/algif_hash.c:63 (6.1.192)', into(1, 'get', 'other-count'), {
    until: '6.4',
  }),
  row(
    'extract_xarray_to_sg(iter, maxsize, sgtable, sg_max, extraction_flags)',
    'lib/scatterlist.c:1330',
    into(3, 'none', 'byte-count', {
      iterator: 1,
      maxBytes: 2,
      asked: count(4),
      flags: 5,
      iteratorKinds: ['xarray'],
      advances: true,
    }),
    {
      ...EXTRACTS,
      note: 'In 6.12.117 the offset of the second and later folios is wrong where the start is not aligned to a folio.',
    },
  ),
  row(
    'extract_user_to_sg(iter, maxsize, sgtable, sg_max, extraction_flags)',
    'lib/scatterlist.c:1108',
    into(3, 'pin', 'byte-count', {
      iterator: 1,
      maxBytes: 2,
      asked: count(4),
      flags: 5,
      iteratorKinds: ['iovec', 'ubuf'],
      advances: true,
    }),
    EXTRACTS,
  ),
];

const EARLIER_STAY = 'Where it fails half way, the earlier pages stay in the container.';

const network: FunctionRow[] = [
  row(
    'p9_get_mapped_pages(chan, pages, data, count, offs, need_drop)',
    'net/9p/trans_virtio.c:308',
    acquire('get', { form: 'array-pointer', argument: 2, allocates: 'always' }, 'byte-count', {
      iterator: 3,
      maxBytes: 4,
      offset: 5,
      iteratorKinds: ['iovec', 'ubuf', 'kvec', 'bvec', 'xarray', 'folioq'],
      noHoldOn: ['kvec'],
    }),
    { note: 'On a KVEC the pages carry no hold and *need_drop is 0.' },
  ),
  row(
    'rds_message_zcopy_from_user(rm, from)',
    'net/rds/message.c:402',
    into(1, 'get', 'zero-or-error', { iterator: 2 }),
  ),
  row(
    'rds_pin_pages(user_addr, nr_pages, pages, write)',
    'net/rds/rdma.c:155',
    acquire('pin', array(3), 'page-count', { asked: count(2), partial: false }),
  ),
  row('rds_rdma_free_op(ro)', 'net/rds/rdma.c:506', emptied(1, 'pin', true), {
    note: 'Outside task context the pins are dropped later, by rds_message_put().',
  }),
  row('rds_atomic_free_op(ao)', 'net/rds/rdma.c:539', emptied(1, 'pin', true)),
  row(
    'tls_setup_from_iter(from, length, pages_used, to, to_max_pages)',
    'net/tls/tls_sw.c:1465',
    into(4, 'get', 'zero-or-error', { iterator: 1, advances: true }),
  ),
  row(
    'tls_push_data(sk, iter, size, flags, record_type)',
    'net/tls/tls_device.c:420',
    into(1, 'get', 'other-count', { iterator: 2, iteratorKinds: SPLICED_KINDS }),
    {
      since: '6.5',
      note: 'Spliced pages are listed without a hold and referenced once each for the record.',
    },
  ),
  row(
    'tls_sw_sendmsg_splice(sk, msg, msg_pl, try_to_copy, copied)',
    'net/tls/tls_sw.c:1019',
    into(3, 'get', 'other-count'),
    {
      since: '6.5',
      note: 'Spliced pages are listed without a hold and referenced once each for the message.',
    },
  ),
  row(
    'sk_msg_zerocopy_from_iter(sk, from, msg, bytes)',
    'net/core/skmsg.c:313',
    into(3, 'get', 'zero-or-error', { iterator: 2 }),
    { note: EARLIER_STAY },
  ),
  row(
    'zerocopy_fill_skb_from_iter(skb, from, length)',
    'net/core/datagram.c:638',
    into(1, 'get', 'zero-or-error', { iterator: 2 }),
    {
      since: '6.10',
      note: EARLIER_STAY,
    },
  ),
  row(
    '__zerocopy_sg_from_iter(msg, sk, skb, from, length)',
    'net/core/datagram.c:709',
    into(3, 'get', 'zero-or-error', { iterator: 4 }),
    { note: EARLIER_STAY },
  ),
  row(
    'zerocopy_sg_from_iter(skb, from)',
    'net/core/datagram.c:744',
    into(1, 'get', 'zero-or-error', { iterator: 2 }),
    { note: EARLIER_STAY },
  ),
  row(
    'skb_zerocopy_iter_dgram(skb, msg, len)',
    'include/linux/skbuff.h:1746',
    into(1, 'get', 'zero-or-error'),
    { note: EARLIER_STAY },
  ),
  row(
    'skb_zerocopy_iter_stream(sk, skb, msg, len, uarg)',
    'net/core/skbuff.c:1880',
    into(2, 'get', 'other-count'),
    { note: EARLIER_STAY },
  ),
  row(
    'skb_splice_from_iter(skb, iter, maxsize, gfp)',
    'net/core/skbuff.c:7305',
    into(1, 'get', 'byte-count', { iterator: 2, maxBytes: 3, iteratorKinds: SPLICED_KINDS, advances: true }),
    {
      since: '6.5',
      note: 'Its own reference for each new fragment, none where the page joins the fragment before. Never for user iterators.',
    },
  ),
  row('io_sg_from_iter(skb, from, length)', 'io_uring/net.c:1394', borrow, {
    note: 'Managed fragments: the registered buffer keeps the hold.',
  }),
  row('xs_read_bvec(sock, msg, flags, bvec, nr, count, seek)', 'net/sunrpc/xprtsock.c:444', borrow, {
    note: 'Receives into pages that the sender of the request holds.',
  }),
  row('xdp_umem_pin_pages(umem, address)', 'net/xdp/xdp_umem.c:94', into(1, 'pin', 'zero-or-error')),
  row('xdp_umem_unpin_pages(umem)', 'net/xdp/xdp_umem.c:24', emptied(1, 'pin', true)),
];

const uring: FunctionRow[] = [
  row(
    'io_pin_pages(uaddr, len, npages)',
    'io_uring/memmap.c:134',
    acquire('pin', resultArray, 'pointer-or-error', { countOut: 3, partial: false }),
    {
      summary: 'Pins a user range for a long time and returns a kvmalloc array of its pages.',
    },
  ),
  row(
    'io_pages_free(pages, npages)',
    'io_uring/memmap.c:122',
    {
      ...release('pin', 'array', 1, { count: count(2), freesArray: true }),
      pages: { form: 'array', argument: 1, indirect: true },
    },
    { since: '6.9' },
  ),
  row(
    'io_pages_unmap(ptr, pages, npages, put_pages)',
    'io_uring/memmap.c:92',
    {
      ...release('by-flag', 'array', 2, { freesArray: true }),
      pages: { form: 'array', argument: 2, indirect: true },
    },
    { since: '6.10', note: 'Drops allocated pages where put_pages; an array of pins gives false.' },
  ),
  row(
    'io_import_fixed(ddir, iter, imu, buf_addr, len)',
    'io_uring/rsrc.c:1097',
    {
      kind: 'construct',
      iterator: 2,
      iteratorKinds: ['bvec'],
      direction: 1,
    },
    { note: 'The pages are pinned by the registration of the buffer.' },
  ),
];

/** Helpers of file systems, cryptography, the network and io_uring that take and drop holds for their callers. */
export const WRAPPER_ROWS: readonly FunctionRow[] = [...files, ...cryptography, ...network, ...uring];
