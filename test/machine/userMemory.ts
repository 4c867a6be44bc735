import { touch } from '../../server/src/semantics/machine/faults.ts';
import {
  type AddressSpace,
  PageCache,
  TASK_SIZE_MAX,
  type Vma,
} from '../../server/src/semantics/machine/memory.ts';
import { HUGE_PAGES, type Machine, PAGE_SIZE } from '../../server/src/semantics/machine/pages.ts';

const HUGE = HUGE_PAGES * PAGE_SIZE;

/** An address no user mapping has; stands for the kernel address of the recorder. */
const KERNEL_ADDRESS = 2 ** 52;

/** Lays out user memory as the recorder's set-up does: same kinds, same states, same gaps. */
export class UserMemory {
  private next = 0x200000000;

  constructor(
    private readonly machine: Machine,
    private readonly mm: AddressSpace,
  ) {}

  /** Where an area will begin: its first address, in bytes. */
  reserve(kind: string, pages: number): number {
    if (kind === 'kaddr') return KERNEL_ADDRESS;
    if (kind === 'noncanon') return TASK_SIZE_MAX - 2 * PAGE_SIZE;
    const huge = kind.startsWith('thp') || kind === 'hugetlb';
    const align = huge ? HUGE : 16 * PAGE_SIZE;
    const start = Math.ceil(this.next / align) * align;
    this.next = start + (kind === 'hugetlb' ? HUGE : huge ? 2 * HUGE : pages * PAGE_SIZE) + HUGE;
    const intoHuge = huge && kind !== 'thp_whole' && kind !== 'hugetlb';
    return intoHuge ? start + HUGE - 4 * PAGE_SIZE : start;
  }

  /** Maps a reserved area and brings its pages into their states. */
  place(kind: string, start: number, pages: number, state: string, extra: { dontFork?: boolean } = {}): void {
    if (kind === 'kaddr') return;
    if (kind.startsWith('thp')) this.huge(kind, start - (start % HUGE), extra);
    else if (kind === 'hugetlb') this.hugetlb(start, state, extra);
    else {
      this.mm.map({ ...this.vma(kind, start, pages, state), ...extra });
      if (kind === 'mthp16k')
        for (let page = 0; page < pages; page += 4) this.write(start + page * PAGE_SIZE);
      else if (kind === 'mixedmap') this.mapDriverPages(start, pages);
      else if (kind !== 'pfnmap') this.settle(start, state);
    }
  }

  /**
   * The last two pages below TASK_SIZE_MAX: the top of the stack, which the process has from init by fork.
   * @param letters how they were mapped: e written since, a still shared.
   */
  placeStack(start: number, letters: string): void {
    const common = { read: true, write: true, shared: false, backing: 'anon' } as const;
    this.mm.map({ ...common, start, end: TASK_SIZE_MAX });
    [...letters.slice(0, 2)].forEach((letter, page) => {
      if (!'ea'.includes(letter)) return;
      this.write(start + page * PAGE_SIZE);
      const pte = this.mm.lookup(start + page * PAGE_SIZE).pte;
      if (letter !== 'a' || !pte?.page) return;
      pte.writable = false;
      pte.page.folio.exclusive.clear();
      pte.page.folio.refs++;
    });
  }

  private vma(kind: string, start: number, pages: number, state: string): Vma {
    const end = start + pages * PAGE_SIZE;
    const common = { start, end, read: true, write: !kind.endsWith('_ro') };
    const shared = kind.includes('shared');
    if (kind === 'mthp16k') return { ...common, shared: false, backing: 'anon', hugeOrders: [2] };
    if (kind === 'anon') return { ...common, shared: false, backing: 'anon' };
    if (kind === 'pfnmap' || kind === 'mixedmap') return { ...common, shared: true, backing: kind };
    return { ...common, shared, backing: 'file', file: this.file(kind, start, pages, state), fileIndex: 0 };
  }

  /** A memfd: pages F, r, T and Q were written by pwrite(). */
  private file(kind: string, start: number, pages: number, state: string): PageCache {
    const file = new PageCache();
    for (let page = 0; page < pages && kind !== 'anon_shared'; page++) {
      if (!'FrTQ'.includes(state[page] ?? ' ')) continue;
      const folio = file.obtain(this.machine, page, start + page * PAGE_SIZE);
      folio.fill(0, 'f'.charCodeAt(0));
      folio.dirty = true;
    }
    return file;
  }

  private settle(start: number, state: string): void {
    const each = (letters: string, act: (address: number) => void) =>
      [...state].forEach((letter, page) => {
        if (letters.includes(letter)) act(start + page * PAGE_SIZE);
      });
    [...state].forEach((letter, page) => {
      const address = start + page * PAGE_SIZE;
      if ('TRN'.includes(letter)) this.write(address);
      else if ('ZrQ'.includes(letter)) touch(this.mm, address, 'read');
    });
    each('RQ', at => this.mm.protect(at, at + PAGE_SIZE, { read: true, write: false }));
    each('N', at => this.mm.protect(at, at + PAGE_SIZE, { read: false, write: false }));
    each('H', at => this.mm.unmap(at, at + PAGE_SIZE));
  }

  private huge(kind: string, start: number, extra: { dontFork?: boolean }): void {
    const common = { read: true, write: true, shared: false, backing: 'anon', hugeOrders: [9, 2] } as const;
    this.mm.map({ ...common, ...extra, start, end: start + 2 * HUGE });
    for (const half of [start, start + HUGE])
      if (kind === 'thp_zero') touch(this.mm, half, 'read');
      else this.write(half);
    if (kind !== 'thp_zero') this.fill(start + HUGE - 4 * PAGE_SIZE, 64);
    if (kind === 'thp_pte')
      for (const middle of [start + HUGE / 2, start + HUGE + HUGE / 2])
        for (const write of [false, true]) this.mm.protect(middle, middle + PAGE_SIZE, { read: true, write });
  }

  private hugetlb(start: number, state: string, extra: { dontFork?: boolean }): void {
    const common = { read: true, write: true, shared: false, backing: 'hugetlb' } as const;
    this.mm.map({ ...common, ...extra, start, end: start + HUGE });
    if (state[0] === 'T') this.write(start);
    if (state[0] === 'r') touch(this.mm, start, 'read');
  }

  /** vm_insert_page(): the driver keeps a reference of each page. */
  private mapDriverPages(start: number, pages: number): void {
    for (let k = 0; k < pages; k++) {
      const address = start + k * PAGE_SIZE;
      const folio = this.machine.allocate({ kind: 'kernel', order: 0, address });
      folio.refs++;
      this.mm.setPte(address, { page: folio.page(0), writable: true, dirty: false, special: false });
    }
  }

  private write(address: number): void {
    const page = touch(this.mm, address, 'write') ?? touch(this.mm, address, 'read');
    if (page && this.mm.find(address)?.write) page.folio.write(page.index * PAGE_SIZE, 'T'.charCodeAt(0));
  }

  private fill(address: number, pages: number): void {
    for (let k = 0; k < pages; k++) {
      const page = touch(this.mm, address + k * PAGE_SIZE, 'write');
      page?.folio.fill(page.index, 'T'.charCodeAt(0));
    }
  }
}
