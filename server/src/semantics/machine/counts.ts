import type { Hold } from '../holds.ts';
import { touch } from './faults.ts';
import { fork } from './fork.ts';
import { FOLL, getUserPagesFast, pinUserPagesFast } from './gup.ts';
import { type KernelVersion, kernelOf } from './kernels.ts';
import { AddressSpace } from './memory.ts';
import {
  type Folio,
  HUGE_ORDER,
  HUGE_PAGES,
  Machine,
  maybeDmaPinned,
  PAGE_SIZE,
  type Page,
} from './pages.ts';
import { pagePutUnpin, putPage, unpinUserPage } from './releases.ts';

/** `small`: one page. `large`: a huge page. `zero`: the zero page, whose counts are given relative to 1. */
export type FolioSize = 'small' | 'large' | 'zero';

export interface FolioCounts {
  /** folio_ref_count(). */
  readonly refs: number;
  /** _pincount of a large folio; undefined for others. */
  readonly pins?: number;
  readonly maybeDmaPinned: boolean;
}

export interface WrongRelease {
  readonly released: 'put_page' | 'unpin_user_page';
  /** The counts while the page is still mapped. */
  readonly left: FolioCounts;
  /** One sentence on what that does. */
  readonly consequence: string;
}

/** What a hold does to the counts of one page that is mapped once, and what its releases do. */
export interface HoldCounts {
  readonly before: FolioCounts;
  readonly after: FolioCounts;
  /** fork() gives the child a copy at once, so that I/O to the page stays the parent's. */
  readonly forkCopies: boolean;
  readonly release: 'put_page' | 'unpin_user_page' | 'none';
  readonly wrongReleases: readonly WrongRelease[];
}

const RELEASES = [
  { released: 'put_page', undo: putPage, fits: 'get' },
  { released: 'unpin_user_page', undo: unpinUserPage, fits: 'pin' },
] as const;

/**
 * Refcount and pincount before and after one hold on one page, from a run of the machine.
 * @param hold `none` looks at kernel memory that an extraction merely listed.
 */
export function countsAfter(hold: Hold, size: FolioSize, version: KernelVersion = '6.12'): HoldCounts {
  const { folio, before } = held(hold, size, version);
  const right = RELEASES.find(({ fits }) => fits === hold);
  return {
    before,
    after: countsOf(folio),
    forkCopies: copiedByFork(hold, size, version),
    release: right?.released ?? 'none',
    wrongReleases: RELEASES.filter(({ fits }) => fits !== hold).map(({ released, undo }) => {
      const wrong = held(hold, size, version);
      undo(wrong.mm.machine, wrong.page);
      const left = countsOf(wrong.folio);
      return { released, left, consequence: consequence(size, before, left) };
    }),
  };
}

/** A page with a hold, in a process of its own. */
interface Held {
  readonly mm: AddressSpace;
  readonly page: Page;
  readonly folio: Folio;
  readonly before: FolioCounts;
}

const ADDRESS = HUGE_PAGES * PAGE_SIZE;

function held(hold: Hold, size: FolioSize, version: KernelVersion): Held {
  const mm = new AddressSpace(new Machine(kernelOf(version)));
  if (hold === 'none') {
    const page = kernelPage(mm.machine, size);
    return { mm, page, folio: page.folio, before: countsOf(page.folio) };
  }
  mm.map({
    start: ADDRESS,
    end: 2 * ADDRESS,
    read: true,
    write: true,
    shared: false,
    backing: 'anon',
    ...(size === 'large' ? { hugeOrders: [HUGE_ORDER] } : {}),
  });
  const mapped = touch(mm, ADDRESS, size === 'zero' ? 'read' : 'write')!;
  const before = countsOf(mapped.folio);
  const pages: (Page | undefined)[] = [];
  const take = hold === 'pin' ? pinUserPagesFast : getUserPagesFast;
  take(mm, ADDRESS, 1, size === 'zero' ? 0 : FOLL.WRITE, pages);
  return { mm, page: mapped, folio: mapped.folio, before };
}

function kernelPage(machine: Machine, size: FolioSize): Page {
  if (size === 'zero') return machine.zero.page(0);
  return machine.allocate({ kind: 'kernel', order: size === 'large' ? HUGE_ORDER : 0 }).page(0);
}

function countsOf(folio: Folio): FolioCounts {
  const pinned = maybeDmaPinned(folio);
  return { refs: folio.refs, ...(folio.large ? { pins: folio.pins } : {}), maybeDmaPinned: pinned };
}

function copiedByFork(hold: Hold, size: FolioSize, version: KernelVersion): boolean {
  if (hold === 'none' || size === 'zero') return false;
  const { mm, folio } = held(hold, size, version);
  return touch(fork(mm), ADDRESS, 'read')?.folio !== folio;
}

/** What is wrong with counts that should be as before the hold. */
function consequence(size: FolioSize, before: FolioCounts, left: FolioCounts): string {
  const refs = left.refs - before.refs;
  const pins = (left.pins ?? 0) - (before.pins ?? 0);
  if (size === 'zero') {
    if (refs === 0) return 'Nothing: the zero page is never pinned.';
    return refs > 0
      ? 'A reference of the zero page is leaked.'
      : 'Takes away a reference of the zero page that nobody took; repeated, it frees the page.';
  }
  if (pins > 0) return 'The folio stays marked as pinned, and freeing it reports a bad page state.';
  if (pins < 0 && refs === 0)
    return 'The pin count goes below zero; the folio looks unpinned to others, and freeing it reports a bad page state.';
  if (pins < 0)
    return 'Drops a reference and a pin that somebody else holds, or nobody: the folio is freed while in use.';
  if (refs > 0)
    return `${refs} references stay behind: the page looks pinned while mapped and is never freed.`;
  if (left.refs < 0)
    return 'The reference count goes below zero: the page looks pinned, is never freed, and the next get or pin is refused with a WARN.';
  return 'Drops a reference that somebody else holds: the page is freed while in use.';
}

/** What page_put_unpin(page, mode) of the v7 series leaves; a mode of another iterator is a wrong release too. */
export function countsAfterPutUnpin(hold: Hold, mode: Hold, size: FolioSize): FolioCounts {
  const { mm, page, folio } = held(hold, size, 'v7');
  pagePutUnpin(mm.machine, page, mode);
  return countsOf(folio);
}
