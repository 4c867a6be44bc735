import { AddressSpace, hugeNumber, type Pmd, type Pte, pageNumber, type Vma } from './memory.ts';
import { type Folio, HUGE_ORDER, HUGE_PAGES, type Machine, maybeDmaPinned, PAGE_SIZE } from './pages.ts';

/**
 * fork(): a child with copies of the parent's page tables; copy_page_range() of mm/memory.c (6.1.192, 6.12.117).
 * Exclusive anonymous pages become shared and read-only on both sides, except those that may be pinned: the parent
 * keeps them and the child gets a copy at once. Only an mm that ever pinned something asks.
 */
export function fork(parent: AddressSpace): AddressSpace {
  const { machine } = parent;
  const child = new AddressSpace(machine);
  for (const vma of parent.mappings) {
    if (vma.dontFork) continue;
    child.map(vma);
    const copies = vma.backing === 'pfnmap' || vma.backing === 'mixedmap' || parent.hasAnonymous(vma);
    if (!copies) continue;
    child.noteAnonymous(vma);
    copyHuge(parent, child, vma);
    for (let page = pageNumber(vma.start); page < pageNumber(vma.end); page++) {
      const pte = parent.ptes.get(page);
      if (pte) child.ptes.set(page, copyPte(parent, vma, page, pte));
    }
  }
  return child;
}

/** folio_needs_cow_for_dma(): asked after the child's reference was taken, so that counts too. */
function needsCopy(parent: AddressSpace, folio: Folio): boolean {
  return parent.hasPinned && maybeDmaPinned(folio);
}

function copyHuge(parent: AddressSpace, child: AddressSpace, vma: Vma): void {
  for (const [huge, pmd] of [...parent.pmds]) {
    if (huge < hugeNumber(vma.start) || huge > hugeNumber(vma.end - 1)) continue;
    if (pmd.folio.kind === 'hugezero')
      child.pmds.set(huge, { folio: pmd.folio, writable: false, dirty: false });
    else if (!pmd.folio.exclusive.has(0) || !needsCopy(parent, pmd.folio)) shareHuge(child, huge, pmd);
    else if (vma.backing === 'hugetlb') child.pmds.set(huge, copyHugetlb(parent.machine, vma, huge, pmd));
    else parent.splitPmd(huge);
  }
}

function shareHuge(child: AddressSpace, huge: number, pmd: Pmd): void {
  pmd.folio.refs++;
  pmd.folio.mappings++;
  pmd.folio.exclusive.delete(0);
  pmd.writable = false;
  child.pmds.set(huge, { ...pmd });
}

function copyHugetlb(machine: Machine, vma: Vma, huge: number, pmd: Pmd): Pmd {
  const address = huge * HUGE_PAGES * PAGE_SIZE;
  const folio = machine.allocate({ kind: 'hugetlb', order: HUGE_ORDER, address });
  folio.mappings = 1;
  folio.exclusive.add(0);
  for (let k = 0; k < HUGE_PAGES; k++) folio.copyPage(k, pmd.folio.page(k));
  return { folio, writable: vma.write, dirty: true };
}

/** copy_present_pte() and copy_present_page(). */
function copyPte(parent: AddressSpace, vma: Vma, page: number, pte: Pte): Pte {
  if (pte.special || !pte.page) return { ...pte };
  const { folio, index } = pte.page;
  folio.refs++;
  if (folio.kind === 'anon') {
    if (folio.exclusive.has(index) && needsCopy(parent, folio)) {
      folio.refs--;
      const copy = parent.machine.allocate({ kind: 'anon', order: 0, address: page * PAGE_SIZE });
      copy.copyPage(0, pte.page);
      copy.exclusive.add(0);
      return { page: copy.page(0), writable: vma.write, dirty: true, special: false };
    }
    folio.exclusive.delete(index);
  }
  if (!vma.shared) pte.writable = false;
  return { ...pte };
}
