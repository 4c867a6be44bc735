import type { Era } from '../../server/src/semantics/eras.ts';
import type { Direction } from '../../server/src/semantics/holds.ts';
import { touch } from '../../server/src/semantics/machine/faults.ts';
import { getUserPagesFast, pinUserPagesFast } from '../../server/src/semantics/machine/gup.ts';
import { type Kernel, type KernelVersion, kernelOf } from '../../server/src/semantics/machine/kernels.ts';
import { AddressSpace, pageNumber } from '../../server/src/semantics/machine/memory.ts';
import {
  type Folio,
  Machine,
  PAGE_SIZE,
  type Page,
  PIN_BIAS,
} from '../../server/src/semantics/machine/pages.ts';
import { putPage, unpinUserPage } from '../../server/src/semantics/machine/releases.ts';
import type { Call, Statement } from './ast.ts';
import type { Choices } from './explore.ts';
import { type Answer, type Hold, type KernelObject, Meaningless, type Memory } from './values.ts';

/** What a run shows to be wrong. */
export type Wrong =
  | 'leak'
  /** Pages of an object or array of the caller that an error exit leaves there. */
  | 'abandoned'
  | 'array-leak'
  | 'wrong-free'
  | 'mismatch'
  | 'not-obtained'
  /** The same where the acquisition failed altogether. */
  | 'nothing-obtained'
  /** Released on a way that leads past every acquisition into the place. */
  | 'never-asked'
  | 'error-as-count'
  | 'double'
  /** The same of an array. */
  | 'double-free'
  | 'use-after-free'
  | 'use-after-release'
  /** A page that was pinned for writing is dropped clean. */
  | 'clean';

export interface Observation {
  readonly wrong: Wrong;
  /** The acquiring call, or the releasing one. */
  readonly call?: Call;
  /** The hold depends on an iterator that the function was given. */
  readonly isConditional?: boolean;
  /** Of a leak: other pages of the same call were released. */
  readonly isRest?: boolean;
  /** Of a leak: a call that was to take the pages over failed, and nobody asked. */
  readonly isUnasked?: boolean;
  /** Seen where counts were off already, or where no page was asked for: it may be said, and need not. */
  readonly isAftermath?: boolean;
  /** Of a lost array: it takes pages with it. */
  readonly withPages?: boolean;
}

/** What it is to release a slot without a page. */
const EMPTY_SLOT = { unasked: 'never-asked', asked: 'nothing-obtained', filled: 'not-obtained' } as const;

const AREA_BYTES = 0x1000000;
const FIRST_AREA = 0x200000000;

const VERSIONS: Readonly<Record<Era, KernelVersion>> = {
  'get-pages': '6.1',
  'will-pin': '6.12',
  'extract-mode': 'v7',
};

/** The kernel of an era; a call for no pages takes none. */
const kernelFor = (era: Era): Kernel => ({
  ...kernelOf(VERSIONS[era]),
  defects: new Set(['extract-keeps-array'] as const),
});

/** The machine with the user memory of one run, and the ledger of who holds what. */
export class World {
  readonly machine: Machine;
  readonly mm: AddressSpace;
  /** Of iterators that the caller gives. */
  readonly directions: readonly Direction[];
  readonly holds: Hold[] = [];
  readonly allocations: { readonly memory: Memory; readonly call: Call }[] = [];
  readonly observations: Observation[] = [];
  /** Releases that took the right hold, with acquisitions they released. */
  readonly right = new Set<Call>();
  readonly released = new Set<Call>();
  readonly reached = new Set<Statement>();
  /** What was started and calls back when it ends. */
  readonly started: { readonly callback: string; readonly object: KernelObject }[] = [];
  /** Acquisitions of which pages were marked dirty. */
  readonly dirtied = new Set<Call>();
  /** Acquisitions of which a writable page was dropped, and whether all of them by the right function. */
  readonly unpinned = new Map<Call, boolean>();
  /** Acquisitions of which pages were left to the caller. */
  readonly handedOn = new Set<Call>();
  /** The kernel would have crashed, or counts are off: what follows shows nothing of its own. */
  private isSpoilt = false;
  /** A call was to take no pages: nobody asks that, and what comes behind it is not looked for. */
  private hasAskedForNone = false;
  /** A callback runs. */
  isLater = false;
  private areas = 0;
  private readonly counts = new Map<Folio, number>();

  constructor(
    readonly choices: Choices,
    era: Era,
  ) {
    this.machine = new Machine(kernelFor(era));
    this.mm = new AddressSpace(this.machine);
    // Only in the v7 series does the hold depend on it.
    this.directions = era === 'extract-mode' ? ['dest', 'source'] : ['dest'];
  }

  reach(statement: Statement): void {
    if (!this.hasAskedForNone) this.reached.add(statement);
  }

  see(observation: Observation): void {
    // Of what a callback finds in its object only the kind is known.
    const isOfNumber = this.isLater && !/^(mismatch|clean|wrong-free)$/.test(observation.wrong);
    this.observations.push(this.isSpoilt || isOfNumber ? { ...observation, isAftermath: true } : observation);
  }

  /** What stops the kernel, or leaves its counts wrong. */
  spoil(observation: Observation): void {
    this.see(observation);
    this.isSpoilt = true;
  }

  /** A user address of which nothing is mapped yet. */
  newArea(offset = 0): number {
    return FIRST_AREA + this.areas++ * AREA_BYTES + offset;
  }

  /** Decides how many of the pages from an address on are there, and maps those. */
  private decideMapped(start: number, pages: number): void {
    for (let at = 0; at < pages; at++) {
      const page = (pageNumber(start) + at) * PAGE_SIZE;
      if (this.mm.find(page)) continue;
      const name = `page ${pageNumber(page) - pageNumber(FIRST_AREA)}`;
      // What is absent now may be there when the next call asks.
      if (this.choices.choose(name, ['mapped', 'absent']) === 'absent') return;
      this.map(page);
    }
  }

  private map(start: number): void {
    const end = start + PAGE_SIZE;
    this.mm.map({ start, end, read: true, write: true, shared: false, backing: 'anon' });
    this.watch(touch(this.mm, start, 'write')!);
  }

  /** Keeps in mind the references a page has before the code under test comes to it. */
  watch(page: Page): void {
    this.counts.set(page.folio, page.folio.refs);
  }

  /**
   * get_user_pages_fast() or pin_user_pages_fast() into an array.
   * @param count pages; @param at slot from which on the array is filled.
   * @returns pages held, or a negative error number.
   */
  takeUserPages(start: number, count: number, at: number, taken: Omit<Hold, 'page' | 'status'>): number {
    const { kind, memory } = taken;
    this.checkRoom(memory, at, count);
    if (count <= 0) {
      this.isSpoilt = true;
      this.hasAskedForNone = true;
    }
    this.decideMapped(start, count);
    const pages: (Page | undefined)[] = [];
    const got = (kind === 'pin' ? pinUserPagesFast : getUserPagesFast)(this.mm, start, count, 0, pages);
    this.enter(pages.slice(0, Math.max(0, got)), taken, at);
    return got;
  }

  prepare(start: number, pages: number): void {
    this.decideMapped(start, pages);
  }

  checkRoom(memory: Memory, at: number, count: number): void {
    if (memory.freed) this.spoil({ wrong: 'use-after-free' });
    if (memory.state === 'unasked') memory.state = 'asked';
    memory.askedUpTo = Math.max(memory.askedUpTo, at + count);
    if (at < 0 || at + count > memory.slots.length) throw new Meaningless('the array is too short');
  }

  /** Puts pages into an array, with the hold that they carry now. */
  enter(pages: readonly (Page | undefined)[], hold: Omit<Hold, 'page' | 'status'>, at: number): void {
    pages.forEach((page, index) => {
      if (!page) throw new Meaningless('no page in a slot that counts');
      hold.memory.slots[at + index] = page;
      hold.memory.state = 'filled';
      this.holds.push({ ...hold, page, status: 'held' });
    });
  }

  /** Pages in such a place are about to be released: whether they are still the function's own, somebody must have asked. */
  touch(memory: Memory): void {
    if (memory.answer && !memory.answer.wasLookedAt) this.isSpoilt = true;
  }

  /** The wrong function for these pages drops none of them: that it is the wrong one may be said. */
  noteIdle(memory: Memory, kind: Hold['kind'], call: Call): void {
    if (this.holds.some(hold => hold.memory === memory && hold.kind !== kind))
      this.see({ wrong: 'mismatch', call, isAftermath: true });
  }

  /** A slot without a page is released. */
  spoilEmpty(memory: Memory | undefined, at: number, call: Call): void {
    // What its caller keeps in other slots of its own array is not known.
    const isForeign = memory?.owner === 'caller' && (at < 0 || at >= memory.askedUpTo);
    this.spoil({ wrong: isForeign ? 'never-asked' : EMPTY_SLOT[memory?.state ?? 'unasked'], call });
  }

  /** One page is dropped as if it carried `kind`; `allocation` gives it back to the allocator. */
  release(
    page: Page | null | undefined,
    memory: Memory | undefined,
    at: number,
    kind: 'pin' | 'get' | 'allocation',
    call: Call,
  ): void {
    if (memory) this.touch(memory);
    if (!page) {
      this.spoilEmpty(memory, at, call);
      return;
    }
    const all = this.holds.filter(hold => hold.page === page);
    if (all.length === 0) throw new Meaningless('a page from nowhere');
    const held = all.filter(hold => hold.status === 'held');
    const hold = held.find(each => each.kind === kind) ?? held[0];
    if (!hold) {
      this.spoil({ wrong: 'double', call, isConditional: all.some(each => each.isConditional) });
      return;
    }
    if (kind === 'pin') unpinUserPage(this.machine, page);
    else putPage(this.machine, page);
    this.released.add(hold.acquisition);
    if (hold.kind !== kind) this.see({ wrong: 'mismatch', call, isConditional: hold.isConditional });
    else this.right.add(call);
    if (hold.kind === 'pin' && hold.isWritable)
      this.unpinned.set(hold.acquisition, (this.unpinned.get(hold.acquisition) ?? true) && kind === 'pin');
    if (hold.kind !== 'none') hold.status = 'dropped';
  }

  /** Pages are given to somebody who takes them over where it works. */
  give(memories: readonly Memory[], answer: Answer, works: boolean): void {
    for (const memory of memories) memory.answer = answer;
    for (const hold of this.holds) {
      if (hold.status !== 'held' || !memories.some(memory => memory.slots.includes(hold.page))) continue;
      hold.answer = answer;
      if (works) hold.status = 'consumed';
    }
  }

  /** A page is looked at, or written to. */
  use(page: Page, call: Call): void {
    const holds = this.holds.filter(hold => hold.page === page);
    if (holds.length > 0 && holds.every(hold => hold.status === 'dropped'))
      this.see({ wrong: 'use-after-release', call });
  }

  /** Who took pages over is done with them, and calls back. */
  giveBack(memories: readonly Memory[]): void {
    for (const memory of memories) {
      memory.answer = undefined;
      memory.isTaken = false;
      memory.isReturned = true;
    }
    for (const hold of this.holds)
      if (hold.status === 'consumed' && memories.some(memory => memory.slots.includes(hold.page)))
        Object.assign(hold, { status: 'held', isReturned: true });
  }

  markDirty(page: Page): void {
    for (const hold of this.holds) if (hold.page === page) this.dirtied.add(hold.acquisition);
  }

  /** Compares the ledger with the machine: the counts differ by the holds that are left, and by nothing else. */
  checkCounts(): void {
    for (const [folio, before] of this.counts) {
      const left = this.holds.filter(hold => hold.page.folio === folio && hold.status !== 'dropped');
      const expected = left.reduce((sum, { kind }) => sum + { pin: PIN_BIAS, get: 1, none: 0 }[kind], before);
      if (folio.refs !== expected)
        throw new Error(`the ledger is wrong: ${folio.refs} references, expected ${expected}`);
    }
  }
}
