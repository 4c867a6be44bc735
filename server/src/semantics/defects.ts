import type { Applicability } from './effects.ts';
import type { Tree } from './eras.ts';
import { appliesTo } from './trees.ts';

export type DefectId =
  | 'xarray-hole-claims-bytes'
  | 'xarray-to-sg-start-stuck'
  | 'xarray-to-sg-skips-holes'
  | 'sg-ignores-the-count'
  | 'sg-dry-iterator-fails'
  | 'sg-failure-keeps-position'
  | 'empty-bvec-takes-a-page'
  | 'extract-keeps-array'
  | 'fast-walk-of-no-pages'
  | 'pin-refusal-is-zero'
  | 'foll-pin-accepted'
  | 'null-pages-get-leaks'
  | 'hugetlb-ignores-nofault'
  | 'longterm-read-goes-stale'
  | 'longterm-refused-with-lock'
  | 'dirty-lock-dirties-zero-page'
  | 'batch-skips-huge-zero'
  | 'bio-flag-set-on-failure';

/** What a released kernel does that its own documentation, or a later kernel, says it should not. */
export interface Defect extends Applicability {
  readonly id: DefectId;
  readonly functions: readonly string[];
  /** One sentence. */
  readonly happens: string;
  /** How the caller is hit, and what to do about it. */
  readonly caller: string;
  readonly source: string;
}

const PIN_FUNCTIONS = [
  'pin_user_pages',
  'pin_user_pages_fast',
  'pin_user_pages_remote',
  'pin_user_pages_unlocked',
] as const;

/**
 * Read in the sources of 6.1.192 and 6.12.117, and all but batch-skips-huge-zero seen in runs of them
 * (test/machine/vectors). The machine has each of them in the trees to which it applies.
 */
export const DEFECTS: readonly Defect[] = [
  {
    id: 'xarray-hole-claims-bytes',
    functions: ['iov_iter_extract_pages', 'bio_iov_iter_get_pages'],
    needs: ['extract_pages'],
    happens:
      'ITER_XARRAY: where no page lies at an unaligned position, the length wraps around: all of maxsize is returned and advanced over, with no page stored.',
    caller:
      'DIV_ROUND_UP(*offset0 + ret, PAGE_SIZE) array slots are read that were never written; a bio follows them. Fill the array with NULL first, or do not extract over holes.',
    source: 'lib/iov_iter.c:1680 (6.12.117)',
  },
  {
    id: 'xarray-to-sg-start-stuck',
    functions: ['extract_iter_to_sg'],
    needs: ['will_pin'],
    happens:
      'ITER_XARRAY: each further folio is entered at the offset of the first one, because the start is never moved on.',
    caller:
      'From the second folio on, the entries name the wrong bytes, unless the iterator starts at a folio boundary.',
    source: 'lib/scatterlist.c:1355 (6.12.117)',
  },
  {
    id: 'xarray-to-sg-skips-holes',
    functions: ['extract_iter_to_sg'],
    needs: ['will_pin'],
    happens: 'ITER_XARRAY: a hole is skipped without a word, and the folio behind it takes its place.',
    caller: 'Data lands at the wrong place of the file. Make sure that every index of the range has a folio.',
    source: 'lib/scatterlist.c:1347 (6.12.117)',
  },
  {
    id: 'sg-ignores-the-count',
    functions: ['extract_iter_to_sg'],
    needs: ['will_pin'],
    happens:
      'ITER_KVEC, ITER_BVEC, ITER_XARRAY: the count of the iterator is ignored; a longer maxsize goes on to the end of the memory.',
    caller: 'More bytes than the iterator had are returned. Pass no more than iov_iter_count().',
    source: 'lib/scatterlist.c:1163 (6.12.117)',
  },
  {
    id: 'sg-dry-iterator-fails',
    functions: ['extract_iter_to_sg'],
    needs: ['will_pin'],
    happens:
      'A user iterator that runs dry before maxsize, while entries are left, is taken for a failure: every pin from orig_nents on is dropped and 0 returned.',
    caller:
      'The whole transfer is lost, also the entries of earlier calls if orig_nents was not moved on. Pass no more than iov_iter_count() as maxsize.',
    source: 'lib/scatterlist.c:1127 (6.12.117)',
  },
  {
    id: 'sg-failure-keeps-position',
    functions: ['extract_iter_to_sg'],
    needs: ['will_pin'],
    happens:
      'A user iterator whose later segment fails is unpinned whole, but stays advanced over the earlier ones.',
    caller:
      'A retry goes on behind the bytes that were lost. Save the state of the iterator before the call and restore it.',
    source: 'lib/scatterlist.c:1151 (6.12.117)',
  },
  {
    id: 'empty-bvec-takes-a-page',
    functions: [
      'iov_iter_get_pages',
      'iov_iter_get_pages2',
      'iov_iter_get_pages_alloc',
      'iov_iter_get_pages_alloc2',
    ],
    needs: ['get_pages2'],
    happens:
      'ITER_BVEC: a leading empty segment is not skipped: with bv_offset 0 a WARN and -ENOMEM, otherwise 0 with one reference taken.',
    caller:
      'The reference is leaked: get_pages2 leaves the page in the array behind a return of 0, alloc2 frees the array. Skip empty segments yourself.',
    source: 'lib/iov_iter.c:1184 (6.12.117), lib/iov_iter.c:1467 (6.1.192)',
  },
  {
    id: 'extract-keeps-array',
    functions: ['iov_iter_extract_pages'],
    needs: ['extract_pages'],
    happens:
      'The array that the callee allocated stays behind *pages where nothing could be extracted; with maxpages 0 that is ZERO_SIZE_PTR.',
    caller: 'The array is leaked where only success is followed by kvfree(): free it on the error path too.',
    source: 'lib/iov_iter.c:1818 (6.12.117)',
  },
  {
    id: 'fast-walk-of-no-pages',
    functions: [
      'get_user_pages_fast',
      'get_user_pages_fast_only',
      'pin_user_pages_fast',
      'pin_user_pages_fast_only',
    ],
    happens:
      'nr_pages == 0 is an overrun, not a no-op: the walk begins with start == end and takes every further page that is present; unless that is none, the slow path then faults in the rest of the mapping (_fast_only stops at the first page that is missing).',
    caller:
      'More entries than the array has are written, and that many pages are held. Return early where there is nothing to take.',
    source: 'mm/gup.c:3460 (6.12.117), mm/gup.c:3062 (6.1.192)',
  },
  {
    id: 'pin-refusal-is-zero',
    functions: ['pin_user_pages', 'pin_user_pages_remote', 'pin_user_pages_unlocked'],
    since: '6.3',
    happens: 'Illegal flags (FOLL_GET, FOLL_PIN, no page array) give a warning and 0, not -EINVAL.',
    caller: 'A loop until all pages are pinned never ends. Treat 0 as an error.',
    source: 'mm/gup.c:3646 (6.12.117)',
  },
  {
    id: 'foll-pin-accepted',
    functions: [
      ...PIN_FUNCTIONS,
      'pin_user_pages_fast_only',
      'get_user_pages_unlocked',
      'get_user_pages_fast_only',
      'get_user_page_fast_only',
    ],
    until: '6.2',
    happens:
      'FOLL_PIN from a caller is not refused: get_user_pages_unlocked(FOLL_PIN) pins instead of taking references, and get_user_pages_fast_only(FOLL_PIN) takes a reference but drops a pin where it changes its mind.',
    caller:
      'Dropped by put_page(), such pages stay pinned for good, and the zero page loses a reference that nobody took. Never pass FOLL_PIN.',
    source: 'mm/gup.c:2354 (6.1.192)',
  },
  {
    id: 'null-pages-get-leaks',
    functions: ['get_user_pages', 'get_user_pages_remote', 'get_user_pages_unlocked'],
    until: '6.2',
    happens: 'FOLL_GET without a page array takes a reference on each page and tells nobody which.',
    caller: 'The references can never be dropped. Leave FOLL_GET out where pages is NULL.',
    source: 'mm/gup.c:1448 (6.1.192)',
  },
  {
    id: 'hugetlb-ignores-nofault',
    functions: ['get_user_pages', 'get_user_pages_fast', ...PIN_FUNCTIONS],
    until: '6.5',
    happens: 'hugetlb mappings are faulted in despite FOLL_NOFAULT.',
    caller:
      'The call may sleep and allocate where the caller believed it could not: page faults may be disabled, or locks held.',
    source: 'mm/hugetlb.c:6474 (6.1.192)',
  },
  {
    id: 'longterm-read-goes-stale',
    functions: [...PIN_FUNCTIONS],
    until: '6.1',
    happens:
      'FOLL_LONGTERM without FOLL_WRITE leaves the zero page and pages of a private file mapping where they are, instead of breaking COW first.',
    caller:
      'After the next write of the process the device goes on reading the old page. Pass FOLL_WRITE (or FOLL_FORCE | FOLL_WRITE) for a long-term pin, also where the device only reads.',
    source: 'include/linux/mm.h:3189 (6.1.192)',
  },
  {
    id: 'longterm-refused-with-lock',
    functions: ['pin_user_pages_remote', 'pin_user_pages_unlocked'],
    until: '6.2',
    happens:
      'FOLL_LONGTERM gives a warning and -EINVAL: always with pin_user_pages_unlocked(), with pin_user_pages_remote() where `locked` is not NULL.',
    caller: 'Nothing is pinned. Use pin_user_pages(), or pass NULL for `locked`.',
    source: 'mm/gup.c:2204, mm/gup.c:2367 (6.1.192)',
  },
  {
    id: 'dirty-lock-dirties-zero-page',
    functions: ['unpin_user_pages_dirty_lock', 'unpin_user_page_range_dirty_lock'],
    happens:
      'The mapping is never looked at: the zero page, the huge zero page and page cache that was only read are marked dirty alike.',
    caller:
      'Pages are written back for nothing. Ask for dirtying only where data was really written to the pages.',
    source: 'mm/gup.c:326 (6.12.117)',
  },
  {
    id: 'batch-skips-huge-zero',
    functions: ['release_pages', 'folios_put', 'folios_put_refs', 'folio_batch_release', 'pagevec_release'],
    happens:
      'The huge zero page is skipped, although get_user_pages*() takes a reference on it as on any page.',
    caller:
      'Its references are leaked, and it can never be freed again. Use put_page() or unpin_user_page() where user memory may be huge and was only read.',
    source: 'mm/swap.c:953 (6.12.117), mm/swap.c:991 (6.1.192)',
  },
  {
    id: 'bio-flag-set-on-failure',
    functions: ['bio_iov_iter_get_pages'],
    needs: ['bio-page-pinned'],
    lacks: ['extract_mode'],
    happens: 'BIO_PAGE_PINNED is set before anything is extracted, and stays set where nothing could be.',
    caller:
      'Pages that the owner then puts into the same bio are unpinned at completion, though nobody pinned them. Use a fresh bio after a failure.',
    source: 'block/bio.c:1444 (6.12.117)',
  },
];

/** The defects of a tree, as far as its version and features tell. */
export function defectsIn(tree: Tree): readonly Defect[] {
  return DEFECTS.filter(defect => appliesTo(defect, tree));
}

/** Those of one function. */
export function defectsOf(name: string, tree: Tree): readonly Defect[] {
  return defectsIn(tree).filter(defect => defect.functions.includes(name));
}
