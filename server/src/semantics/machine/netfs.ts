import { iovIterExtractPages, PagesPointer } from './extract.ts';
import { type BioVec, IovIter, pagesSpanned } from './iterators.ts';
import { EIO, ENOMEM } from './kernels.ts';
import type { AddressSpace } from './memory.ts';
import { PAGE_SIZE, type Page } from './pages.ts';
import { unpinUserPage } from './releases.ts';

/** What netfs_extract_user_iter() returns, and the iterator that it builds. */
export interface ExtractedIterator {
  /** A number of bvecs, or a negative error number. */
  readonly ret: number;
  /** ITER_BVEC over the pinned pages; absent where the call failed. */
  readonly iterator?: IovIter;
}

/**
 * netfs_extract_user_iter(); fs/netfs/iterator.c:36 (6.12.117): pins the pages of a user iterator. An error after the first
 * page is not told, except -ENOMEM, which drops all pins.
 */
export function netfsExtractUserIter(
  current: AddressSpace,
  orig: IovIter,
  origLength: number,
  extractionFlags: number,
): ExtractedIterator {
  const { machine } = current;
  if (!orig.userBacked) {
    machine.warn('notUserBacked');
    return { ret: EIO };
  }
  const maxPages = pagesSpanned(orig, 0x7fffffff);
  const vecs: BioVec[] = [];
  let left = origLength;
  let error = 0;
  while (left > 0 && vecs.length < maxPages) {
    const pages = new PagesPointer('given');
    const room = maxPages - vecs.length;
    const { ret, offset = 0 } = iovIterExtractPages(current, orig, pages, left, room, extractionFlags);
    if (ret <= 0) {
      error = ret || EIO;
      break;
    }
    left -= ret;
    vecs.push(...vecsOf(pages.entries, offset, ret));
  }
  if (error && (error === ENOMEM || vecs.length === 0)) {
    for (const vec of vecs) unpinUserPage(machine, vec.page);
    return { ret: error };
  }
  const iterator = new IovIter({ kind: 'bvec', segments: vecs }, orig.direction, origLength - left);
  return { ret: vecs.length, iterator };
}

function vecsOf(pages: readonly (Page | undefined)[], first: number, bytes: number): BioVec[] {
  const vecs: BioVec[] = [];
  let offset = first;
  let left = bytes;
  for (const page of pages) {
    if (!page || left === 0) break;
    const length = Math.min(PAGE_SIZE - offset, left);
    vecs.push({ page, offset, length });
    left -= length;
    offset = 0;
  }
  return vecs;
}
