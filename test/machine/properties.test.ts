import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hold } from '../../server/src/semantics/holds.ts';
import { Bio, bioIovIterGetPages, bioReleasePages } from '../../server/src/semantics/machine/bios.ts';
import {
  iovIterExtractPages,
  iovIterGetPages2,
  iovIterGetPagesAlloc2,
  PagesPointer,
} from '../../server/src/semantics/machine/extract.ts';
import { fork } from '../../server/src/semantics/machine/fork.ts';
import {
  FOLL,
  getUserPages,
  getUserPagesFast,
  getUserPagesRemote,
  getUserPagesUnlocked,
  pinUserPages,
  pinUserPagesFast,
  pinUserPagesRemote,
  type UserPagesFunction,
} from '../../server/src/semantics/machine/gup.ts';
import {
  advance,
  FOLIOQ_SLOTS,
  FolioXArray,
  folioQueueIter,
  IovIter,
  revert,
} from '../../server/src/semantics/machine/iterators.ts';
import {
  extractionHold,
  type Kernel,
  type KernelVersion,
  kernelOf,
  repaired,
} from '../../server/src/semantics/machine/kernels.ts';
import { AddressSpace } from '../../server/src/semantics/machine/memory.ts';
import {
  type Folio,
  Machine,
  PAGE_SIZE,
  type Page,
  PIN_BIAS,
} from '../../server/src/semantics/machine/pages.ts';
import { pagePutUnpin } from '../../server/src/semantics/machine/releases.ts';
import { extractIterToSg, SgTable } from '../../server/src/semantics/machine/scatterlist.ts';
import { UserMemory } from './userMemory.ts';

const RUNS = { numRuns: 400 };
const AREA_PAGES = 6;

const kernels = fc
  .tuple(fc.constantFrom<KernelVersion>('6.1', '6.12', 'v7'), fc.boolean())
  .map(([version, mended]) => (mended ? repaired(kernelOf(version)) : kernelOf(version)));

/** A machine that remembers every folio it gave out, and a process on it. */
class Scene {
  readonly machine: Machine;
  readonly mm: AddressSpace;
  private readonly folios: Folio[] = [];

  constructor(kernel: Kernel) {
    this.machine = new Machine(kernel);
    this.folios.push(this.machine.zero, this.machine.hugeZero);
    const allocate = this.machine.allocate.bind(this.machine);
    this.machine.allocate = wanted => {
      const folio = allocate(wanted);
      this.folios.push(folio);
      return folio;
    };
    this.machine.zero.refs = 1000;
    this.mm = new AddressSpace(this.machine);
  }

  counts(): string {
    return this.folios.map(({ refs, pins }) => `${refs}/${pins}`).join(' ');
  }
}

interface UserArea {
  readonly kind: string;
  readonly state: string;
  readonly forked: boolean;
}

const userAreas: fc.Arbitrary<UserArea> = fc.record({
  kind: fc.constantFrom(
    'anon',
    'anon',
    'anon_shared',
    'shmem_shared',
    'shmem_private',
    'thp',
    'thp_pte',
    'thp_zero',
    'hugetlb',
    'mthp16k',
    'mixedmap',
    'pfnmap',
  ),
  state: fc.string({
    unit: fc.constantFrom('T', 'T', 'T', 'U', 'Z', 'R', 'N', 'H'),
    minLength: AREA_PAGES,
    maxLength: AREA_PAGES,
  }),
  forked: fc.boolean(),
});

/** @returns the area's first address. */
function placeUser(scene: Scene, area: UserArea): number {
  const memory = new UserMemory(scene.machine, scene.mm);
  const start = memory.reserve(area.kind, AREA_PAGES);
  memory.place(area.kind, start, AREA_PAGES, area.state);
  if (area.forked) fork(scene.mm);
  return start;
}

interface Segment {
  readonly from: number;
  readonly length: number;
}

const segments = fc.array(
  fc
    .tuple(fc.nat(AREA_PAGES * PAGE_SIZE - 1), fc.oneof(fc.constant(0), fc.nat(AREA_PAGES * PAGE_SIZE)))
    .map(([from, length]): Segment => ({ from, length: Math.min(length, AREA_PAGES * PAGE_SIZE - from) })),
  { minLength: 1, maxLength: 4 },
);

interface IteratorPlan {
  readonly kind: 'ubuf' | 'iovec' | 'kvec' | 'bvec' | 'xarray' | 'folioq';
  readonly direction: 'source' | 'dest';
  readonly area: UserArea;
  readonly segments: readonly Segment[];
  readonly orders: readonly number[];
  readonly start: number;
  readonly share: number;
}

const plans: fc.Arbitrary<IteratorPlan> = fc.record({
  kind: fc.constantFrom('ubuf', 'iovec', 'kvec', 'bvec', 'xarray', 'folioq'),
  direction: fc.constantFrom('source', 'dest'),
  area: userAreas,
  segments,
  orders: fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }),
  start: fc.nat(3 * PAGE_SIZE),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});

/** Makes equal iterators over one piece of memory; undefined where the plan has no bytes. */
function maker(scene: Scene, plan: IteratorPlan): (() => IovIter) | undefined {
  const total = plan.segments.reduce((sum, { length }) => sum + length, 0);
  const count = Math.ceil(total * plan.share);
  if (plan.kind === 'xarray' || plan.kind === 'folioq') return folioMaker(scene, plan);
  if (plan.kind === 'ubuf' || plan.kind === 'iovec') {
    const base = placeUser(scene, plan.area);
    const user = plan.segments.map(({ from, length }) => ({ base: base + from, length }));
    if (plan.kind === 'iovec' && count > 0)
      return () => new IovIter({ kind: 'iovec', segments: user }, plan.direction, count);
    const [first] = user;
    return first && (() => new IovIter({ kind: 'ubuf', base: first.base }, plan.direction, first.length));
  }
  if (count === 0) return undefined;
  const folio = scene.machine.allocate({ kind: 'kernel', order: 3 });
  const pages = Array.from({ length: folio.length }, (_, k) => folio.page(k));
  if (plan.kind === 'kvec') {
    const kernel = plan.segments.map(({ from, length }) => ({ buffer: { pages }, offset: from, length }));
    return () => new IovIter({ kind: 'kvec', segments: kernel }, plan.direction, count);
  }
  const vecs = plan.segments.map(({ from, length }) => ({
    page: folio.page(Math.floor(from / PAGE_SIZE)),
    offset: from % PAGE_SIZE,
    length,
  }));
  return () => new IovIter({ kind: 'bvec', segments: vecs }, plan.direction, count);
}

function folioMaker(scene: Scene, plan: IteratorPlan): (() => IovIter) | undefined {
  const folios = plan.orders.map(order => scene.machine.allocate({ kind: 'kernel', order }));
  const total = folios.reduce((sum, folio) => sum + folio.size, 0);
  if (plan.kind === 'xarray') {
    const xarray = new FolioXArray();
    let index = 0;
    for (const folio of folios) {
      index = Math.ceil(index / folio.length) * folio.length;
      xarray.store(index, folio);
      index += folio.length;
    }
    const start = Math.min(plan.start, total - 1);
    const count = Math.ceil((total - start) * plan.share);
    return () => new IovIter({ kind: 'xarray', xarray, start }, plan.direction, count);
  }
  if (!scene.machine.kernel.iteratorKinds.includes('folioq')) return undefined;
  const filler = scene.machine.allocate({ kind: 'kernel', order: 0 });
  const first = FOLIOQ_SLOTS - 2;
  const all = [...Array.from({ length: first }, () => filler), ...folios];
  const queue = [all.slice(0, FOLIOQ_SLOTS), all.slice(FOLIOQ_SLOTS)].filter(part => part.length > 0);
  const offset = Math.min(plan.start, (folios[0]?.size ?? 1) - 1);
  const count = Math.ceil((total - offset) * plan.share);
  return () => folioQueueIter(queue, plan.direction, first, offset, count);
}

/** A call that hands pages out, and its right release. */
interface Acquired {
  readonly ret: number;
  readonly hold: Hold;
  readonly pages: readonly Page[];
  release(): void;
}

interface Call {
  readonly name: 'extract' | 'get2' | 'alloc2' | 'sg' | 'bio';
  readonly maxSize: number;
  readonly maxPages: number;
}

const calls: fc.Arbitrary<Call> = fc.record({
  name: fc.constantFrom('extract', 'get2', 'alloc2', 'sg', 'bio'),
  maxSize: fc.oneof(fc.nat(3 * PAGE_SIZE), fc.constant(1 << 20)),
  maxPages: fc.oneof(fc.nat(4), fc.constant(16)),
});

/** undefined where the kernel has no such function, or the call would run off its memory. */
function acquire(scene: Scene, iter: IovIter, call: Call): Acquired | undefined {
  const { machine, mm } = scene;
  const extraction = extractionHold(machine.kernel, iter.kind, iter.direction);
  const each = (pages: readonly Page[], hold: Hold) => () => {
    for (const page of pages) pagePutUnpin(machine, page, hold);
  };
  if (call.name === 'bio') {
    const bio = new Bio(machine, iter.kind === 'bvec' ? 0 : call.maxPages + 1, 512);
    const ret = bioIovIterGetPages(mm, bio, iter);
    return {
      ret: ret < 0 ? ret : bio.size,
      hold: bio.hold,
      pages: [],
      release: () => bioReleasePages(machine, bio, false),
    };
  }
  if (call.name === 'sg') {
    if (!machine.kernel.extracts) return undefined;
    const table = new SgTable();
    const maxSize = iter.userBacked ? call.maxSize : Math.min(call.maxSize, iter.count);
    const ret = extractIterToSg(mm, iter, maxSize, table, call.maxPages, 0);
    const pages = table.entries.map(({ page }) => page);
    return { ret, hold: extraction, pages, release: each(pages, extraction) };
  }
  if (call.name === 'extract' && !machine.kernel.extracts) return undefined;
  const pointer = new PagesPointer(call.name === 'alloc2' ? 'null' : 'given');
  const { ret } =
    call.name === 'extract'
      ? iovIterExtractPages(mm, iter, pointer, call.maxSize, call.maxPages, 0)
      : call.name === 'get2'
        ? iovIterGetPages2(mm, iter, pointer, call.maxSize, call.maxPages)
        : iovIterGetPagesAlloc2(mm, iter, pointer, call.maxSize);
  const hold = call.name === 'extract' ? extraction : 'get';
  const pages = ret > 0 ? pointer.entries.filter(page => page !== undefined) : [];
  return { ret, hold, pages, release: each(pages, hold) };
}

/** Where the kernels are known to take a reference and say nothing. */
function leaks(scene: Scene, iter: IovIter, call: Call): boolean {
  const empty = iter.backing.kind === 'bvec' && iter.backing.segments[0]?.length === 0;
  const takes = call.name === 'get2' || call.name === 'alloc2';
  return empty && takes && scene.machine.kernel.defects.has('empty-bvec-takes-a-page');
}

/** What the holds of a call add to a folio's counts, by the rules and not by the machine. */
function expectedHold(pages: readonly Page[], hold: Hold): Map<Folio, [number, number]> {
  const added = new Map<Folio, [number, number]>();
  for (const { folio } of pages) {
    const [refs, pins] = added.get(folio) ?? [0, 0];
    if (hold === 'get') added.set(folio, [refs + 1, pins]);
    else if (hold === 'pin' && folio.kind === 'zero') added.set(folio, [refs, pins]);
    else if (hold === 'pin' && folio.large) added.set(folio, [refs + 1, pins + 1]);
    else if (hold === 'pin') added.set(folio, [refs + PIN_BIAS, pins]);
  }
  return added;
}

describe('extraction', () => {
  it('and the right release leave all counts as they were, once everything is faulted in', () => {
    fc.assert(
      fc.property(kernels, plans, calls, (kernel, plan, call) => {
        const scene = new Scene(kernel);
        const make = maker(scene, plan);
        if (!make || leaks(scene, make(), call)) return;
        acquire(scene, make(), call)?.release();
        const before = scene.counts();
        acquire(scene, make(), call)?.release();
        expect(scene.counts()).toBe(before);
      }),
      RUNS,
    );
  });

  it('that fails changes no count, but for the listed defects', () => {
    fc.assert(
      fc.property(kernels, plans, calls, (kernel, plan, call) => {
        const scene = new Scene(kernel);
        const make = maker(scene, plan);
        if (!make || leaks(scene, make(), call)) return;
        const first = acquire(scene, make(), call);
        if (!first || first.ret > 0) return;
        const before = scene.counts();
        expect(acquire(scene, make(), call)?.ret).toBe(first.ret);
        expect(scene.counts()).toBe(before);
      }),
      RUNS,
    );
  });

  it('takes exactly one hold an entry', () => {
    fc.assert(
      fc.property(kernels, plans, calls, (kernel, plan, call) => {
        const scene = new Scene(kernel);
        const make = maker(scene, plan);
        const acquired = make && acquire(scene, make(), call);
        if (!acquired || call.name === 'bio') return;
        const expected = expectedHold(acquired.pages, acquired.hold);
        const folios = [...new Set(acquired.pages.map(({ folio }) => folio))];
        const held = folios.map(({ refs, pins }) => [refs, pins] as const);
        acquired.release();
        folios.forEach((folio, k) => {
          const [refs, pins] = held[k] as readonly [number, number];
          expect([refs - folio.refs, pins - folio.pins]).toEqual(expected.get(folio) ?? [0, 0]);
        });
      }),
      RUNS,
    );
  });

  it('advances by what it returns, and lists as many pages as that spans', () => {
    fc.assert(
      fc.property(kernels, plans, calls, (kernel, plan, call) => {
        const scene = new Scene(kernel);
        const make = maker(scene, plan);
        if (!make || call.name === 'sg' || call.name === 'bio') return;
        const iter = make();
        const { count } = iter;
        const acquired = acquire(scene, iter, call);
        if (!acquired || acquired.ret <= 0) return;
        expect(acquired.ret).toBeLessThanOrEqual(Math.min(count, call.maxSize));
        expect(count - iter.count).toBe(acquired.ret);
        if (call.name !== 'alloc2') expect(acquired.pages.length).toBeLessThanOrEqual(call.maxPages);
        const spare = acquired.pages.length * PAGE_SIZE - acquired.ret;
        expect(spare).toBeGreaterThanOrEqual(0);
        expect(spare).toBeLessThan(2 * PAGE_SIZE);
      }),
      RUNS,
    );
  });
});

describe('advance and revert', () => {
  it('are inverse from a place inside a segment', () => {
    fc.assert(
      fc.property(kernels, plans, fc.nat(), fc.nat(), (kernel, plan, first, second) => {
        const scene = new Scene(kernel);
        const iter = maker(scene, plan)?.();
        if (!iter || iter.count < 2) return;
        // One byte forward leaves empty segments behind.
        advance(scene.machine, iter, 1 + (first % (iter.count - 1)));
        const before = iter.position();
        if (iter.count === 0) return;
        const bytes = 1 + (second % iter.count);
        advance(scene.machine, iter, bytes);
        expect(iter.position()).not.toEqual(before);
        revert(scene.machine, iter, bytes);
        expect(iter.position()).toEqual(before);
      }),
      RUNS,
    );
  });
});

describe('the user pages family', () => {
  const functions: readonly [UserPagesFunction, Hold][] = [
    [getUserPages, 'get'],
    [getUserPagesRemote, 'get'],
    [getUserPagesFast, 'get'],
    [getUserPagesUnlocked, 'get'],
    [pinUserPages, 'pin'],
    [pinUserPagesFast, 'pin'],
    [pinUserPagesRemote, 'pin'],
  ];
  const flags = fc
    .subarray([FOLL.WRITE, FOLL.FORCE, FOLL.NOFAULT, FOLL.DUMP])
    .map(chosen => chosen.reduce((all, flag) => all | flag, 0));

  it('gives back what it took, and on failure has taken nothing', () => {
    fc.assert(
      fc.property(
        kernels,
        userAreas,
        fc.constantFrom(...functions),
        flags,
        fc.nat(AREA_PAGES - 1),
        fc.integer({ min: 1, max: AREA_PAGES + 2 }),
        (kernel, area, [take, hold], chosen, first, nrPages) => {
          const scene = new Scene(kernel);
          const start = placeUser(scene, area) + first * PAGE_SIZE;
          const run = () => {
            const pages: (Page | undefined)[] = [];
            const got = take(scene.mm, start, nrPages, chosen, pages);
            expect(got).toBeLessThanOrEqual(nrPages);
            expect(pages).toHaveLength(Math.max(got, 0));
            for (const page of pages) if (page) pagePutUnpin(scene.machine, page, hold);
            return got;
          };
          const got = run();
          const before = scene.counts();
          expect(run()).toBe(got);
          expect(scene.counts()).toBe(before);
        },
      ),
      RUNS,
    );
  });
});

describe('fork and exit', () => {
  it('leave the counts of the parent as they were', () => {
    fc.assert(
      fc.property(kernels, userAreas, (kernel, area) => {
        const scene = new Scene(kernel);
        placeUser(scene, { ...area, forked: false });
        const before = scene.counts();
        fork(scene.mm).exit();
        expect(scene.counts()).toBe(before);
      }),
      RUNS,
    );
  });
});
