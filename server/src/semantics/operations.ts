import type { Direction, IteratorKind } from './holds.ts';

/** What a member of an operations table is given: an iterator, by convention of the table in this direction. */
export interface Operation {
  readonly table: string;
  readonly member: string;
  /** The argument, from 1, that is the iterator, or the struct msghdr that holds it. */
  readonly iterator: number;
  readonly within?: 'msg_iter';
  readonly direction: Direction;
  readonly source: string;
}

const FILES = 'include/linux/fs.h:2121 (6.12.117)';
const PROC = 'include/linux/proc_fs.h:37 (6.12.117)';
const SOCKETS = 'include/linux/net.h:221 (6.12.117)';
const PROTOCOLS = 'include/net/sock.h:1269 (6.12.117)';
const VSOCK = 'include/net/af_vsock.h:123 (6.12.117)';
const DAX = 'include/linux/dax.h:42 (6.12.117)';

const operation = (
  table: string,
  member: string,
  direction: Direction,
  iterator: number,
  source: string,
  within?: 'msg_iter',
): Operation => ({ table: `struct ${table}`, member, direction, iterator, source, within });

/**
 * Operations whose iterator has one direction; the same in 6.1 and 6.12. `->direct_IO`, `->swap_rw` and `->zc_request`
 * are not among them: theirs may have either.
 */
export const OPERATIONS: readonly Operation[] = [
  operation('file_operations', 'read_iter', 'dest', 2, FILES),
  operation('file_operations', 'write_iter', 'source', 2, FILES),
  operation('proc_ops', 'proc_read_iter', 'dest', 2, PROC),
  operation('proto_ops', 'sendmsg', 'source', 2, SOCKETS, 'msg_iter'),
  operation('proto_ops', 'sendmsg_locked', 'source', 2, SOCKETS, 'msg_iter'),
  operation('proto_ops', 'recvmsg', 'dest', 2, SOCKETS, 'msg_iter'),
  operation('proto', 'sendmsg', 'source', 2, PROTOCOLS, 'msg_iter'),
  operation('proto', 'recvmsg', 'dest', 2, PROTOCOLS, 'msg_iter'),
  operation('vsock_transport', 'dgram_dequeue', 'dest', 2, VSOCK, 'msg_iter'),
  operation('vsock_transport', 'dgram_enqueue', 'source', 3, VSOCK, 'msg_iter'),
  operation('vsock_transport', 'stream_dequeue', 'dest', 2, VSOCK, 'msg_iter'),
  operation('vsock_transport', 'stream_enqueue', 'source', 2, VSOCK, 'msg_iter'),
  operation('vsock_transport', 'seqpacket_dequeue', 'dest', 2, VSOCK, 'msg_iter'),
  operation('vsock_transport', 'seqpacket_enqueue', 'source', 2, VSOCK, 'msg_iter'),
  operation('dax_operations', 'recovery_write', 'source', 5, DAX),
];

const NAMED: readonly {
  readonly function?: RegExp;
  readonly parameter?: RegExp;
  readonly direction: Direction;
}[] = [
  { parameter: /^to$/, direction: 'dest' },
  { parameter: /^from$/, direction: 'source' },
  { function: /(^|_)read_iter(_|$)/, direction: 'dest' },
  { function: /(^|_)write_iter(_|$)/, direction: 'source' },
];

/**
 * What names say where nothing else does: functions for ->read_iter and ->write_iter are named after the member, and
 * iterators `to` and `from` as in copy_to_iter() and generic_file_write_iter() (mm/filemap.c, 6.1 and 6.12). Good
 * enough to tell a reader, not to report a fault.
 */
export function directionByName(functionName: string, parameter: string): Direction | undefined {
  return NAMED.find(each => each.parameter?.test(parameter) || each.function?.test(functionName))?.direction;
}

/** Members of kernel structs whose iterators are never user-backed. */
export const KERNEL_BACKED_MEMBERS: readonly {
  readonly table: string;
  readonly member: string;
  readonly source: string;
}[] = [
  {
    table: 'struct smb_rqst',
    member: 'rq_iter',
    source: 'fs/smb/client/cifsglob.h:2182 (6.12.117): WARN_ON_ONCE(user_backed_iter())',
  },
];

/** The constants of enum iter_type (include/linux/uio.h, 6.1 and 6.12). */
export const ITERATOR_TYPES: ReadonlyMap<string, IteratorKind> = new Map([
  ['ITER_IOVEC', 'iovec'],
  ['ITER_UBUF', 'ubuf'],
  ['ITER_KVEC', 'kvec'],
  ['ITER_BVEC', 'bvec'],
  ['ITER_XARRAY', 'xarray'],
  ['ITER_FOLIOQ', 'folioq'],
  ['ITER_PIPE', 'pipe'],
  ['ITER_DISCARD', 'discard'],
]);
