/** What an acquisition left on a page: a pin (FOLL_PIN), a reference (FOLL_GET), or nothing. */
export type Hold = 'pin' | 'get' | 'none';

/**
 * The hold a call leaves, as far as it is known at the call.
 * `by-direction` is the v7 rule: on a user-backed iterator a destination is pinned and a source referenced.
 */
export type Mode = Hold | 'pin-if-user-backed' | 'get-if-user-backed' | 'by-direction';

/** The ITER_* kinds of struct iov_iter (include/linux/uio.h, 6.1: with pipe; 6.12: with folioq). */
export type IteratorKind = 'iovec' | 'ubuf' | 'kvec' | 'bvec' | 'xarray' | 'folioq' | 'pipe' | 'discard';

export const ITERATOR_KINDS: readonly IteratorKind[] = [
  'iovec',
  'ubuf',
  'kvec',
  'bvec',
  'xarray',
  'folioq',
  'pipe',
  'discard',
];

/** user_backed_iter() of include/linux/uio.h. */
export const USER_BACKED_KINDS: readonly IteratorKind[] = ['iovec', 'ubuf'];

/** ITER_SOURCE: data is read from the pages. ITER_DEST: data is written to them. */
export type Direction = 'source' | 'dest';
