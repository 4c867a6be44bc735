import type { Span } from '../base/text.ts';
import type { Acquire, Allocator, FunctionRow } from '../semantics/effects.ts';
import type { IteratorKind, Mode } from '../semantics/holds.ts';
import type { Facts } from './facts.ts';
import { Flight } from './flight.ts';
import { ForkMap } from './forkMap.ts';
import type { Frame } from './frames.ts';
import { LIMITS } from './limits.ts';
import { rootKey } from './places.ts';
import { isKept } from './reach.ts';
import type { Atom, Term } from './terms.ts';

/** A call that acquires pages, in one calling context. */
export interface Acquisition {
  readonly key: string;
  readonly callee: string;
  readonly row: FunctionRow;
  readonly effect: Acquire;
  readonly span: Span;
  readonly calleeSpan: Span;
  readonly frame: Frame;
  /** How the source writes the place the pages went to: `pages`, `obj->pages`. */
  readonly placeText: string;
}

/** Where an unknown callee may have kept something: it did unless it reported failure. */
export interface Keeper {
  readonly callee: string;
  /** The call's result; undefined where it returns nothing. */
  readonly result: Term | undefined;
  /** A failed call returned: a negative or non-zero number, or a NULL or error pointer. */
  readonly failure: 'number' | 'pointer' | 'bool';
  /** It went into memory that only names it: whoever fails releases what is named there. */
  readonly isPlain?: true;
  /** Memory that the function made, into which it went: who frees that lets go of it. */
  readonly container?: Term;
}

/** The list with one more keeper; a long list says no more than that somebody has kept it. */
export function addKeeper(keepers: readonly Keeper[], added: Keeper): readonly Keeper[] {
  // Who certainly kept it says all that there is to say: a list only grows towards that.
  if (keepers.some(isCertain)) return keepers;
  if (isCertain(added)) return [added];
  const isSame = ({ callee, result, container }: Keeper): boolean =>
    callee === added.callee && result === added.result && container === added.container;
  if (keepers.some(isSame)) return keepers;
  const isFull = keepers.length >= LIMITS.keepers;
  return isFull
    ? [{ ...added, callee: keepers[0]!.callee, result: undefined, isPlain: undefined, container: undefined }]
    : [...keepers, added];
}

const isCertain = ({ result, isPlain, container }: Keeper): boolean => !result && !isPlain && !container;

/** The pages one acquiring call took: those of the latest turn of a loop, or of all turns before. */
export interface PageSet {
  readonly id: string;
  readonly acquisition: Acquisition;
  readonly age: 'latest' | 'older';
  readonly mode: Mode;
  /** The iterator the pages came from, for conditional modes. */
  readonly iterator: Term | undefined;
  /** The address of slot 0 of this set; undefined where the pages lie in no array. */
  readonly base: Term | undefined;
  /** The atom of `base` that is the pointer; the rest is an offset. */
  readonly pointer: Atom | undefined;
  /** The value that is the page itself, where a call returned it. */
  readonly page: Term | undefined;
  /** The pages exist iff this lies between `low` and `high`. */
  readonly exists: { readonly term: Term; readonly low: number; readonly high: number };
  /** Pages obtained and asked for. */
  readonly obtained: Term;
  readonly asked: Term | undefined;
  /** The places that held the number asked for at the call: whether they still do is part of the property. */
  readonly askedPlaces: readonly string[];
  /** Bytes obtained, where the call counts bytes. */
  readonly bytes: Term | undefined;
  /** Slots [from, to) are still the analysed code's to release. */
  readonly from: Term;
  readonly to: Term;
  /** False: some unknown part of the slots remains. */
  readonly isExact: boolean;
  readonly status: 'held' | 'dropped' | 'consumed' | 'unknown';
  readonly keepers: readonly Keeper[];
  /** An own reference was taken on top (get_page): put_page is then right too. */
  readonly hasOwnReference: boolean;
  /** Its pfn or bus address was stored: whoever finds it there may be the owner, after success. */
  readonly isViewed: boolean;
  /** The pfn or the address of one of its pages was asked for. */
  readonly isNumbered: boolean;
  /** Callees that were given its pfn or bus address. */
  readonly viewers: readonly Keeper[];
  /** Where it was dropped, for double-release and audit. */
  readonly dropped: readonly Release[];
}

/** Whether a value is one of the pages of a set. */
export function isPageOf(set: PageSet, value: Term | undefined): boolean {
  if (value === undefined) return false;
  return value === set.page || (value.kind === 'page' && value.set === set.id);
}

/** A call that dropped pages of a set. */
export interface Release {
  readonly callee: string;
  readonly span: Span;
  readonly frame: Frame;
}

/** Memory the function itself allocated. */
export interface Allocation {
  readonly id: string;
  readonly atom: Term;
  readonly callee: string;
  readonly allocator: Allocator;
  readonly zeroed: boolean;
  readonly span: Span;
  readonly frame: Frame;
  readonly status: 'live' | 'freed';
  /** Holds page pointers, bio_vecs or sg entries. */
  readonly isPageArray: boolean;
  readonly placeText: string;
}

export interface IteratorFacts {
  readonly kinds: ReadonlySet<IteratorKind>;
  /** ITER_SOURCE (1) or ITER_DEST (0), or a value that facts tell more about. */
  readonly direction: Term | undefined;
  /** The call that built it, as long as nobody can have built it anew. */
  readonly builtBy?: Builder;
}

/** A call that builds an iterator. */
export interface Builder {
  readonly callee: string;
  readonly span: Span;
  readonly calleeSpan: Span;
  /** The argument that says the direction. */
  readonly directionSpan: Span;
  readonly iteratorText: string;
  readonly frame: Frame;
}

/** A step of the path, newest first. */
export interface Trace {
  readonly previous: Trace | undefined;
  readonly length: number;
  readonly kind: 'acquire' | 'allocate' | 'branch' | 'goto' | 'return' | 'release' | 'call';
  readonly span: Span;
  readonly frame: Frame;
  readonly message: string;
  /** For branch, goto and return: the block that control enters, -1 for leaving the function. */
  readonly target?: number;
  readonly subject?: string;
  /** For return: the acquisitions and allocations, by their keys, that a callee gives to its caller as its result. */
  readonly handedOut?: readonly string[];
  /** For acquire: nothing was obtained. */
  readonly isFailure?: true;
  /** For branch: only what memory held before the function decides, of which nothing is known. */
  readonly isUndecided?: boolean;
}

/** Ends the key of the cell beside a bio's members that holds what the call returned which filled it. */
export const FILLED = '.__filled';

const NO_DOUBTS: ReadonlySet<string> = new Set();

/** One abstract state. Mutable while it runs through a block; cloned at branches. */
export class State {
  memory: ForkMap<string, Term>;
  sets: ForkMap<string, PageSet>;
  allocations: ForkMap<string, Allocation>;
  /** Facts about iterators by the identity of the iov_iter. */
  iterators: ForkMap<Term, IteratorFacts>;
  /** Which iterator a copied iov_iter came from. */
  iteratorIdentity: ForkMap<Term, Term>;
  /** Arrays into which pages of a set were copied: by the array's pointer atom. */
  aliases: ForkMap<Term, string>;
  /** Pointers an unknown callee may have kept. */
  keepers: ForkMap<Term, readonly Keeper[]>;
  freed: Set<Term>;
  /** Arrays and pages of unknown origin that were released, with the number of pages; any call of unknown effect ends it. */
  released: ForkMap<Term, { readonly count: Term | undefined; readonly release: Release }>;
  /** What is under way on this path. */
  flight: Flight;
  trace: Trace | undefined;
  /** A WARN* fired on the way. */
  warned: boolean;
  /** Arms of branches that were taken though the other one was open; noted only where somebody asks, see doubts.ts. */
  doubts: ReadonlySet<string>;

  /** @param from what the state begins as; absent: nothing is known but the facts. */
  constructor(
    public facts: Facts,
    from?: State,
  ) {
    this.memory = from?.memory.fork() ?? new ForkMap();
    this.sets = from?.sets.fork() ?? new ForkMap();
    this.allocations = from?.allocations.fork() ?? new ForkMap();
    this.iterators = from?.iterators.fork() ?? new ForkMap();
    this.iteratorIdentity = from?.iteratorIdentity.fork() ?? new ForkMap();
    this.aliases = from?.aliases.fork() ?? new ForkMap();
    this.keepers = from?.keepers.fork() ?? new ForkMap();
    this.released = from?.released.fork() ?? new ForkMap();
    this.flight = from?.flight.clone() ?? new Flight();
    this.freed = new Set(from?.freed);
    this.trace = from?.trace;
    this.warned = from?.warned ?? false;
    this.doubts = from?.doubts ?? NO_DOUBTS;
  }

  clone(): State {
    return new State(this.facts.clone(), this);
  }

  step(step: Omit<Trace, 'previous' | 'length'>): void {
    this.trace = { ...step, previous: this.trace, length: (this.trace?.length ?? 0) + 1 };
  }

  updateSet(id: string, change: Partial<PageSet>): void {
    const set = this.sets.get(id);
    if (set) this.sets.set(id, { ...set, ...change });
  }

  updateAllocation(id: string, change: Partial<Allocation>): void {
    const allocation = this.allocations.get(id);
    if (allocation) this.allocations.set(id, { ...allocation, ...change });
  }

  /** The iterator an iov_iter's address stands for, through copies. */
  iteratorOf(address: Term): Term {
    return this.iteratorIdentity.get(address) ?? address;
  }

  /** Whether the pages of a set may exist on this path. */
  mayExist(set: PageSet): boolean {
    const { low, high } = this.facts.bounds(set.exists.term);
    return low <= set.exists.high && high >= set.exists.low;
  }

  /** Whether slots remain to be released. */
  mayRemain(set: PageSet): boolean {
    if (set.status !== 'held' || !this.mayExist(set)) return false;
    return !this.facts.isAtMost(set.to, set.from);
  }

  /** Whether what a pointer leads to was zero before the analysed code wrote to it. */
  isZeroed(pointer: Atom): boolean {
    if (pointer.kind === 'address') return this.memory.has(`${rootKey(pointer.place)}?zero`);
    for (const allocation of this.allocations.values())
      if (allocation.zeroed && allocation.atom === pointer) return true;
    return false;
  }

  /** States that differ in this are kept apart: what remains of each set, and what became of each allocation. */
  property(): string {
    const parts: string[] = [];
    const stored = this.storedPointers();
    for (const set of this.sets.values())
      parts.push(
        `${set.id}=${this.mayExist(set) ? set.status : 'empty'}${set.isExact ? '' : '~'}${this.remainder(set)}${this.isStored(set, stored) ? 's' : ''}${set.hasOwnReference ? '+' : ''}`,
      );
    for (const allocation of this.allocations.values()) {
      if (!allocation.isPageArray) continue;
      const { low, high } = this.facts.bounds(allocation.atom);
      const isGone = high <= 0 || allocation.status === 'freed';
      parts.push(
        `${allocation.id}=${isGone ? 'gone' : low > 0 ? 'live' : 'live?'}${!isGone && stored.has(allocation.atom) ? 's' : ''}`,
      );
    }
    // An iterator that only some paths built, or built the other way, is used the way that fits its path.
    for (const [iterator, { builtBy, direction }] of this.iterators)
      if (builtBy) parts.push(`i${iterator.id}=${direction?.id}`);
    for (const [key, result] of this.memory)
      if (key.endsWith(FILLED) && this.facts.isZero(result)) parts.push(`filled ${key}`);
    for (const term of this.released.keys()) parts.push(`released ${term.id}`);
    if (this.warned) parts.push('warned');
    for (const doubt of this.doubts) parts.push(`doubt ${doubt}`);
    return parts.sort().join(';');
  }

  /** The pointers that lie in memory other than locals: a page array handed to an object is told from one that is not. */
  private storedPointers(): ReadonlySet<Term> {
    const stored = new Set<Term>();
    for (const [key, value] of this.memory)
      if (!key.startsWith('v')) for (const atom of value.parts.keys()) stored.add(atom);
    return stored;
  }

  private isStored(set: PageSet, stored: ReadonlySet<Term>): boolean {
    return set.status === 'held' && set.pointer !== undefined && stored.has(set.pointer);
  }

  private remainder(set: PageSet): string {
    return this.extent(set) + this.stillAsked(set);
  }

  /** Whether a variable still counts the pages asked for where fewer, or none, were obtained. */
  private stillAsked(set: PageSet): string {
    const { asked } = set;
    if (!asked || set.status !== 'held' || this.facts.isAtMost(asked, set.obtained)) return '';
    return set.askedPlaces.map(key => (this.memory.get(key) === asked ? 'a' : '-')).join('');
  }

  private extent(set: PageSet): string {
    if (set.status !== 'held') return '';
    // Where the iterator decides on the hold, a callee that failed may as well have had nothing to keep.
    const isDefinite = set.mode === 'pin' || set.mode === 'get';
    const isGiven = isDefinite ? isKept(this, set.keepers) : set.keepers.length > 0;
    // Who finds the pages by a number is an owner as well, after success.
    const isKnown = set.isViewed || isKept(this, set.viewers);
    return (isGiven ? 'k' : '') + (isKnown ? 'n' : '') + (!set.isExact || this.mayRemain(set) ? '' : '0');
  }
}
