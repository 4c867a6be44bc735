import { type Folio, HUGE_PAGES, type Machine, PAGE_SIZE, type Page, putReferences } from './pages.ts';

/** TASK_SIZE_MAX of x86_64 with four page-table levels: user addresses lie below. */
export const TASK_SIZE_MAX = 0x7ffffffff000;

/** The folios of a file, by page index. The cache holds one reference of each. */
export class PageCache {
  private readonly folios = new Map<number, Folio>();

  at(index: number): Folio | undefined {
    return this.folios.get(index);
  }

  /** The folio at the index; allocated, clean and zeroed, where the file has a hole. */
  obtain(machine: Machine, index: number, address: number): Folio {
    const present = this.folios.get(index);
    if (present) return present;
    const folio = machine.allocate({ kind: 'file', order: 0, address });
    this.folios.set(index, folio);
    return folio;
  }

  /** Drops the cache's references, as the last close of an unlinked file does. */
  drop(machine: Machine): void {
    for (const folio of this.folios.values()) putReferences(machine, folio, 1);
    this.folios.clear();
  }
}

/** A stretch of user addresses with one protection. Addresses are bytes, multiples of PAGE_SIZE, `end` exclusive. */
export interface Vma {
  readonly start: number;
  readonly end: number;
  readonly read: boolean;
  readonly write: boolean;
  readonly shared: boolean;
  /** `file`: shmem. `hugetlb` is private. `pfnmap` has no struct pages, `mixedmap` has a driver's. */
  readonly backing: 'anon' | 'file' | 'hugetlb' | 'pfnmap' | 'mixedmap';
  readonly file?: PageCache;
  /** Page index in the file at `start`. */
  readonly fileIndex?: number;
  /** Orders of anonymous folios tried before single pages. */
  readonly hugeOrders?: readonly number[];
  /** MADV_DONTFORK. */
  readonly dontFork?: boolean;
}

/** A mapping of one page. The zero page and raw frames are `special`: mapping them takes no reference. */
export interface Pte {
  /** Absent for a raw frame. */
  readonly page?: Page;
  writable: boolean;
  dirty: boolean;
  readonly special: boolean;
}

/** A mapping of one huge page: a THP, hugetlb, or the huge zero page, which counts its users apart from its references. */
export interface Pmd {
  readonly folio: Folio;
  writable: boolean;
  dirty: boolean;
}

export function pageNumber(address: number): number {
  return Math.floor(address / PAGE_SIZE);
}

export function hugeNumber(address: number): number {
  return Math.floor(address / (PAGE_SIZE * HUGE_PAGES));
}

/** struct mm_struct: mappings and page tables of one process. */
export class AddressSpace {
  readonly ptes = new Map<number, Pte>();
  readonly pmds = new Map<number, Pmd>();
  /** MMF_HAS_PINNED: once set, fork looks whether pages are pinned. */
  hasPinned = false;
  private vmas: Vma[] = [];
  /** Files and anonymous vmas that ever got an anonymous page: fork copies their page tables. */
  private readonly anonymous = new Set<number>();

  constructor(readonly machine: Machine) {}

  get mappings(): readonly Vma[] {
    return this.vmas;
  }

  map(vma: Vma): void {
    this.vmas.push(vma);
    this.vmas.sort((a, b) => a.start - b.start);
  }

  find(address: number): Vma | undefined {
    return this.vmas.find(vma => address >= vma.start && address < vma.end);
  }

  /** vma->anon_vma was prepared for the page's mapping. */
  noteAnonymous(vma: Vma): void {
    for (let page = pageNumber(vma.start); page < pageNumber(vma.end); page++) this.anonymous.add(page);
  }

  hasAnonymous(vma: Vma): boolean {
    return this.anonymous.has(pageNumber(vma.start));
  }

  /** The mapping at an address, by page or by huge page. */
  lookup(address: number): { pte?: Pte; pmd?: Pmd } {
    const pmd = this.pmds.get(hugeNumber(address));
    return pmd ? { pmd } : { pte: this.ptes.get(pageNumber(address)) };
  }

  setPte(address: number, pte: Pte): void {
    this.ptes.set(pageNumber(address), pte);
  }

  /** mprotect(): pages lose write permission with the mapping; exclusive ones regain it. */
  protect(start: number, end: number, protection: { read: boolean; write: boolean }): void {
    this.carve(start, end, vma => ({ ...vma, ...protection }));
    for (const huge of this.partialHuges(start, end)) this.splitPmd(huge);
    for (const pmd of this.pmdsWithin(start, end)) pmd.writable &&= protection.write;
    for (let at = start; at < end; at += PAGE_SIZE) {
      const pte = this.ptes.get(pageNumber(at));
      if (!pte) continue;
      if (!protection.write) pte.writable = false;
      else if (pte.page?.folio.exclusive.has(pte.page.index)) pte.writable = true;
    }
  }

  /** munmap(). */
  unmap(start: number, end: number): void {
    this.carve(start, end, () => undefined);
    for (const huge of this.partialHuges(start, end)) this.splitPmd(huge);
    for (const [huge, pmd] of [...this.pmds])
      if (huge >= hugeNumber(start) && huge * HUGE_PAGES * PAGE_SIZE < end) this.dropPmd(huge, pmd);
    for (let page = pageNumber(start); page < pageNumber(end); page++) {
      const pte = this.ptes.get(page);
      if (pte) this.dropPte(page, pte);
    }
  }

  /** The end of the process: everything is unmapped. */
  exit(): void {
    for (const vma of this.vmas) this.unmap(vma.start, vma.end);
  }

  /** __split_huge_pmd(): the huge mapping becomes 512 mappings of pages; the folio stays whole. */
  splitPmd(huge: number): void {
    const pmd = this.pmds.get(huge);
    if (!pmd) return;
    this.pmds.delete(huge);
    const { folio, writable } = pmd;
    const dirty = pmd.dirty && this.machine.kernel.splitKeepsDirty;
    const isZero = folio.kind === 'hugezero';
    if (!isZero) {
      folio.refs += HUGE_PAGES - 1;
      folio.dirty ||= pmd.dirty;
    }
    const exclusive = folio.exclusive.has(0);
    for (let k = 0; k < HUGE_PAGES; k++) {
      if (exclusive) folio.exclusive.add(k);
      const page = isZero ? this.machine.zero.page(0) : folio.page(k);
      this.ptes.set(huge * HUGE_PAGES + k, { page, writable, dirty, special: isZero });
    }
  }

  /** Drops the old mapping of a page when another takes its place, or none. */
  dropPte(page: number, pte: Pte): void {
    this.ptes.delete(page);
    if (pte.special || !pte.page) return;
    const { folio } = pte.page;
    if (pte.dirty && folio.kind === 'file') folio.dirty = true;
    putReferences(this.machine, folio, 1);
  }

  dropPmd(huge: number, pmd: Pmd): void {
    this.pmds.delete(huge);
    if (pmd.folio.kind === 'hugezero') return;
    pmd.folio.mappings--;
    putReferences(this.machine, pmd.folio, 1);
  }

  /** Replaces the part of each vma inside the range; neighbours that then agree become one again. */
  private carve(start: number, end: number, change: (part: Vma) => Vma | undefined): void {
    const parts: Vma[] = [];
    for (const vma of this.vmas) {
      if (vma.end <= start || vma.start >= end) {
        parts.push(vma);
        continue;
      }
      const from = Math.max(vma.start, start);
      const to = Math.min(vma.end, end);
      if (vma.start < from) parts.push(part(vma, vma.start, from));
      const changed = change(part(vma, from, to));
      if (changed) parts.push(changed);
      if (to < vma.end) parts.push(part(vma, to, vma.end));
    }
    this.vmas = parts.reduce<Vma[]>((merged, vma) => {
      const last = merged.at(-1);
      if (last && mergeable(last, vma)) merged[merged.length - 1] = { ...last, end: vma.end };
      else merged.push(vma);
      return merged;
    }, []);
  }

  /** Huge mappings of which only a part lies in the range; hugetlb is never split. */
  private partialHuges(start: number, end: number): number[] {
    const bytes = HUGE_PAGES * PAGE_SIZE;
    return [hugeNumber(start), hugeNumber(end - 1)].filter(huge => {
      const whole = start <= huge * bytes && end >= (huge + 1) * bytes;
      return !whole && this.pmds.get(huge)?.folio.kind !== 'hugetlb';
    });
  }

  private pmdsWithin(start: number, end: number): Pmd[] {
    const bytes = HUGE_PAGES * PAGE_SIZE;
    return [...this.pmds]
      .filter(([huge]) => huge * bytes >= start && huge * bytes < end)
      .map(([, pmd]) => pmd);
  }
}

function part(vma: Vma, start: number, end: number): Vma {
  const fileIndex = vma.file ? (vma.fileIndex ?? 0) + pageNumber(start - vma.start) : undefined;
  return { ...vma, start, end, ...(fileIndex === undefined ? {} : { fileIndex }) };
}

function mergeable(a: Vma, b: Vma): boolean {
  const continues = !a.file || (b.fileIndex ?? 0) === (a.fileIndex ?? 0) + pageNumber(a.end - a.start);
  return (
    a.end === b.start &&
    continues &&
    a.read === b.read &&
    a.write === b.write &&
    a.shared === b.shared &&
    a.backing === b.backing &&
    a.file === b.file &&
    a.hugeOrders === b.hugeOrders &&
    a.dontFork === b.dontFork
  );
}
