import type { Direction } from '../holds.ts';
import { type Backing, IovIter, type UserSegment } from './iterators.ts';
import { EFAULT, EINVAL, MAX_RW_COUNT } from './kernels.ts';
import { type AddressSpace, TASK_SIZE_MAX } from './memory.ts';

/** UIO_MAXIOV (include/uapi/linux/uio.h): most segments of one call. */
const UIO_MAXIOV = 1024;

/** iov_iter_ubuf(), iov_iter_init(), iov_iter_kvec(), …: the iterator takes over what it is told, and no hold. */
export function construct(backing: Backing, direction: Direction, count: number): IovIter {
  return new IovIter(backing, direction, count);
}

/** access_ok(). */
const reachable = (base: number, length: number): boolean => base + length <= TASK_SIZE_MAX;

/** import_ubuf(); lib/iov_iter.c:1527 (6.12.117). @returns the iterator, or -EFAULT. */
export function importUbuf(direction: Direction, base: number, length: number): IovIter | number {
  const count = Math.min(length, MAX_RW_COUNT);
  return reachable(base, count) ? construct({ kind: 'ubuf', base }, direction, count) : EFAULT;
}

/** import_single_range(); lib/iov_iter.c:1843 (6.1.192), up to 6.4: an ITER_IOVEC of one segment. */
export function importSingleRange(direction: Direction, base: number, length: number): IovIter | number {
  const count = Math.min(length, MAX_RW_COUNT);
  if (!reachable(base, count)) return EFAULT;
  return construct({ kind: 'iovec', segments: [{ base, length: count }] }, direction, count);
}

/**
 * import_iovec(); lib/iov_iter.c:1446 (6.12.117). The lengths are cut to MAX_RW_COUNT together; 6.4 and later make an
 * ITER_UBUF of a single segment.
 * @returns the iterator, or a negative error number.
 */
export function importIovec(
  { machine }: AddressSpace,
  direction: Direction,
  vector: readonly UserSegment[],
): IovIter | number {
  if (vector.length > UIO_MAXIOV) return EINVAL;
  const [single] = vector;
  if (machine.kernel.importsUbuf && single && vector.length === 1)
    return single.length < 0 ? EINVAL : importUbuf(direction, single.base, single.length);
  let total = 0;
  const segments: UserSegment[] = [];
  for (const { base, length } of vector) {
    if (length < 0) return EINVAL;
    if (!reachable(base, length)) return EFAULT;
    segments.push({ base, length: Math.min(length, MAX_RW_COUNT - total) });
    total += segments.at(-1)!.length;
  }
  return construct({ kind: 'iovec', segments }, direction, total);
}
