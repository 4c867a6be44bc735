import { Bio, bioIovIterGetPages, bioReleasePages } from '../../server/src/semantics/machine/bios.ts';
import {
  iovIterExtractPages,
  iovIterGetPages2,
  iovIterGetPagesAlloc2,
  PagesPointer,
} from '../../server/src/semantics/machine/extract.ts';
import {
  FOLL,
  getUserPages,
  getUserPagesFast,
  getUserPagesUnlocked,
  pinUserPages,
  pinUserPagesFast,
  pinUserPagesRemote,
  pinUserPagesUnlocked,
  type UserPagesFunction,
} from '../../server/src/semantics/machine/gup.ts';
import type { IovIter } from '../../server/src/semantics/machine/iterators.ts';
import { extractionHold, type KernelVersion } from '../../server/src/semantics/machine/kernels.ts';
import {
  type Folio,
  maybeDmaPinned,
  PAGE_SIZE,
  type Page,
} from '../../server/src/semantics/machine/pages.ts';
import {
  putPage,
  unpinUserPage,
  unpinUserPagesDirtyLock,
} from '../../server/src/semantics/machine/releases.ts';
import { extractIterToSg, SgTable } from '../../server/src/semantics/machine/scatterlist.ts';
import type { CallOut, CallVector, Counts, Position, RecordedFolio, RecordedPage } from './vectors.ts';
import { peek, World } from './world.ts';

const GUARD = 2 ** 24;
const RECORDED_PAGES = 64;

const USER_PAGES: Readonly<Record<string, UserPagesFunction>> = {
  pin_user_pages_fast: pinUserPagesFast,
  get_user_pages_fast: getUserPagesFast,
  pin_user_pages: pinUserPages,
  get_user_pages: getUserPages,
  pin_user_pages_unlocked: pinUserPagesUnlocked,
  get_user_pages_unlocked: getUserPagesUnlocked,
  pin_user_pages_remote: pinUserPagesRemote,
};

/** The functions that a replay runs. */
export const REPLAYED: readonly string[] = [
  ...Object.keys(USER_PAGES),
  'iov_iter_extract_pages',
  'iov_iter_get_pages2',
  'iov_iter_get_pages_alloc2',
  'extract_iter_to_sg',
  'bio_iov_iter_get_pages',
];

/** FOLL_* from names as the vectors spell them. */
export function flagsOf(names: string): number {
  const known: Record<string, number> = { ...FOLL, P2PDMA: FOLL.PCI_P2PDMA };
  return names
    .split(' ')
    .filter(Boolean)
    .reduce((flags, name) => flags | (known[name] ?? 0), 0);
}

/** One page handed out, with what scatterlists and bios add to it. */
interface Taken {
  readonly page: Page;
  readonly entry?: number;
  readonly off?: number;
  readonly len?: number;
}

/** What the call handed out, and how it is given back. */
interface Outcome {
  readonly fields: Partial<CallOut>;
  readonly taken: readonly Taken[];
  readonly hold: 'pin' | 'get' | 'none';
  readonly bio?: Bio;
}

/** A user page of an area. */
interface UserPosition {
  readonly area: number;
  readonly idx: number;
  readonly address: number;
}

/** Runs a recorded call on the machine and reports what the recorder would have reported. */
export function replay(version: KernelVersion, vector: CallVector): CallOut {
  return new Replay(version, vector).run();
}

class Replay {
  private readonly world: World;
  private readonly positions: UserPosition[];
  private readonly isUserPages: boolean;

  constructor(
    private readonly version: KernelVersion,
    private readonly vector: CallVector,
  ) {
    this.world = new World(version, vector);
    this.isUserPages = vector.in.fn in USER_PAGES;
    this.positions = vector.in.areas.flatMap((area, index) =>
      area.mem === 'user'
        ? Array.from({ length: area.pages }, (_, idx) => ({
            area: index,
            idx,
            address: (this.world.starts[index] ?? 0) + idx * PAGE_SIZE,
          }))
        : [],
    );
  }

  run(): CallOut {
    const { world } = this;
    const { machine, mm } = world;
    machine.warnings.length = 0;
    const pre = this.scan();
    if (this.vector.in.clear_dirty)
      for (const page of pre) if (page && page.folio.kind !== 'zero') page.folio.dirty = false;
    const before = this.snapshotBefore(pre);
    const iter = this.isUserPages ? undefined : world.advanced();
    const expected = this.expectedPositions(iter);
    const pinnedBefore = Number(mm.hasPinned);
    const iterBefore = iter && positionOf(iter);

    const outcome = this.call(iter);
    const warn = [...machine.warnings];
    const pinnedAfter = Number(mm.hasPinned);
    const iterAfter = iter && positionOf(iter);
    const post = this.scan();
    const folios = [...new Set(outcome.taken.map(({ page }) => page.folio))];
    const phases = this.phases(folios, outcome);
    const leftOver = this.leftOver(before);
    const userChange = this.userChange(before, pre, post);

    return {
      ...outcome.fields,
      ret: outcome.fields.ret ?? 0,
      npages: outcome.taken.length,
      mm_has_pinned: [pinnedBefore, pinnedAfter],
      ...(iterBefore && iterAfter ? { iter_before: iterBefore, iter_after: iterAfter } : {}),
      pages: this.recordPages(outcome.taken.slice(0, RECORDED_PAGES), folios, pre, post, expected),
      ...(outcome.taken.length > RECORDED_PAGES ? { pages_cut: true } : {}),
      folios: folios.slice(0, RECORDED_PAGES).map(folio => {
        const entries = outcome.taken.filter(({ page }) => page.folio === folio).length;
        return recordFolio(folio, entries, before.get(folio)?.counts, phases(folio));
      }),
      ...(leftOver.length ? { left_over: leftOver } : {}),
      ...(userChange.length ? { user_ref_change: userChange } : {}),
      mapped: this.mapped(pre, post),
      warn,
    };
  }

  private scan(): (Page | undefined)[] {
    return this.positions.map(({ address }) => peek(this.world.mm, address));
  }

  /** Counts of all folios known before the call, and the kernel area that made them known. */
  private snapshotBefore(pre: readonly (Page | undefined)[]): Before {
    const before: Before = new Map();
    for (const page of pre)
      if (page && !before.has(page.folio)) before.set(page.folio, { counts: counts(page.folio) });
    this.world.kernelPages.forEach((pages, area) => {
      pages.forEach((page, idx) => {
        if (!before.has(page.folio)) before.set(page.folio, { counts: counts(page.folio), area, idx });
      });
    });
    return before;
  }

  /** The user positions a call reaches, in order; -1 where no area lies. */
  private expectedPositions(iter: IovIter | undefined): number[] {
    const { in: input } = this.vector;
    if (!iter) {
      const start = (this.world.starts[0] ?? 0) + input.addr_off;
      return this.positionsOf(start, input.nr_pages * PAGE_SIZE);
    }
    const { backing } = iter;
    if (backing.kind === 'ubuf') return this.positionsOf(backing.base + iter.iovOffset, iter.count);
    if (backing.kind !== 'iovec') return [];
    let { count: left, iovOffset: skip } = iter;
    return backing.segments.slice(iter.segment).flatMap(segment => {
      const length = Math.max(0, Math.min(segment.length - skip, left));
      const result = this.positionsOf(segment.base + skip, length);
      left -= length;
      skip = 0;
      return result;
    });
  }

  private positionsOf(address: number, length: number): number[] {
    const result: number[] = [];
    if (length === 0) return result;
    for (let at = address - (address % PAGE_SIZE); at < address + length; at += PAGE_SIZE)
      result.push(this.positions.findIndex(position => position.address === at));
    return result;
  }

  private call(iter: IovIter | undefined): Outcome {
    if (!REPLAYED.includes(this.vector.in.fn)) throw new Error(`unknown function ${this.vector.in.fn}`);
    if (!iter) return this.callUserPages();
    switch (this.vector.in.fn) {
      case 'extract_iter_to_sg':
        return this.callSg(iter);
      case 'bio_iov_iter_get_pages':
        return this.callBio(iter);
      default:
        return this.callPages(iter);
    }
  }

  private callUserPages(): Outcome {
    const { in: input } = this.vector;
    const take = USER_PAGES[input.fn];
    if (!take) throw new Error(`unknown function ${input.fn}`);
    const pages: (Page | undefined)[] = [];
    const flags = flagsOf(input.gup_flag_names);
    const start = (this.world.starts[0] ?? 0) + input.addr_off;
    const ret = take(this.world.mm, start, input.nr_pages, flags, input.pages_in === 'null' ? null : pages);
    const pins =
      input.fn.startsWith('pin') || (this.version === '6.1' && (flags & FOLL.PIN) !== 0 && ret > 0);
    return { fields: { ret }, taken: takenOf(pages), hold: pins ? 'pin' : 'get' };
  }

  private callPages(iter: IovIter): Outcome {
    const { in: input } = this.vector;
    const { mm, machine } = this.world;
    const pages = new PagesPointer(input.pages_in === 'null' ? 'null' : 'given');
    const count = iter.count;
    const extracts = input.fn === 'iov_iter_extract_pages';
    const hold = extracts ? extractionHold(machine.kernel, iter.kind, iter.direction) : 'get';
    const { ret, offset } = extracts
      ? iovIterExtractPages(mm, iter, pages, input.maxsize, input.maxpages, input.extraction_flags)
      : input.fn === 'iov_iter_get_pages2'
        ? iovIterGetPages2(mm, iter, pages, input.maxsize, input.maxpages)
        : iovIterGetPagesAlloc2(mm, iter, pages, input.maxsize);
    let taken = takenOf(pages.entries);
    if (pages.fate === 'allocated') {
      const span = Math.ceil((Math.min(input.maxsize, count) + (offset ?? 0)) / PAGE_SIZE);
      const limit = ret > 0 ? Math.min(span, extracts ? input.maxpages : span) : 0;
      taken = taken.slice(0, limit);
    }
    const fields: Partial<CallOut> = {
      ret,
      offset0: offset ?? null,
      pages_out: pages.fate === 'zero-size' ? 'zero_size_ptr' : pages.fate,
      ...(extracts ? { will_pin: iter.userBacked } : {}),
    };
    return { fields, taken, hold };
  }

  private callSg(iter: IovIter): Outcome {
    const { in: input } = this.vector;
    const table = new SgTable();
    const ret = extractIterToSg(
      this.world.mm,
      iter,
      input.maxsize,
      table,
      input.maxpages,
      input.extraction_flags,
    );
    const taken = table.entries.map(({ page, offset, length }, entry) => ({
      page,
      entry,
      off: offset,
      len: length,
    }));
    const fields = { ret, nents: taken.length, will_pin: iter.userBacked };
    return { fields, taken, hold: iter.userBacked ? 'pin' : 'none' };
  }

  private callBio(iter: IovIter): Outcome {
    const { in: input } = this.vector;
    const { machine, mm } = this.world;
    const bio = new Bio(machine, input.bio_max_vecs, input.bdev_block || undefined);
    const ret = bioIovIterGetPages(mm, bio, iter);
    const fields: Partial<CallOut> = {
      ret,
      bi_vcnt: bio.vecs.length,
      bi_size: bio.size,
      bio_cloned: Number(bio.cloned),
      ...(machine.kernel.extracts
        ? { bio_page_pinned: Number(bio.hold === 'pin') }
        : { bio_no_page_ref: Number(bio.hold === 'none') }),
    };
    return { fields, taken: this.pagesOfBio(bio), hold: bio.hold, bio };
  }

  private pagesOfBio(bio: Bio): Taken[] {
    return bio.vecs.flatMap((vec, entry) => {
      const taken: Taken[] = [];
      let left = vec.length;
      let off = vec.offset % PAGE_SIZE;
      for (let k = Math.floor(vec.offset / PAGE_SIZE); left > 0; k++) {
        const page = this.world.machine.pageAfter(vec.page, k);
        if (!page) throw new Error(`vector ${this.vector.id}: a bio runs past its pages`);
        const len = Math.min(left, PAGE_SIZE - off);
        taken.push({ page, entry, off, len });
        left -= len;
        off = 0;
      }
      return taken;
    });
  }

  /** Counts after the call, after either release done once per entry (undone again), and after the right one. */
  private phases(folios: readonly Folio[], outcome: Outcome): (folio: Folio) => Phases {
    const { machine } = this.world;
    const pages = outcome.taken.map(({ page }) => page);
    const snapshot = () => new Map(folios.map(folio => [folio, counts(folio)] as const));
    const tried = (release: (page: Page) => void) => {
      const saved = folios.map(folio => [folio, folio.refs, folio.pins] as const);
      for (const folio of folios) folio.refs += GUARD;
      for (const page of pages) release(page);
      for (const folio of folios) folio.refs -= GUARD;
      const result = snapshot();
      for (const [folio, refs, pins] of saved) Object.assign(folio, { refs, pins });
      return result;
    };
    const after = snapshot();
    const ifPut = tried(page => putPage(machine, page));
    const ifUnpin = tried(page => unpinUserPage(machine, page));
    for (const folio of folios) folio.refs++;
    this.release(pages, outcome);
    for (const folio of folios) folio.refs--;
    const released = snapshot();
    const of = (phase: Map<Folio, Counts>, folio: Folio) => phase.get(folio) as Counts;
    return folio => ({
      after: of(after, folio),
      if_put: of(ifPut, folio),
      if_unpin: of(ifUnpin, folio),
      released: of(released, folio),
    });
  }

  private release(pages: readonly Page[], { hold, bio }: Outcome): void {
    const { machine } = this.world;
    const how = this.vector.in.release;
    if (bio) bioReleasePages(machine, bio, how === 'dirty_lock');
    else if (hold === 'get') for (const page of pages) putPage(machine, page);
    else if (hold === 'pin' && how === 'each') for (const page of pages) unpinUserPage(machine, page);
    else if (hold === 'pin') unpinUserPagesDirtyLock(machine, pages, pages.length, how === 'dirty_lock');
  }

  private leftOver(before: Before) {
    const result: NonNullable<CallOut['left_over']> = [];
    for (const [folio, { counts: old, area, idx }] of before) {
      const dref = folio.refs - old.ref;
      const dpin = folio.pins - (old.pin ?? 0);
      if (area !== undefined && idx !== undefined && (dref || dpin)) result.push({ area, idx, dref, dpin });
    }
    return result.slice(0, 16);
  }

  private userChange(
    before: Before,
    pre: readonly (Page | undefined)[],
    post: readonly (Page | undefined)[],
  ) {
    const result: NonNullable<CallOut['user_ref_change']> = [];
    const seen = new Set<Folio>();
    this.positions.forEach(({ area, idx }, at) => {
      const page = pre[at];
      const old = page && before.get(page.folio)?.counts;
      if (!page || !old || page !== post[at] || seen.has(page.folio)) return;
      seen.add(page.folio);
      const dref = page.folio.refs - old.ref;
      const dpin = page.folio.pins - (old.pin ?? 0);
      if (dref || dpin) result.push({ area, idx, dref, dpin });
    });
    return result.slice(0, 16);
  }

  private recordPages(
    taken: readonly Taken[],
    folios: readonly Folio[],
    pre: readonly (Page | undefined)[],
    post: readonly (Page | undefined)[],
    expected: readonly number[],
  ): RecordedPage[] {
    return taken.map(({ page, entry, off, len }, order) => {
      const wanted = expected[order] ?? -1;
      const at = wanted >= 0 && post[wanted] === page ? wanted : post.indexOf(page);
      const user = this.positions[at];
      const kernel = this.kernelPosition(page);
      return {
        folio: folios.indexOf(page.folio),
        sub: page.index,
        area: user?.area ?? kernel.area,
        idx: user?.idx ?? kernel.idx,
        ...(user ? { same_as_before: pre[at] === page } : {}),
        ...(entry === undefined ? {} : { entry, off: off ?? 0, len: len ?? 0 }),
      };
    });
  }

  private kernelPosition(page: Page): { area: number; idx: number } {
    for (const [area, pages] of this.world.kernelPages.entries()) {
      const idx = pages.indexOf(page);
      if (idx >= 0) return { area, idx };
    }
    return { area: -1, idx: -1 };
  }

  private mapped(pre: readonly (Page | undefined)[], post: readonly (Page | undefined)[]): CallOut['mapped'] {
    return this.vector.in.areas.flatMap((area, index) => {
      if (area.mem !== 'user') return [];
      const letters = (pages: readonly (Page | undefined)[]) =>
        pages
          .filter((_, at) => this.positions[at]?.area === index && (this.positions[at]?.idx ?? 0) < 64)
          .map(letterOf)
          .join('');
      return [{ area: index, before: letters(pre), after: letters(post) }];
    });
  }
}

type Phases = Pick<RecordedFolio, 'after' | 'if_put' | 'if_unpin' | 'released'>;

type Before = Map<Folio, { counts: Counts; area?: number; idx?: number }>;

function takenOf(pages: readonly (Page | undefined)[]): Taken[] {
  const end = pages.indexOf(undefined);
  return (end < 0 ? pages : pages.slice(0, end)).flatMap(page => (page ? [{ page }] : []));
}

function recordFolio(
  folio: Folio,
  entries: number,
  before: Counts | undefined,
  phases: Phases,
): RecordedFolio {
  const minus = (a: Counts, b: Counts): [number, number] => [a.ref - b.ref, (a.pin ?? 0) - (b.pin ?? 0)];
  return {
    order: folio.order,
    kind: folio.kind,
    entries,
    before: before ?? null,
    ...phases,
    ...(before ? { d_after: minus(phases.after, before), d_released: minus(phases.released, before) } : {}),
    held: minus(phases.after, phases.released),
  };
}

function counts(folio: Folio): Counts {
  return {
    ref: folio.refs,
    ...(folio.large ? { pin: folio.pins } : {}),
    dma: Number(maybeDmaPinned(folio)),
    dirty: Number(folio.dirty),
  };
}

function positionOf(iter: IovIter): Position {
  const { count, iovOffset, kind } = iter;
  const segments = kind === 'iovec' || kind === 'kvec' || kind === 'bvec';
  return {
    count,
    iov_offset: iovOffset,
    ...(segments ? { nr_segs: iter.nrSegs, seg: iter.segment } : {}),
    ...(kind === 'folioq' ? { slot: iter.slot, fq: iter.queue } : {}),
  };
}

/** The letter of a mapped page; see vectors/README.md. */
function letterOf(page: Page | undefined): string {
  if (!page) return '.';
  const { folio, index } = page;
  const fixed: Partial<Record<Folio['kind'], string>> = {
    zero: 'z',
    hugetlb: 'h',
    hugezero: 'Z',
    kernel: 'k',
  };
  const letter = fixed[folio.kind];
  if (letter) return letter;
  if (folio.kind === 'file') return folio.large ? 'F' : 'f';
  const exclusive = folio.exclusive.has(index) || (folio.large && folio.exclusive.has(0));
  if (folio.large) return exclusive ? 'E' : 'A';
  return exclusive ? 'e' : 'a';
}
