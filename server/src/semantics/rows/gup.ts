import type { Acquire, FunctionRow, PagesAt } from '../effects.ts';
import { acquire, array, count, given, result, row, slot } from './build.ts';

/** is_valid_gup_args() of mm/gup.c (6.12); is_valid_gup_flags() and the pin_*() functions there (6.1). */
const REFUSED: Readonly<Record<'get' | 'pin', readonly string[]>> = {
  get: ['FOLL_PIN', 'FOLL_LONGTERM'],
  pin: ['FOLL_PIN', 'FOLL_GET'],
};
/** gup_fast_fallback() of mm/gup.c (6.12), internal_get_user_pages_fast() (6.1): those that the fast calls do not know. */
const UNKNOWN_TO_FAST = [
  'FOLL_ANON',
  'FOLL_DUMP',
  'FOLL_HWPOISON',
  'FOLL_INTERRUPTIBLE',
  'FOLL_NOWAIT',
  'FOLL_SPLIT_PMD',
];

function userPages(hold: 'get' | 'pin', nrPages: number, flags: number, pages: number): Acquire {
  const asked = count(nrPages);
  const refusedFlags = REFUSED[hold];
  return acquire(hold, array(pages), 'page-count', { asked, flags, refusedFlags, extraction: true });
}

function userPagesFast(hold: 'get' | 'pin', nrPages: number, flags: number, pages: number): Acquire {
  const slow = userPages(hold, nrPages, flags, pages);
  return { ...slow, refusedFlags: [...REFUSED[hold], ...UNKNOWN_TO_FAST] };
}

const onePage = (
  pages: PagesAt,
  returns: Acquire['returns'],
  flags: number,
  refusedFlags: readonly string[],
): Acquire =>
  acquire('get', pages, returns, { asked: { constant: 1 }, flags, refusedFlags, extraction: true });

/** Up to 6.2 the _fast_only calls make no check of their own (mm/gup.c:3107, 6.1). */
const FAST_ONLY_6_1 = ['FOLL_PIN', ...UNKNOWN_TO_FAST];

const LOCK_HELD = 'The caller holds mmap_lock.';
const LOCK_NOT_HELD = 'The caller must not hold mmap_lock.';
const LOCK_MAY_DROP = 'The caller holds mmap_lock; it was dropped where *locked became 0.';
const NULL_PAGES = 'With pages == NULL nothing is held.';
const ZERO_ON_BAD_FLAGS =
  'Flags that may not be combined give a warning and 0, which a loop until all are pinned never leaves.';
const FAST_FLAGS =
  'Takes only FOLL_WRITE, LONGTERM, FORCE, NOFAULT, PCI_P2PDMA and HONOR_NUMA_FAULT; other flags give -EINVAL.';

const NEVER_FAULTS = 'Never faults: fewer pages than asked for, or none, is a normal answer.';
const ONE_WITHOUT_FAULT = 'Takes a plain reference on one user page without faulting.';
const FLAGS_BEHIND = 'The array is the third argument, the flags are the fourth.';
const NO_LONGTERM = 'FOLL_LONGTERM gives a warning and -EINVAL.';

const REFERENCES = 'Takes a plain reference (FOLL_GET) on each page of a user range.';
const PINS = 'Pins (FOLL_PIN) each page of a user range.';

const WITHOUT_VMAS = { lacks: ['gup-vmas'] } as const;
const WITH_VMAS = { needs: ['gup-vmas'] } as const;

/** get_user_pages and pin_user_pages with everything built on them. */
export const GUP_ROWS: readonly FunctionRow[] = [
  row('get_user_pages(start, nr_pages, gup_flags, pages)', 'mm/gup.c:2739', userPages('get', 2, 3, 4), {
    ...WITHOUT_VMAS,
    summary: REFERENCES,
    note: `${LOCK_HELD} ${NULL_PAGES}`,
  }),
  row(
    'get_user_pages(start, nr_pages, gup_flags, pages, vmas)',
    'mm/gup.c:2327 (6.1.192)',
    userPages('get', 2, 3, 4),
    {
      ...WITH_VMAS,
      summary: REFERENCES,
      note: `${LOCK_HELD} ${NULL_PAGES}`,
    },
  ),
  row(
    'get_user_pages_remote(mm, start, nr_pages, gup_flags, pages, locked)',
    'mm/gup.c:2698',
    userPages('get', 3, 4, 5),
    { ...WITHOUT_VMAS, summary: REFERENCES, note: `${LOCK_MAY_DROP} ${NULL_PAGES}` },
  ),
  row(
    'get_user_pages_remote(mm, start, nr_pages, gup_flags, pages, vmas, locked)',
    'mm/gup.c:2280 (6.1.192)',
    userPages('get', 3, 4, 5),
    { ...WITH_VMAS, summary: REFERENCES, note: `${LOCK_MAY_DROP} ${NULL_PAGES}` },
  ),
  row(
    'get_user_pages_unlocked(start, nr_pages, pages, gup_flags)',
    'mm/gup.c:2767',
    userPages('get', 2, 4, 3),
    {
      summary: REFERENCES,
      note: `${LOCK_NOT_HELD} ${FLAGS_BEHIND}`,
    },
  ),
  row(
    'get_user_pages_fast(start, nr_pages, gup_flags, pages)',
    'mm/gup.c:3540',
    userPagesFast('get', 2, 3, 4),
    {
      summary: REFERENCES,
      note: `${LOCK_NOT_HELD} ${FAST_FLAGS}`,
    },
  ),
  row(
    'get_user_pages_fast_only(start, nr_pages, gup_flags, pages)',
    'mm/gup.c:3506',
    userPagesFast('get', 2, 3, 4),
    { since: '6.3', summary: REFERENCES, note: NEVER_FAULTS },
  ),
  row(
    'get_user_pages_fast_only(start, nr_pages, gup_flags, pages)',
    'mm/gup.c:3106 (6.1.192)',
    { ...userPagesFast('get', 2, 3, 4), refusedFlags: FAST_ONLY_6_1 },
    { until: '6.2', summary: REFERENCES, note: `${NEVER_FAULTS} Errors are answered by 0, too.` },
  ),
  row(
    'get_user_page_fast_only(addr, gup_flags, pagep)',
    'include/linux/mm.h:2639',
    onePage(slot(3), 'bool', 2, [...REFUSED.get, ...UNKNOWN_TO_FAST]),
    { since: '6.3', summary: ONE_WITHOUT_FAULT },
  ),
  row(
    'get_user_page_fast_only(addr, gup_flags, pagep)',
    'include/linux/mm.h:2167 (6.1.192)',
    onePage(slot(3), 'bool', 2, FAST_ONLY_6_1),
    { until: '6.2', summary: ONE_WITHOUT_FAULT },
  ),
  row(
    'get_user_page_vma_remote(mm, addr, gup_flags, vmap)',
    'include/linux/mm.h:2546',
    onePage(result, 'pointer-or-error', 3, [...REFUSED.get, 'FOLL_NOWAIT']),
    { since: '6.5', summary: 'Takes a plain reference on one page of another process.', note: LOCK_HELD },
  ),
  row('pin_user_pages(start, nr_pages, gup_flags, pages)', 'mm/gup.c:3640', userPages('pin', 2, 3, 4), {
    ...WITHOUT_VMAS,
    summary: PINS,
    note: `${LOCK_HELD} ${ZERO_ON_BAD_FLAGS}`,
  }),
  row(
    'pin_user_pages(start, nr_pages, gup_flags, pages, vmas)',
    'mm/gup.c:3304 (6.1.192)',
    userPages('pin', 2, 3, 4),
    {
      ...WITH_VMAS,
      summary: PINS,
      note: LOCK_HELD,
    },
  ),
  row(
    'pin_user_pages_remote(mm, start, nr_pages, gup_flags, pages, locked)',
    'mm/gup.c:3606',
    userPages('pin', 3, 4, 5),
    { ...WITHOUT_VMAS, summary: PINS, note: `${LOCK_MAY_DROP} ${ZERO_ON_BAD_FLAGS}` },
  ),
  row(
    'pin_user_pages_remote(mm, start, nr_pages, gup_flags, pages, vmas, locked)',
    'mm/gup.c:3266 (6.1.192)',
    userPages('pin', 3, 4, 5),
    { ...WITH_VMAS, summary: PINS, note: LOCK_MAY_DROP },
  ),
  row(
    'pin_user_pages_unlocked(start, nr_pages, pages, gup_flags)',
    'mm/gup.c:3660',
    userPages('pin', 2, 4, 3),
    { since: '6.3', summary: PINS, note: `${LOCK_NOT_HELD} ${FLAGS_BEHIND} ${ZERO_ON_BAD_FLAGS}` },
  ),
  row(
    'pin_user_pages_unlocked(start, nr_pages, pages, gup_flags)',
    'mm/gup.c:3329 (6.1.192)',
    { ...userPages('pin', 2, 4, 3), refusedFlags: [...REFUSED.pin, 'FOLL_LONGTERM'] },
    { until: '6.2', summary: PINS, note: `${LOCK_NOT_HELD} ${FLAGS_BEHIND} ${NO_LONGTERM}` },
  ),
  row(
    'pin_user_pages_fast(start, nr_pages, gup_flags, pages)',
    'mm/gup.c:3574',
    userPagesFast('pin', 2, 3, 4),
    {
      summary: PINS,
      note: `${LOCK_NOT_HELD} ${FAST_FLAGS}`,
    },
  ),
  row(
    'pin_user_pages_fast_only(start, nr_pages, gup_flags, pages)',
    'mm/gup.c:3208 (6.1.192)',
    userPagesFast('pin', 2, 3, 4),
    {
      until: '6.4',
      summary: PINS,
      note: NEVER_FAULTS,
    },
  ),
  row(
    'memfd_pin_folios(memfd, start, end, folios, max_folios, offset)',
    'mm/gup.c:3700',
    acquire('pin', array(4), 'page-count', { asked: count(5), offset: 6, extraction: true }),
    {
      needs: ['memfd_pin_folios'],
      summary: 'Pins the folios of a memfd, each once, for a long time.',
      note: 'Returns a number of folios, not of pages; *offset is in bytes into the first folio; end is inclusive.',
    },
  ),
  row('folio_add_pin(folio)', 'mm/gup.c:218', acquire('pin', given(1), 'always'), {
    since: '6.5',
    summary: 'Adds a pin to a folio that is pinned already.',
    note: 'Nothing happens on the zero folio.',
  }),
  row('get_dump_page(addr)', 'mm/gup.c:2275', acquire('get', result, 'pointer-or-null'), {
    summary: 'Takes a reference on one page of the dumping process.',
  }),
  row(
    'make_device_exclusive_range(mm, start, end, pages, owner)',
    'mm/rmap.c:2555',
    acquire('get', array(4), 'page-count'),
    {
      summary: 'References and locks the pages of a range for exclusive use by a device.',
      note: 'Slots may be NULL and then hold nothing; unlock each page before its put_page().',
    },
  ),
  row(
    'get_kernel_pages(kiov, nr_segs, write, pages)',
    'mm/swap.c:165 (6.1.192)',
    acquire('get', array(4), 'page-count', { asked: count(2) }),
    {
      until: '6.2',
      summary: 'Takes a reference on the page of each kvec.',
    },
  ),
  row('follow_page(vma, address, foll_flags)', 'mm/gup.c:920 (6.1.192)', [], {
    until: '6.11',
    summary: 'Looks a page up; takes a reference only where FOLL_GET is given.',
  }),
];
