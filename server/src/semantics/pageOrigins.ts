import { type Argument, RESULT } from './effects.ts';

/** Why pages are safe from others while data is transferred into them. */
export type Origin = 'locked' | 'private' | 'pinned';

/** A kernel function whose call says how its pages are kept safe, besides the rows that allocate or pin. */
export interface OriginFact {
  readonly name: string;
  readonly origin: 'locked' | 'private';
  readonly pages: Argument;
  /** Where the fact was read (6.12.117). */
  readonly source: string;
}

const locked = (name: string, source: string, pages: Argument = 1): OriginFact => ({
  name,
  origin: 'locked',
  pages,
  source,
});
const fresh = (name: string, source: string, pages: Argument = RESULT): OriginFact => ({
  name,
  origin: 'private',
  pages,
  source,
});

/** What locks a page, what unlocks it (so that it was locked), and what allocates pages in bulk. */
export const ORIGINS: ReadonlyMap<string, OriginFact> = new Map(
  [
    locked('folio_lock', 'include/linux/pagemap.h:1154'),
    locked('folio_trylock', 'include/linux/pagemap.h:1119'),
    locked('lock_page', 'include/linux/pagemap.h:1172'),
    locked('trylock_page', 'include/linux/pagemap.h:1127'),
    locked('folio_unlock', 'mm/filemap.c:1495'),
    locked('unlock_page', 'mm/folio-compat.c:13'),
    locked('folio_end_read', 'mm/filemap.c:1520'),
    locked('readahead_folio', 'include/linux/pagemap.h:1473', RESULT),
    locked('readahead_page', 'include/linux/pagemap.h:1458', RESULT),
    locked('__readahead_batch', 'include/linux/pagemap.h:1482', 2),
    fresh('alloc_pages_bulk_array', 'include/linux/gfp.h:233', 3),
    fresh('alloc_pages_bulk_array_node', 'include/linux/gfp.h:246', 4),
    fresh('__alloc_pages_bulk', 'include/linux/gfp.h:221', 6),
    fresh('sgl_alloc', 'lib/scatterlist.c:666'),
    fresh('sgl_alloc_order', 'lib/scatterlist.c:612'),
    fresh('ceph_alloc_page_vector', 'net/ceph/pagevec.c:39'),
  ].map(fact => [fact.name, fact]),
);

/** Methods that are called with the folio, or all folios of the window, locked (Documentation/filesystems/locking.rst). */
export const LOCKED_METHODS: ReadonlySet<string> = new Set(['read_folio', 'readahead', 'readpage']);
