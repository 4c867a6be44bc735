import { EFAULT } from './kernels.ts';
import { type AddressSpace, hugeNumber, type Pmd, type Pte, pageNumber, type Vma } from './memory.ts';
import {
  type Folio,
  HUGE_ORDER,
  HUGE_PAGES,
  type Machine,
  PAGE_SIZE,
  type Page,
  putReferences,
} from './pages.ts';

/** Why the page is wanted. `unshare`: FAULT_FLAG_UNSHARE, an exclusive copy without write permission. */
export type Access = 'read' | 'write' | 'unshare';

/** Pages mapped around a read fault of a file (fault_around_bytes, 64 KiB). */
const FAULT_AROUND_PAGES = 16;

/** True for folios with PageAnon; private hugetlb pages are anonymous too. */
export function isAnonymous(folio: Folio): boolean {
  return folio.kind === 'anon' || folio.kind === 'hugetlb';
}

/**
 * handle_mm_fault(); mm/memory.c, mm/huge_memory.c, mm/hugetlb.c (6.1.192, 6.12.117).
 * The caller has checked the vma's permissions, or overrides them (FOLL_FORCE).
 * @returns 0, or a negative error number.
 */
export function handleFault(mm: AddressSpace, vma: Vma, address: number, access: Access): number {
  if (vma.backing === 'pfnmap' || vma.backing === 'mixedmap') return EFAULT;
  if (vma.backing === 'hugetlb') return hugetlbFault(mm, vma, address, access);
  const pmd = mm.pmds.get(hugeNumber(address));
  if (pmd) {
    if (access === 'read' || pmd.writable || reuseHuge(vma, pmd, access)) return 0;
    mm.splitPmd(hugeNumber(address));
  } else if (vma.backing === 'anon' && mapHuge(mm, vma, address, access)) return 0;
  const pte = mm.ptes.get(pageNumber(address));
  if (!pte) absentFault(mm, vma, address, access);
  else if (access !== 'read' && !pte.writable) writeProtectFault(mm, vma, address, access, pte);
  return 0;
}

/** The processor's access of one byte: faults, and marks the mapping dirty on a write. Undefined: SIGSEGV. */
export function touch(mm: AddressSpace, address: number, access: 'read' | 'write'): Page | undefined {
  const vma = mm.find(address);
  if (!vma || !(access === 'write' ? vma.write : vma.read)) return undefined;
  let { pte, pmd } = mm.lookup(address);
  if (!(pte ?? pmd) || (access === 'write' && !(pte ?? pmd)?.writable)) {
    if (handleFault(mm, vma, address, access) < 0) return undefined;
    ({ pte, pmd } = mm.lookup(address));
  }
  const mapping = pte ?? pmd;
  if (mapping && access === 'write') mapping.dirty = true;
  return pmd ? pmd.folio.page(pageNumber(address) % HUGE_PAGES) : pte?.page;
}

/** do_huge_pmd_anonymous_page(): a huge page where the mapping wants one and nothing is mapped yet. */
function mapHuge(mm: AddressSpace, vma: Vma, address: number, access: Access): boolean {
  if (!vma.hugeOrders?.includes(HUGE_ORDER)) return false;
  const huge = hugeNumber(address);
  const start = huge * HUGE_PAGES;
  if (start * PAGE_SIZE < vma.start || (start + HUGE_PAGES) * PAGE_SIZE > vma.end) return false;
  for (let page = start; page < start + HUGE_PAGES; page++) if (mm.ptes.has(page)) return false;
  mm.noteAnonymous(vma);
  if (access === 'read') {
    mm.pmds.set(huge, { folio: mm.machine.hugeZero, writable: false, dirty: false });
    return true;
  }
  const folio = mm.machine.allocate({ kind: 'anon', order: HUGE_ORDER, address: start * PAGE_SIZE });
  folio.exclusive.add(0);
  folio.mappings = 1;
  mm.pmds.set(huge, { folio, writable: vma.write, dirty: true });
  return true;
}

/** do_huge_pmd_wp_page(): the only user of a huge page keeps it; otherwise the mapping is split and a page copied. */
function reuseHuge(vma: Vma, pmd: Pmd, access: Access): boolean {
  const { folio } = pmd;
  if (folio.kind === 'hugezero' || (!folio.exclusive.has(0) && folio.refs > 1)) return false;
  folio.exclusive.add(0);
  if (access === 'write') {
    pmd.writable = vma.write;
    pmd.dirty = true;
  }
  return true;
}

/** handle_pte_fault() with nothing mapped. */
function absentFault(mm: AddressSpace, vma: Vma, address: number, access: Access): void {
  if (vma.file) {
    fileFault(mm, vma, vma.file, address, access);
    return;
  }
  if (access !== 'write') {
    mm.setPte(address, { page: mm.machine.zero.page(0), writable: false, dirty: false, special: true });
    return;
  }
  mm.noteAnonymous(vma);
  const order = folioOrder(mm, vma, address);
  const first = pageNumber(address) - (pageNumber(address) % (1 << order));
  const folio = mm.machine.allocate({ kind: 'anon', order, address: first * PAGE_SIZE });
  folio.refs = folio.length;
  for (let k = 0; k < folio.length; k++) {
    folio.exclusive.add(k);
    mm.setPte((first + k) * PAGE_SIZE, anonymousPte(folio.page(k), vma));
  }
}

/** alloc_anon_folio(): the largest order whose naturally aligned range lies in the vma and is unmapped. */
function folioOrder(mm: AddressSpace, vma: Vma, address: number): number {
  for (const order of vma.hugeOrders ?? []) {
    if (order >= HUGE_ORDER) continue;
    const first = pageNumber(address) - (pageNumber(address) % (1 << order));
    if (first * PAGE_SIZE < vma.start || (first + (1 << order)) * PAGE_SIZE > vma.end) continue;
    const free = Array.from({ length: 1 << order }, (_, k) => !mm.ptes.has(first + k));
    if (free.every(Boolean)) return order;
  }
  return 0;
}

/** do_fault(): shared pages are mapped, private ones copied when written. */
function fileFault(
  mm: AddressSpace,
  vma: Vma,
  file: NonNullable<Vma['file']>,
  address: number,
  access: Access,
): void {
  if (access === 'read') {
    faultAround(mm, vma, file, address);
    if (mm.ptes.has(pageNumber(address))) return;
  }
  const folio = file.obtain(mm.machine, fileIndex(vma, address), address);
  if (access === 'write' && !vma.shared) {
    mm.setPte(address, copyOf(mm, vma, address, folio.page(0), access));
    return;
  }
  if (access === 'write') folio.dirty = true;
  mapFilePage(mm, vma, address, folio, access === 'write');
}

/** do_fault_around(): a read fault also maps what the page cache has nearby. */
function faultAround(mm: AddressSpace, vma: Vma, file: NonNullable<Vma['file']>, address: number): void {
  const aligned = pageNumber(address) - (pageNumber(address) % FAULT_AROUND_PAGES);
  const first = Math.max(aligned, pageNumber(vma.start));
  const tableEnd = (hugeNumber(address) + 1) * HUGE_PAGES;
  const last = Math.min(first + FAULT_AROUND_PAGES, pageNumber(vma.end), tableEnd);
  for (let page = first; page < last; page++) {
    const folio = file.at(fileIndex(vma, page * PAGE_SIZE));
    if (folio && !mm.ptes.has(page)) mapFilePage(mm, vma, page * PAGE_SIZE, folio, false);
  }
}

/** shmem needs no write notification, so a shared writable page is writable at once. */
function mapFilePage(mm: AddressSpace, vma: Vma, address: number, folio: Folio, dirty: boolean): void {
  folio.refs++;
  mm.setPte(address, { page: folio.page(0), writable: vma.shared && vma.write, dirty, special: false });
}

/** do_wp_page(): reuse what nobody else has, copy the rest. */
function writeProtectFault(mm: AddressSpace, vma: Vma, address: number, access: Access, pte: Pte): void {
  const page = pte.special ? undefined : pte.page;
  if (vma.shared) {
    pte.writable = true;
    pte.dirty = true;
    if (page) page.folio.dirty = true;
    return;
  }
  if (page && page.folio.kind === 'anon' && (isExclusive(page) || canReuse(mm.machine, page.folio))) {
    page.folio.exclusive.add(page.index);
    if (access === 'unshare') return;
    pte.writable = vma.write;
    pte.dirty = true;
    return;
  }
  const copy = copyOf(mm, vma, address, page, access);
  mm.dropPte(pageNumber(address), pte);
  mm.setPte(address, copy);
}

/** wp_can_reuse_anon_folio(): the mapping's is the only reference. */
function canReuse(machine: Machine, folio: Folio): boolean {
  return folio.refs === 1 && !(folio.large && machine.kernel.neverReusesLarge);
}

/** wp_page_copy(): a new anonymous page; made by unsharing it stays without write permission. */
function copyOf(mm: AddressSpace, vma: Vma, address: number, from: Page | undefined, access: Access): Pte {
  mm.noteAnonymous(vma);
  const folio = mm.machine.allocate({ kind: 'anon', order: 0, address: pageNumber(address) * PAGE_SIZE });
  if (from) folio.copyPage(0, from);
  folio.exclusive.add(0);
  if (access === 'unshare') return { page: folio.page(0), writable: false, dirty: false, special: false };
  return anonymousPte(folio.page(0), vma);
}

function anonymousPte(page: Page, vma: Vma): Pte {
  return { page, writable: vma.write, dirty: true, special: false };
}

export function isExclusive(page: Page): boolean {
  return page.folio.exclusive.has(page.index);
}

function fileIndex(vma: Vma, address: number): number {
  return (vma.fileIndex ?? 0) + pageNumber(address - vma.start);
}

/** hugetlb_fault() of a private mapping: an absent page is allocated even for reading. */
function hugetlbFault(mm: AddressSpace, vma: Vma, address: number, access: Access): number {
  const huge = hugeNumber(address);
  let pmd = mm.pmds.get(huge);
  if (!pmd) {
    pmd = { folio: hugetlbFolio(mm, vma, huge), writable: false, dirty: false };
    mm.pmds.set(huge, pmd);
  }
  if (access === 'read' || pmd.writable) return 0;
  if (pmd.folio.mappings > 1) {
    const old = pmd.folio;
    const copy = hugetlbFolio(mm, vma, huge);
    for (let k = 0; k < HUGE_PAGES; k++) copy.copyPage(k, old.page(k));
    old.mappings--;
    putReferences(mm.machine, old, 1);
    pmd = { folio: copy, writable: false, dirty: false };
    mm.pmds.set(huge, pmd);
  }
  pmd.folio.exclusive.add(0);
  if (access === 'write') {
    pmd.writable = vma.write;
    pmd.dirty = true;
  }
  return 0;
}

function hugetlbFolio(mm: AddressSpace, vma: Vma, huge: number): Folio {
  mm.noteAnonymous(vma);
  const folio = mm.machine.allocate({
    kind: 'hugetlb',
    order: HUGE_ORDER,
    address: huge * HUGE_PAGES * PAGE_SIZE,
  });
  folio.exclusive.add(0);
  folio.mappings = 1;
  return folio;
}
