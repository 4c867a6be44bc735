import type { Era } from './eras.ts';
import type { Direction, Hold, IteratorKind } from './holds.ts';

/**
 * Arguments are named by position from 1, as kernel reviewers count them ("arg2 pages"). RESULT is the returned value.
 */
export type Argument = number;
export const RESULT: Argument = 0;

/** How many pages: an argument, a constant, or all that the set holds. */
export type PageCount = { readonly argument: Argument } | { readonly constant: number } | 'all';

/** The hold an acquirer leaves; the last two ask the iterator. */
export type HoldRule = Hold | 'pin-if-user-backed' | 'get-if-user-backed' | 'by-direction';

/** Where an acquirer leaves the pages. */
export type PagesAt =
  /** Argument is an array of page (or folio) pointers owned by the caller; filled from slot 0. */
  | { readonly form: 'array'; readonly argument: Argument }
  /** Argument is the address of an array pointer: NULL there makes the callee allocate (kvmalloc); else it is filled. */
  | { readonly form: 'array-pointer'; readonly argument: Argument; readonly allocates: 'always' | 'if-null' }
  /** Argument is the address of one page pointer. */
  | { readonly form: 'slot'; readonly argument: Argument }
  /** The returned value is the page or folio, or a page-like value (pfn, address). */
  | { readonly form: 'result' }
  /** The argument itself is the page or folio: get_page(page). */
  | { readonly form: 'argument'; readonly argument: Argument }
  /** The returned value is an array of pages allocated by the callee. */
  | { readonly form: 'result-array' }
  /** An object (returned, RESULT, or passed) that owns the pages and is released by a row of its own. */
  | {
      readonly form: 'object';
      readonly argument: Argument;
      /** The argument is the address where the callee stores the pointer to the object. */
      readonly indirect?: boolean;
    };

/** What the returned value says about how much was acquired. */
export type Returns =
  /** > 0: so many pages, at most `asked`; <= 0: none. */
  | 'page-count'
  /** > 0: so many bytes, starting `offset` bytes into the first page; <= 0: none. */
  | 'byte-count'
  /** 0: everything asked for; < 0: nothing. */
  | 'zero-or-error'
  /** > 0 or 0 as a count of something else than pages; < 0: nothing. */
  | 'other-count'
  | 'pointer-or-null'
  | 'pointer-or-error'
  | 'pointer-or-null-or-error'
  /** true: acquired. */
  | 'bool'
  /** Always acquires, or returns nothing of interest. */
  | 'always';

export interface Acquire {
  readonly kind: 'acquire';
  readonly hold: HoldRule;
  readonly pages: PagesAt;
  readonly returns: Returns;
  /** Pages asked for: an argument or a constant; absent where bytes are asked for. */
  readonly asked?: PageCount;
  /** Bytes asked for. */
  readonly maxBytes?: Argument;
  /** size_t *: receives the offset of the first byte in the first page, in bytes. */
  readonly offset?: Argument;
  /** int *, unsigned long *: receives the number of pages. */
  readonly countOut?: Argument;
  readonly iterator?: Argument;
  /** Iterator kinds on which the call works; absent: all. */
  readonly iteratorKinds?: readonly IteratorKind[];
  /** Iterator kinds of which the pages are listed without a hold whatever `hold` says. */
  readonly noHoldOn?: readonly IteratorKind[];
  /** gup_flags or extraction flags. */
  readonly flags?: Argument;
  /** Flags with which the call fails: those that only mm/ may set, and those that the call does not know. */
  readonly refusedFlags?: readonly string[];
  /** False where a short count is impossible (the call is all or nothing). Default true for counts. */
  readonly partial?: boolean;
  /** Where `array-pointer` or `result-array` allocates: on failure the array stays allocated (iov_iter_extract_pages). */
  readonly arrayOnError?: 'freed' | 'kept';
  /** True for the acquirers of section 1 that `audit` lists as extractions. */
  readonly extraction?: boolean;
  /** True where the iterator moves on by what was acquired; false where the caller has to advance it. */
  readonly advances?: boolean;
  /** The argument that becomes an ITER_BVEC iterator over the acquired pages, in the direction of `iterator`. */
  readonly intoIterator?: Argument;
}

/** What a release undoes. `allocation` drops the allocator's reference (__free_page), never a user page's hold. */
export type Released = Hold | 'allocation' | 'by-flag' | 'by-mode-argument';

export interface Release {
  readonly kind: 'release';
  readonly hold: Released;
  /** `page`: one page, folio or page-like value; `array`: slots 0..count-1; `object`: all pages the object owns. */
  readonly pages: {
    readonly form: 'page' | 'array' | 'object';
    readonly argument: Argument;
    /** The argument is the address of the array pointer; the callee sets it to NULL (io_pages_free). */
    readonly indirect?: boolean;
  };
  readonly count?: PageCount;
  /** Argument that says whether the pages are marked dirty first, or true. */
  readonly dirties?: Argument | true;
  /** Also frees the page array itself. */
  readonly freesArray?: boolean;
  /** For `by-mode-argument` (page_put_unpin): the argument that holds the mode. */
  readonly mode?: Argument;
  /** Drops without asking the flags of the object, which a caller must have done. */
  readonly ignoresFlags?: boolean;
  /** The container whose flags say how a single page is dropped that was taken for it. */
  readonly container?: Argument;
  /** A NULL argument is allowed and means nothing. */
  readonly nullAllowed?: boolean;
}

/** Memory allocators whose results may be page arrays. `kvmalloc` memory must be freed by kvfree. */
export type Allocator = 'kmalloc' | 'kvmalloc' | 'vmalloc' | 'pages' | 'devm' | 'kmem_cache';

export interface Allocate {
  readonly kind: 'allocate';
  readonly allocator: Allocator;
  readonly zeroed: boolean;
  readonly returns: 'pointer-or-null' | 'pointer-or-error' | 'always';
}

export interface Free {
  readonly kind: 'free';
  readonly argument: Argument;
  /** Memory of these allocators may be given. */
  readonly accepts: readonly Allocator[];
  /** `result-nonzero`: freed only where the call returns something (krealloc). Absent: always. */
  readonly when?: 'always' | 'result-nonzero';
}

/** The function uses what it is given during the call and keeps nothing of it (vmap, dma_map_sg, copy, printing). */
export interface Borrow {
  readonly kind: 'borrow';
  /** Absent: all arguments. */
  readonly arguments?: readonly Argument[];
  /** It reads or writes the memory that its arguments lead to. */
  readonly contents?: true;
  /** It lets time pass, perhaps until some I/O is done. */
  readonly waits?: true;
  /** It puts pages of the allocator into the slots of this array. */
  readonly fills?: Argument;
  /** A wait that may be broken off (by a signal, after a time): it came to its end only where the result is this. */
  readonly until?: 'zero' | 'nonzero' | 'positive';
}

/** The result (or `into`) is another view of the same page: page_folio, page_to_pfn, page_address, kmap. */
export interface View {
  readonly kind: 'view';
  readonly of: Argument;
  /** `page`: still a page or folio pointer. `address`: pfn, physical, bus or mapped address: a weak owner.
   * `named`: the page that the container at this address (an sg entry, a fragment) names. */
  readonly as: 'page' | 'address' | 'named';
  /** The address is made to reach the content of the page (kmap, dma_map_page), not only to name it (a pfn). */
  readonly contents?: true;
}

/** The pages end in a container. `keeps`: alias only (the caller's hold stays the caller's). `consumes`: the hold moves. */
export interface Store {
  readonly kind: 'store';
  readonly page: Argument;
  readonly form: 'page' | 'array';
  /** The container (bio, sg, skb, bvec, pipe). */
  readonly into: Argument;
  readonly takes: 'keeps' | 'consumes' | 'own-hold';
  /** The container is plain memory that names the page: nothing drops the page when the container ends. */
  readonly isPlain?: true;
  /** `consumes` and `own-hold`: when. */
  readonly when?: 'always' | 'success' | 'result-zero' | 'result-nonzero';
  /** What the container drops its pages as, whatever they carry: it has no place to say. */
  readonly drops?: 'get';
  /** bool *: set where the page was merged into the entry before it, which has a hold on the page already. */
  readonly merged?: Argument;
}

/** The flags of a container that say how its pages are dropped. */
export interface Flag {
  readonly kind: 'flag';
  /** The container; RESULT for one that is made. */
  readonly container: Argument;
  /** `new`: the container is made, with no flag set. */
  readonly act: 'new' | 'set' | 'clear' | 'ask';
  /** The argument that is the flag. */
  readonly flag?: Argument;
}

export interface Construct {
  readonly kind: 'construct';
  readonly iterator: Argument;
  readonly iteratorKinds: readonly IteratorKind[];
  /** Argument that holds the direction, or a fixed one. */
  readonly direction: Argument | 'source' | 'dest';
  /** The vector or buffer the iterator runs over. */
  readonly over?: Argument;
  readonly count?: Argument;
}

/** The result tells something about the iterator. */
export interface Query {
  readonly kind: 'query';
  readonly iterator: Argument;
  /**
   * `kinds`: non-zero exactly for these kinds. `mode`: FOLL_PIN, FOLL_GET or 0. `direction`: iov_iter_rw. `type`: ITER_*.
   * `peer-to-peer`: asks a queue or device, not an iterator, whether it may reach the memory of other PCI devices.
   */
  readonly question: 'kinds' | 'mode' | 'direction' | 'count' | 'type' | 'peer-to-peer';
  readonly iteratorKinds?: readonly IteratorKind[];
}

/** Moves an iterator without changing what it runs over. */
export interface Position {
  readonly kind: 'position';
  readonly iterator: Argument;
  readonly by: 'advance' | 'revert' | 'truncate' | 'reexpand';
}

/** Data is moved through an iterator, which must have been built in this direction. */
export interface Transfer {
  readonly kind: 'transfer';
  /** The iterator, or the object whose `member` it is. */
  readonly iterator: Argument;
  /** `msg_iter`: the argument is a struct msghdr. */
  readonly member?: 'msg_iter';
  readonly direction: Direction;
  /** May return before the data is moved (a struct kiocb with a completion), and then still has its arguments. */
  readonly asynchronous?: boolean;
}

export interface Dirty {
  readonly kind: 'dirty';
  readonly argument: Argument;
}

/** Starts I/O on what the argument holds; the pages are needed until its completion. */
export interface Submit {
  readonly kind: 'submit';
  readonly argument: Argument;
  readonly synchronous?: boolean;
  /** What starts is a function of the kernel that runs later, not I/O: whether it needs the pages is not known. */
  readonly work?: true;
  /** Only -EIOCBQUEUED says that it goes on. */
  readonly onlyQueued?: true;
  /** Only -EINPROGRESS says that it goes on; 0 says that it is done already. */
  readonly doneOnZero?: true;
}

/** An iterator becomes a copy of another, with a vector of its own; the memory it runs over stays the other's. */
export interface Duplicate {
  readonly kind: 'duplicate';
  readonly iterator: Argument;
  readonly of: Argument;
}

export type Effect =
  | Acquire
  | Release
  | Allocate
  | Free
  | Borrow
  | View
  | Store
  | Flag
  | Construct
  | Query
  | Position
  | Transfer
  | Dirty
  | Submit
  | Duplicate;

/** A feature of a tree's headers on which rows depend; a vendor's backport may have it without the version. */
export type Feature =
  | 'ubuf'
  | 'folioq'
  | 'iter-pipe'
  | 'get_pages2'
  | 'get_pages'
  | 'extract_pages'
  | 'will_pin'
  | 'extract_mode'
  | 'gup-vmas'
  | 'bio-page-pinned'
  | 'bio-page-reffed'
  | 'bio-no-page-ref'
  | 'memfd_pin_folios'
  | 'get_pages-flags'
  | 'folio-err-ptr';

/** The trees that a fact is about. */
export interface Applicability {
  /** First and last kernel version, e.g. '6.3', '6.4'; inclusive. */
  readonly since?: string;
  readonly until?: string;
  readonly eras?: readonly Era[];
  readonly needs?: readonly Feature[];
  readonly lacks?: readonly Feature[];
}

/** Everything the engine knows about one kernel function in one range of trees. */
export interface FunctionRow extends Applicability {
  readonly name: string;
  readonly effects: readonly Effect[];
  /** Where the fact was read, e.g. 'lib/iov_iter.c:1872 (6.12.117)'. */
  readonly source: string;
  /** The call is a test of argument 1, a result of an acquirer: true exactly where nothing was acquired. */
  readonly failureTest?: 'error' | 'null-or-error';
  /** The prototype's parameter names, in order: hovers and checks of the call's shape use them. */
  readonly parameters?: readonly string[];
  /** One sentence for the hover. */
  readonly summary?: string;
  /** What to remember that the effects cannot say. */
  readonly note?: string;
}

/** True where the row acquires pages that the analysis follows. */
export function isFollowed(effect: Effect): boolean {
  if (effect.kind !== 'acquire') return false;
  if (effect.extraction && effect.pages.form !== 'object') return true;
  return effect.hold === 'pin' && /^(array|array-pointer|result-array)$/.test(effect.pages.form);
}
