import { fork } from '../../server/src/semantics/machine/fork.ts';
import { FOLL, getUserPages } from '../../server/src/semantics/machine/gup.ts';
import {
  advance,
  type Backing,
  FOLIOQ_SLOTS,
  FolioXArray,
  folioQueueIter,
  IovIter,
  type KernelBuffer,
} from '../../server/src/semantics/machine/iterators.ts';
import { type KernelVersion, kernelOf } from '../../server/src/semantics/machine/kernels.ts';
import { AddressSpace } from '../../server/src/semantics/machine/memory.ts';
import {
  type Folio,
  type Found,
  Machine,
  PAGE_SIZE,
  type Page,
  type Wanted,
} from '../../server/src/semantics/machine/pages.ts';
import { putPage } from '../../server/src/semantics/machine/releases.ts';
import { getUserPagesFastOnly } from '../../server/src/semantics/machine/singles.ts';
import { UserMemory } from './userMemory.ts';
import type { Area, CallVector } from './vectors.ts';

/** First frame of what the vector places: pages keep the distances that the kernel had given them. */
const FRAMES = 1 << 26;

/** The page now mapped at an address, as the recorder looks it up: no fault, whatever the protection. */
export function peek(mm: AddressSpace, address: number): Page | undefined {
  if (!mm.find(address)) return undefined;
  const pages: (Page | undefined)[] = [];
  let got = getUserPagesFastOnly(mm, address, 1, 0, pages);
  if (got !== 1 && mm.find(address)?.backing !== 'hugetlb')
    got = getUserPages(mm, address, 1, FOLL.FORCE | FOLL.NOFAULT, pages);
  const page = pages[0];
  if (got !== 1 || !page) return undefined;
  putPage(mm.machine, page);
  return page;
}

/**
 * Everything one recorded call ran in. A few facts about the machine room appear only in the outcome and are taken from
 * there: where pages lay physically, where slab memory began in its folio, how often the zero page was in use, what
 * of the stack was still shared, and dirty bits that hugetlb's pool had kept.
 */
export class World {
  readonly machine: Machine;
  readonly mm: AddressSpace;
  /** First address of each user area. */
  readonly starts: number[] = [];
  /** Pages of each kernel area. */
  readonly kernelPages: Page[][] = [];
  /** Slab folios by the number the vector gives them: two areas may share one. */
  private readonly slabs = new Map<number, Folio>();
  /** The recorder's module has one static buffer, which all static areas share. */
  private readonly module: Page[] = [];
  private forced: Found | undefined;

  constructor(
    version: KernelVersion,
    private readonly vector: CallVector,
  ) {
    this.machine = new Machine(kernelOf(version), wanted => this.find(wanted));
    this.mm = new AddressSpace(this.machine);
    const memory = new UserMemory(this.machine, this.mm);
    vector.in.areas.forEach((area, index) => {
      const user = area.mem === 'user';
      this.kernelPages.push(user ? [] : this.kernelArea(area, index));
      this.starts.push(user ? memory.reserve(area.vma ?? '', area.pages) : 0);
      if (user) this.placeArea(memory, area, index);
    });
    if (vector.in.forked) {
      fork(this.mm);
      this.writeStack();
    }
    this.setZeroPage();
  }

  /** @returns the iterator as constructed, before any advance. */
  iterator(): IovIter {
    const { in: input } = this.vector;
    const direction = input.dir ?? 'dest';
    if (input.iter === 'folioq')
      return folioQueueIter(this.folioQueue(), direction, input.fq_slot, input.fq_off, input.count);
    const iter = new IovIter(this.backing(), direction, input.count);
    iter.nofault = input.nofault ?? false;
    return iter;
  }

  advanced(): IovIter {
    const iter = this.iterator();
    if (this.vector.in.advance) advance(this.machine, iter, this.vector.in.advance);
    return iter;
  }

  private placeArea(memory: UserMemory, area: Area, index: number): void {
    const start = this.starts[index] ?? 0;
    if (area.vma === 'noncanon') memory.placeStack(start, this.mappedBefore(index));
    else memory.place(area.vma ?? '', start, area.pages, area.state ?? '');
  }

  private mappedBefore(area: number): string {
    return this.vector.out.mapped.find(entry => entry.area === area)?.before ?? '';
  }

  /** A process goes on writing to its stack after fork. */
  private writeStack(): void {
    this.vector.in.areas.forEach((area, index) => {
      if (area.vma !== 'noncanon') return;
      [...this.mappedBefore(index)].forEach((letter, page) => {
        const pte = this.mm.lookup((this.starts[index] ?? 0) + page * PAGE_SIZE).pte;
        if (letter !== 'e' || !pte?.page) return;
        pte.writable = true;
        pte.page.folio.exclusive.add(0);
        pte.page.folio.refs--;
      });
    });
  }

  private kernelArea(area: Area, index: number): Page[] {
    if (area.mem === 'hole') return [];
    if (area.mem === 'zeropage') return [this.machine.zero.page(0)];
    if (area.mem === 'compound') return pagesOf(this.allocateArea('kernel', area.order ?? 0, index));
    if (area.mem === 'kmalloc') return this.kmalloc(area.pages, index);
    if (area.mem === 'static' && this.module.length > 0) return this.module.slice(0, area.pages);
    const base = area.mem === 'split' ? this.splitBase(index, area.pages) : undefined;
    const pages = Array.from({ length: area.pages }, (_, k) => {
      const frame = base === undefined ? this.recordedFrame(index, k) : base + k;
      return this.allocateAt(frame, 'kernel', 0).page(0);
    });
    if (area.mem === 'static') this.module.push(...pages);
    return pages;
  }

  /** The first frame of contiguous pages, from whichever of them was recorded. */
  private splitBase(index: number, pages: number): number {
    const seen = this.vector.out.pages.find(page => page.area === index && page.pfn_rel !== undefined);
    return seen ? FRAMES + (seen.pfn_rel ?? 0) - seen.idx : this.machine.freshFrame(pages);
  }

  /** kmalloc() of pages: 6.12 takes up to two from a slab of order 3, everything else comes from the page allocator. */
  private kmalloc(pages: number, index: number): Page[] {
    if (this.machine.kernel.version !== '6.12' || pages > 2)
      return pagesOf(this.allocateArea('kernel', Math.ceil(Math.log2(pages)), index)).slice(0, pages);
    const seen = this.vector.out.pages.find(page => page.area === index);
    const slab = this.slabs.get(seen?.folio ?? -1 - index) ?? this.allocateArea('slab', 3, index);
    this.slabs.set(seen?.folio ?? -1 - index, slab);
    const first = seen ? seen.sub - seen.idx : 0;
    return pagesOf(slab).slice(first, first + pages);
  }

  private allocateArea(kind: 'kernel' | 'slab', order: number, index: number): Folio {
    const seen = this.vector.out.pages.find(page => page.area === index && page.pfn_rel !== undefined);
    return this.allocateAt(seen && FRAMES + (seen.pfn_rel ?? 0) - seen.sub, kind, order);
  }

  private allocateAt(frame: number | undefined, kind: 'kernel' | 'slab', order: number): Folio {
    this.forced = frame === undefined ? {} : { frame };
    return this.machine.allocate({ kind, order });
  }

  private recordedFrame(area: number, idx: number): number | undefined {
    const seen = this.vector.out.pages.find(page => page.area === area && page.idx === idx);
    return seen?.pfn_rel === undefined ? undefined : FRAMES + seen.pfn_rel;
  }

  private find(wanted: Wanted): Found {
    const forced = this.forced;
    this.forced = undefined;
    if (forced) return forced;
    const { out } = this.vector;
    if (wanted.kind === 'zero' || wanted.kind === 'hugezero') {
      const seen = out.pages.find(page => out.folios[page.folio]?.kind === wanted.kind);
      return seen?.pfn_rel === undefined ? {} : { frame: FRAMES + seen.pfn_rel - seen.sub };
    }
    const frame = wanted.address === undefined ? undefined : this.frameFor(wanted.address, wanted.order);
    const dirty = wanted.kind === 'hugetlb' && this.poolWasDirty();
    return { ...(frame === undefined ? {} : { frame }), dirty };
  }

  /** The frame of the folio that holds the recorded page of an address. */
  private frameFor(address: number, order: number): number | undefined {
    for (const page of this.vector.out.pages) {
      const start = this.starts[page.area];
      if (page.pfn_rel === undefined || start === undefined) continue;
      const index = (start + page.idx * PAGE_SIZE - address) / PAGE_SIZE;
      const folio = this.vector.out.folios[page.folio];
      if (index >= 0 && index < 1 << order && folio?.order === order) return FRAMES + page.pfn_rel - index;
    }
    return undefined;
  }

  private poolWasDirty(): boolean {
    const folio = this.vector.out.folios.find(entry => entry.kind === 'hugetlb');
    return (folio?.before ?? folio?.after)?.dirty === 1;
  }

  private setZeroPage(): void {
    const recorded = this.vector.out.folios.find(entry => entry.kind === 'zero');
    const counts = recorded && (recorded.before ?? recorded.released);
    if (counts) this.machine.zero.refs = counts.ref;
  }

  private backing(): Backing {
    const { in: input } = this.vector;
    const segments = input.segs.map(segment => ({
      base: (this.starts[segment.area] ?? 0) + segment.off,
      length: segment.len,
    }));
    switch (input.iter) {
      case 'ubuf':
        return { kind: 'ubuf', base: segments[0]?.base ?? 0 };
      case 'iovec':
        return { kind: 'iovec', segments };
      case 'kvec':
        return { kind: 'kvec', segments: input.segs.map(segment => this.kernelSegment(segment)) };
      case 'bvec':
        return { kind: 'bvec', segments: input.segs.map(segment => this.bioVec(segment)) };
      case 'xarray':
        return { kind: 'xarray', xarray: this.xarray(), start: input.xa_start };
      default:
        return { kind: 'discard' };
    }
  }

  private kernelSegment({ area, off, len }: CallVector['in']['segs'][number]) {
    const buffer: KernelBuffer = { pages: this.kernelPages[area] ?? [] };
    return { buffer, offset: off, length: len };
  }

  private bioVec(segment: CallVector['in']['segs'][number]) {
    const pages = this.kernelPages[segment.area] ?? [];
    const index = segment.off_in_bv_offset ? 0 : Math.floor(segment.off / PAGE_SIZE);
    const page = pages[Math.min(index, pages.length - 1)];
    if (!page) throw new Error(`vector ${this.vector.id}: a bvec without memory`);
    const offset = segment.off_in_bv_offset ? segment.off : segment.off % PAGE_SIZE;
    return { page, offset, length: segment.len };
  }

  private xarray(): FolioXArray {
    const xarray = new FolioXArray();
    this.vector.in.areas.forEach((area, index) => {
      const page = this.kernelPages[index]?.[0];
      if (page) xarray.store(area.index ?? 0, page.folio);
    });
    return xarray;
  }

  private folioQueue(): Folio[][] {
    const areas = this.kernelPages.flatMap(pages => pages[0]?.folio ?? []);
    const filler = Array.from({ length: this.vector.in.fq_fill }, () => areas[0]);
    const all = [...filler, ...areas].filter(folio => folio !== undefined);
    const queue: Folio[][] = [];
    for (let at = 0; at < all.length; at += FOLIOQ_SLOTS) queue.push(all.slice(at, at + FOLIOQ_SLOTS));
    return queue;
  }
}

function pagesOf(folio: Folio): Page[] {
  return Array.from({ length: folio.length }, (_, index) => folio.page(index));
}
