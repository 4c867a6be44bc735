import { handleFault, isAnonymous, isExclusive } from './faults.ts';
import { EEXIST, EFAULT, EINVAL, ENOMEM, KernelOops, type Warning } from './kernels.ts';
import { type AddressSpace, pageNumber, TASK_SIZE_MAX, type Vma } from './memory.ts';
import {
  type Folio,
  HUGE_PAGES,
  type Machine,
  PAGE_SIZE,
  type Page,
  PIN_BIAS,
  putReferences,
} from './pages.ts';
import { unpinFolio } from './releases.ts';

/** FOLL_* with the bits of 6.12 (include/linux/mm_types.h, mm/internal.h); the machine takes these for every version. */
export const FOLL = {
  WRITE: 1 << 0,
  GET: 1 << 1,
  DUMP: 1 << 2,
  FORCE: 1 << 3,
  NOWAIT: 1 << 4,
  NOFAULT: 1 << 5,
  HWPOISON: 1 << 6,
  ANON: 1 << 7,
  LONGTERM: 1 << 8,
  SPLIT_PMD: 1 << 9,
  PCI_P2PDMA: 1 << 10,
  INTERRUPTIBLE: 1 << 11,
  HONOR_NUMA_FAULT: 1 << 12,
  TOUCH: 1 << 16,
  TRIED: 1 << 17,
  REMOTE: 1 << 18,
  PIN: 1 << 19,
  FAST_ONLY: 1 << 20,
  UNLOCKABLE: 1 << 21,
  MADV_POPULATE: 1 << 22,
} as const;

const INTERNAL_FLAGS =
  FOLL.TOUCH | FOLL.TRIED | FOLL.REMOTE | FOLL.PIN | FOLL.FAST_ONLY | FOLL.UNLOCKABLE | FOLL.MADV_POPULATE;
const FAST_FLAGS =
  FOLL.WRITE |
  FOLL.LONGTERM |
  FOLL.FORCE |
  FOLL.PIN |
  FOLL.GET |
  FOLL.FAST_ONLY |
  FOLL.NOFAULT |
  FOLL.PCI_P2PDMA |
  FOLL.HONOR_NUMA_FAULT;

/** The caller's struct page *array; slots from 0 are filled. null: the caller gave none. */
export type PageArray = (Page | undefined)[] | null;

type Variant = 'fast' | 'fastOnly' | 'remoteLocked' | 'plain' | 'remote' | 'unlocked';

/**
 * The get_/pin_user_pages family (mm/gup.c). All take the caller's mm, a user address in bytes, a number of pages,
 * FOLL_* flags and the page array, and return the number of pages held (possibly fewer than asked for) or a negative
 * error number.
 */
export type UserPagesFunction = (
  current: AddressSpace,
  start: number,
  nrPages: number,
  flags: number,
  pages: PageArray,
) => number;

export const getUserPages: UserPagesFunction = (...call) => slowEntry('plain', false, ...call);
export const getUserPagesRemote: UserPagesFunction = (...call) => slowEntry('remote', false, ...call);
export const getUserPagesUnlocked: UserPagesFunction = (...call) => slowEntry('unlocked', false, ...call);
export const pinUserPages: UserPagesFunction = (...call) => slowEntry('plain', true, ...call);
export const pinUserPagesRemote: UserPagesFunction = (...call) => slowEntry('remote', true, ...call);
/** pin_user_pages_remote() with `locked` NULL: the lock is never dropped. */
export const pinUserPagesRemoteLocked: UserPagesFunction = (...call) =>
  slowEntry('remoteLocked', true, ...call);
export const pinUserPagesUnlocked: UserPagesFunction = (...call) => slowEntry('unlocked', true, ...call);

export const getUserPagesFast: UserPagesFunction = (current, start, nrPages, flags, pages) =>
  fastEntry(false, false, current, start, nrPages, flags, pages);
export const pinUserPagesFast: UserPagesFunction = (current, start, nrPages, flags, pages) =>
  fastEntry(true, false, current, start, nrPages, flags, pages);

/** The _fast and (`only`) _fast_only calls. */
export function fastEntry(pin: boolean, only: boolean, current: AddressSpace, ...call: GupArguments): number {
  const [start, nrPages, flags, pages] = call;
  const hold = (pin ? FOLL.PIN : FOLL.GET) | (only ? FOLL.FAST_ONLY : 0);
  if (refused(current.machine, only ? 'fastOnly' : 'fast', pin, flags, hold, pages)) return EINVAL;
  return fastFallback(current, start, nrPages, flags | hold, pages);
}

type GupArguments = [start: number, nrPages: number, flags: number, pages: PageArray];

function slowEntry(variant: Variant, pin: boolean, current: AddressSpace, ...call: GupArguments): number {
  const { machine } = current;
  const [start, nrPages, flags, pages] = call;
  const hold = pin ? FOLL.PIN : 0;
  if (refused(machine, variant, pin, flags, hold, pages))
    return pin && machine.kernel.defects.has('pin-refusal-is-zero') ? 0 : EINVAL;
  if (flags & FOLL.LONGTERM && mayUnlock(variant) && refusesLongterm(machine, pin)) {
    machine.warn(variant === 'remote' ? 'remoteLongterm' : 'unlockedLongterm');
    return EINVAL;
  }
  const touch = pin && variant === 'plain' ? 0 : FOLL.TOUCH;
  return getUserPagesLocked(current, start, nrPages, flags | hold | touch, pages, 0);
}

/** Calls that may drop mmap_lock while they wait. */
function mayUnlock(variant: Variant): boolean {
  return variant === 'remote' || variant === 'unlocked';
}

/** Up to 6.2, FOLL_LONGTERM cannot be had where the lock may be dropped; get_*() refuse it anyway. */
function refusesLongterm(machine: Machine, pin: boolean): boolean {
  if (machine.kernel.newGup) return false;
  return !pin || machine.kernel.defects.has('longterm-refused-with-lock');
}

/** is_valid_gup_args() of 6.12; the scattered checks of 6.1. */
function refused(
  machine: Machine,
  variant: Variant,
  pin: boolean,
  flags: number,
  hold: number,
  pages: PageArray,
): boolean {
  const warning = machine.kernel.newGup
    ? refusalOfNewGup(flags, hold, pages)
    : refusalOfOldGup(variant, pin, flags, pages);
  if (warning) machine.warn(warning);
  if (warning || machine.kernel.newGup) return warning !== undefined;
  const { defects } = machine.kernel;
  if (flags & FOLL.PIN && !defects.has('foll-pin-accepted')) return true;
  return !pages && (flags & FOLL.GET) !== 0 && !defects.has('null-pages-get-leaks');
}

function refusalOfNewGup(flags: number, hold: number, pages: PageArray): Warning | undefined {
  if (flags & INTERNAL_FLAGS) return 'internalFlags';
  const all = flags | hold;
  if (all & FOLL.PIN && all & FOLL.GET) return 'pinAndGet';
  if (!(all & FOLL.PIN) && all & FOLL.LONGTERM) return 'longtermWithoutPin';
  if (all & (FOLL.PIN | FOLL.GET) && !pages) return 'noPagesArray';
  if (all & FOLL.LONGTERM && all & FOLL.PCI_P2PDMA) return 'longtermP2pdma';
  return undefined;
}

function refusalOfOldGup(
  variant: Variant,
  pin: boolean,
  flags: number,
  pages: PageArray,
): Warning | undefined {
  if (pin) {
    const names = OLD_PIN_WARNINGS[variant];
    if (flags & FOLL.GET) return names.get;
    return pages ? undefined : names.none;
  }
  if (variant === 'unlocked' || variant === 'fastOnly') return undefined;
  if (flags & FOLL.PIN) return 'pinPassed';
  return flags & FOLL.LONGTERM ? 'longtermPassed' : undefined;
}

const OLD_PIN_WARNINGS: Readonly<Record<Variant, { get: Warning; none: Warning }>> = {
  fast: { get: 'getToPinFast', none: 'nullToPinFast' },
  fastOnly: { get: 'getToPinFastOnly', none: 'nullToPinFastOnly' },
  plain: { get: 'getToPin', none: 'nullToPin' },
  remote: { get: 'getToPinRemote', none: 'nullToPinRemote' },
  remoteLocked: { get: 'getToPinRemote', none: 'nullToPinRemote' },
  unlocked: { get: 'getToPinUnlocked', none: 'nullToPinUnlocked' },
};

/** gup_fast_fallback(); mm/gup.c:3436 (6.12.117): the page tables first, faulting for what they do not have. */
function fastFallback(
  current: AddressSpace,
  address: number,
  nrPages: number,
  flags: number,
  pages: PageArray,
): number {
  const { machine } = current;
  if (flags & ~FAST_FLAGS) {
    machine.warn('notForFast');
    return EINVAL;
  }
  if (flags & FOLL.PIN) current.hasPinned = true;
  const start = pageNumber(address) * PAGE_SIZE;
  const end = start + nrPages * PAGE_SIZE;
  if (end > TASK_SIZE_MAX) return EFAULT;
  const walked = walkFast(current, start, end, flags, pages);
  if (walked === nrPages || flags & FOLL.FAST_ONLY) return walked;

  // An unsigned subtraction: more pages than asked for leave almost the whole address space to do.
  const left = walked > nrPages ? Number.MAX_SAFE_INTEGER : nrPages - walked;
  const touch = machine.kernel.newGup || !(flags & FOLL.LONGTERM) ? FOLL.TOUCH : 0;
  const rest = getUserPagesLocked(current, start + walked * PAGE_SIZE, left, flags | touch, pages, walked);
  if (rest < 0) return walked || rest;
  return walked + rest;
}

/** gup_fast(): takes what is mapped suitably, up to the first page that is not. */
function walkFast(mm: AddressSpace, start: number, end: number, flags: number, pages: PageArray): number {
  if (start === end && !mm.machine.kernel.defects.has('fast-walk-of-no-pages')) return 0;
  let got = 0;
  let address = start;
  do {
    const taken = takeFast(mm, address, end, flags);
    if (!taken) break;
    for (const page of taken) {
      if (!pages) throw new KernelOops('the fast walk stores into a NULL page array');
      pages[got++] = page;
    }
    if (taken.length === 0) break;
    address += taken.length * PAGE_SIZE;
  } while (address !== end);
  return got;
}

/** gup_fast_pte_range(), gup_fast_pmd_leaf(): the next page, or all wanted pages of a huge mapping. */
function takeFast(mm: AddressSpace, address: number, end: number, flags: number): Page[] | undefined {
  const { pte, pmd } = mm.lookup(address);
  const mapping = pte ?? pmd;
  const head = pmd ? pmd.folio.page(0) : pte?.page;
  if (!mapping || !head || pte?.special || !mm.find(address)?.read) return undefined;
  if (flags & FOLL.WRITE && !mapping.writable) return undefined;
  const first = pmd ? pageNumber(address) % HUGE_PAGES : head.index;
  const count = pmd ? Math.min(HUGE_PAGES - first, (end - address) / PAGE_SIZE) : 1;
  if (!grabFast(mm.machine, head.folio, count, flags)) return undefined;
  const wrong =
    !allowedFast(mm.machine, head.folio, flags) ||
    (!mapping.writable && mustUnshare(mm.machine, undefined, flags, head));
  if (wrong) {
    dropHold(mm.machine, head.folio, count, flags);
    return undefined;
  }
  return Array.from({ length: count }, (_, k) => head.folio.page(first + k));
}

/** gup_fast_folio_allowed(): a long-term writable pin of file memory is left to the slow path; shmem is known to be safe. */
function allowedFast(machine: Machine, folio: Folio, flags: number): boolean {
  const longtermWrite = FOLL.PIN | FOLL.LONGTERM | FOLL.WRITE;
  if (!machine.kernel.newGup || (flags & longtermWrite) !== longtermWrite) return true;
  return isAnonymous(folio) || folio.kind === 'file';
}

/** gup_must_unshare(): a read-only pin must not land on a page that a write fault would replace. */
function mustUnshare(machine: Machine, vma: Vma | undefined, flags: number, page: Page): boolean {
  if ((flags & (FOLL.WRITE | FOLL.PIN)) !== FOLL.PIN) return false;
  if (isAnonymous(page.folio)) return !isExclusive(page);
  if (!(flags & FOLL.LONGTERM) || machine.kernel.defects.has('longterm-read-goes-stale')) return false;
  return vma ? !vma.shared : true;
}

/** try_grab_folio_fast(). False: the folio is being freed, or its count is broken. */
function grabFast(machine: Machine, folio: Folio, count: number, flags: number): boolean {
  if (folio.refs < 0) {
    machine.warn('fastRefNegative');
    return false;
  }
  if (folio.refs === 0) return false;
  takeHold(folio, count, flags);
  return true;
}

/** try_grab_folio(). 0, or -ENOMEM where the count is broken. */
function grabSlow(machine: Machine, folio: Folio, flags: number): number {
  if (folio.refs <= 0) {
    machine.warn('slowRefNotPositive');
    return ENOMEM;
  }
  takeHold(folio, 1, flags);
  return 0;
}

function takeHold(folio: Folio, count: number, flags: number): void {
  if (flags & FOLL.GET) folio.refs += count;
  else if (flags & FOLL.PIN && folio.kind !== 'zero') {
    folio.refs += folio.large ? count : count * PIN_BIAS;
    if (folio.large) folio.pins += count;
  }
}

function dropHold(machine: Machine, folio: Folio, count: number, flags: number): void {
  if (flags & FOLL.PIN) unpinFolio(machine, folio, count);
  else putReferences(machine, folio, count);
}

/** __get_user_pages_locked() and __get_user_pages(); slots from `at` on are filled. */
export function getUserPagesLocked(
  mm: AddressSpace,
  start: number,
  nrPages: number,
  flags: number,
  pages: PageArray,
  at: number,
): number {
  if (nrPages === 0 && mm.machine.kernel.newGup) return 0;
  if (flags & FOLL.PIN) mm.hasPinned = true;
  const wanted = pages && !(flags & FOLL.PIN) ? flags | FOLL.GET : flags;
  let done = 0;
  while (done < nrPages) {
    const taken = takeSlow(mm, start + done * PAGE_SIZE, wanted, pages !== null);
    if (typeof taken === 'number') return done || taken;
    if (pages) pages[at + done] = taken.page;
    done += Math.min(taken.span, nrPages - done);
  }
  return done;
}

interface Taken {
  readonly page: Page;
  /** Pages that the mapping covers from here on; looked at only where no array is filled. */
  readonly span: number;
}

/** One page with its hold, faulted in if need be; or a negative error number. */
function takeSlow(mm: AddressSpace, address: number, flags: number, fills: boolean): Taken | number {
  const vma = mm.find(address);
  if (!vma) return EFAULT;
  const error = checkVma(vma, flags);
  if (error) return error;
  // Absent, then read-only, then shared: no page needs more faults than that.
  for (let faults = 0; faults < 4; faults++) {
    const found = follow(mm, vma, address, flags, fills);
    if (typeof found === 'object' || typeof found === 'number') return found;
    if (flags & FOLL.NOFAULT && !ignoresNofault(mm.machine, vma)) return EFAULT;
    const access = found === 'shared' ? 'unshare' : flags & FOLL.WRITE ? 'write' : 'read';
    const failed = handleFault(mm, vma, address, access);
    if (failed) return failed;
  }
  return EFAULT;
}

function ignoresNofault(machine: Machine, vma: Vma): boolean {
  return vma.backing === 'hugetlb' && machine.kernel.defects.has('hugetlb-ignores-nofault');
}

/** check_vma_flags(), for the kinds of mapping that the machine knows. */
function checkVma(vma: Vma, flags: number): number {
  if (vma.backing === 'pfnmap') return EFAULT;
  if (flags & FOLL.ANON && vma.backing !== 'anon') return EFAULT;
  if (flags & FOLL.WRITE) {
    if (vma.write) return 0;
    return flags & FOLL.FORCE && vma.backing !== 'hugetlb' && !vma.shared ? 0 : EFAULT;
  }
  return vma.read || flags & FOLL.FORCE ? 0 : EFAULT;
}

/** follow_page_mask(): a page with its hold, an error, or the reason for a fault. */
function follow(
  mm: AddressSpace,
  vma: Vma,
  address: number,
  flags: number,
  fills: boolean,
): Taken | number | 'absent' | 'shared' {
  const { machine } = mm;
  const { pte, pmd } = mm.lookup(address);
  if (!pmd && flags & FOLL.PIN && flags & FOLL.GET) {
    machine.warn('pinAndGetFollow');
    return EINVAL;
  }
  const mapping = pmd ?? pte;
  if (!mapping) return flags & FOLL.DUMP && !vma.file ? EFAULT : 'absent';
  const head = pmd ? pmd.folio.page(0) : pte?.page;
  if (flags & FOLL.WRITE && !mapping.writable && !forcesWrite(vma, head, flags)) return 'absent';
  if (flags & FOLL.DUMP && (pte?.special || head?.folio.kind === 'hugezero')) return EFAULT;
  if (!head) return EEXIST;
  if (!mapping.writable && mustUnshare(machine, vma, flags, head)) return 'shared';
  if (fills || vma.backing !== 'hugetlb') {
    const error = grabSlow(machine, head.folio, flags);
    if (error) return error;
  }
  if (flags & FOLL.TOUCH && flags & FOLL.WRITE && pte && !pte.dirty) head.folio.dirty = true;
  return pmd ? takenOfHuge(pmd.folio, address, fills) : { page: head, span: 1 };
}

function takenOfHuge(folio: Folio, address: number, fills: boolean): Taken {
  const index = pageNumber(address) % HUGE_PAGES;
  return { page: folio.page(index), span: fills ? 1 : HUGE_PAGES - index };
}

/** can_follow_write_pte(): FOLL_FORCE writes to a page of a private read-only mapping once COW has been broken. */
function forcesWrite(vma: Vma, page: Page | undefined, flags: number): boolean {
  if (!(flags & FOLL.FORCE) || vma.shared || vma.write) return false;
  return page !== undefined && isAnonymous(page.folio) && isExclusive(page);
}
