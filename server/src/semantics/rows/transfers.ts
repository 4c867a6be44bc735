import type { Effect, FunctionRow } from '../effects.ts';
import { borrow, readsFrom, row, rows, submitAndWait, submitOrQueue, writesTo } from './build.ts';

/** A message's iterator is its member msg_iter. */
const sends = (message: number): readonly Effect[] => [
  borrow,
  submitAndWait(message),
  readsFrom(message, { member: 'msg_iter' }),
];
const receives = (message: number): readonly Effect[] => [
  borrow,
  submitAndWait(message),
  writesTo(message, { member: 'msg_iter' }),
];

const MESSAGE_IS_DONE =
  'Is done with the vector when it returns; pages of a spliced or zerocopy message get references of their own.';

const messages: FunctionRow[] = [
  row('sock_sendmsg(sock, msg)', 'net/socket.c:738', sends(2), { note: MESSAGE_IS_DONE }),
  row('sock_recvmsg(sock, msg, flags)', 'net/socket.c:1053', receives(2), { note: MESSAGE_IS_DONE }),
  ...rows('net/ipv4/tcp.c', sends(2), [
    '1052 tcp_sendmsg_locked(sk, msg, size)',
    '1353 tcp_sendmsg(sk, msg, size)',
  ]),
  row('rxrpc_kernel_send_data(sock, call, msg, len, notify_end_tx)', 'net/rxrpc/sendmsg.c:751', sends(3)),
  row(
    'rxrpc_kernel_recv_data(sock, call, iter, _len, want_more, _abort, _service)',
    'net/rxrpc/recvmsg.c:561',
    [borrow, writesTo(3)],
  ),
  row('memcpy_from_msg(data, msg, len)', 'include/linux/skbuff.h:4209', sends(2)),
  row('memcpy_to_msg(msg, data, len)', 'include/linux/skbuff.h:4214', receives(1)),
];

const packets: FunctionRow[] = [
  row('skb_copy_datagram_iter(skb, offset, to, len)', 'net/core/datagram.c:534', [borrow, writesTo(3)]),
  row('skb_copy_datagram_from_iter(skb, offset, from, len)', 'net/core/datagram.c:552', [
    borrow,
    readsFrom(3),
  ]),
  row('skb_copy_datagram_msg(from, offset, msg, size)', 'include/linux/skbuff.h:4154', receives(3)),
  row('skb_copy_and_csum_datagram_msg(skb, hlen, msg)', 'net/core/datagram.c:847', receives(3)),
];

const KIOCB = { asynchronous: true } as const;

const files: FunctionRow[] = [
  row('vfs_iter_read(file, iter, ppos, flags)', 'fs/read_write.c:903', [
    borrow,
    submitAndWait(2),
    writesTo(2),
  ]),
  row('vfs_iter_write(file, iter, ppos, flags)', 'fs/read_write.c:966', [
    borrow,
    submitAndWait(2),
    readsFrom(2),
  ]),
  row('vfs_iocb_iter_read(file, iocb, iter)', 'fs/read_write.c:875', [writesTo(3, KIOCB), submitOrQueue(3)]),
  row('vfs_iocb_iter_write(file, iocb, iter)', 'fs/read_write.c:935', [
    readsFrom(3, KIOCB),
    submitOrQueue(3),
  ]),
  row(
    'call_read_iter(file, kio, iter)',
    'include/linux/fs.h:2262 (6.1.192)',
    [writesTo(3, KIOCB), submitOrQueue(3)],
    {
      until: '6.9',
    },
  ),
  row(
    'call_write_iter(file, kio, iter)',
    'include/linux/fs.h:2268 (6.1.192)',
    [readsFrom(3, KIOCB), submitOrQueue(3)],
    {
      until: '6.9',
    },
  ),
  row('__kernel_write_iter(file, from, pos)', 'fs/read_write.c:598', [
    borrow,
    submitAndWait(2),
    readsFrom(2),
  ]),
  row('generic_file_read_iter(iocb, iter)', 'mm/filemap.c:2796', writesTo(2, KIOCB)),
  row('seq_read_iter(iocb, iter)', 'fs/seq_file.c:171', [borrow, writesTo(2)]),
  row('generic_file_direct_write(iocb, from)', 'mm/filemap.c:3979', readsFrom(2, KIOCB)),
  row('filemap_read(iocb, iter, already_read)', 'mm/filemap.c:2614', writesTo(2, KIOCB)),
  ...rows('mm/filemap.c', readsFrom(2, KIOCB), [
    '4034 generic_perform_write(iocb, i)',
    '4144 __generic_file_write_iter(iocb, from)',
    '4191 generic_file_write_iter(iocb, from)',
  ]),
];

/** Functions of one subsystem that is called from outside of it; each is done with the iterator when it returns. */
const subsystems: FunctionRow[] = [
  ...rows(
    'net/9p/client.c',
    [borrow, submitAndWait(3), writesTo(3)],
    ['1529 p9_client_read(fid, offset, to, err)', '1548 p9_client_read_once(fid, offset, to, err)'],
  ),
  ...rows(
    'net/9p/client.c',
    [borrow, submitAndWait(3), readsFrom(3)],
    ['1622 p9_client_write(fid, offset, from, err)'],
  ),
  row('sk_msg_memcopy_from_iter(sk, from, msg, bytes)', 'net/core/skmsg.c:370', [borrow, readsFrom(2)]),
  row('skb_copy_to_page_nocache(sk, from, skb, page, off, copy)', 'include/net/sock.h:2253', [
    borrow,
    readsFrom(2),
  ]),
  row('read_from_oldmem(iter, count, ppos, encrypted)', 'fs/proc/vmcore.c:131', [borrow, writesTo(1)]),
  row('copy_oldmem_page(iter, pfn, csize, offset)', 'arch/x86/kernel/crash_dump_64.c:38', [
    borrow,
    writesTo(1),
  ]),
  row('vread_iter(iter, addr, count)', 'mm/vmalloc.c:4422', [borrow, writesTo(1)], { since: '6.4' }),
];

/** What moves data through an iterator as a whole, and so needs its direction. */
export const TRANSFER_ROWS: readonly FunctionRow[] = [...messages, ...packets, ...files, ...subsystems];
