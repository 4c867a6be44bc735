import type { FunctionRow } from '../../../server/src/semantics/effects.ts';
import type { Hold } from '../../../server/src/semantics/holds.ts';
import {
  FOLL,
  getUserPages,
  getUserPagesFast,
  getUserPagesRemote,
  getUserPagesUnlocked,
  type PageArray,
  pinUserPages,
  pinUserPagesFast,
  pinUserPagesRemote,
  pinUserPagesRemoteLocked,
  pinUserPagesUnlocked,
  type UserPagesFunction,
} from '../../../server/src/semantics/machine/gup.ts';
import type { Kernel, KernelVersion } from '../../../server/src/semantics/machine/kernels.ts';
import type { AddressSpace } from '../../../server/src/semantics/machine/memory.ts';
import { PAGE_SIZE, type Page } from '../../../server/src/semantics/machine/pages.ts';
import { pagePutUnpin } from '../../../server/src/semantics/machine/releases.ts';
import {
  getDumpPage,
  getUserPageFastOnly,
  getUserPagesFastOnly,
  getUserPageVmaRemote,
  pinUserPagesFastOnly,
} from '../../../server/src/semantics/machine/singles.ts';
import { addedBy } from './extractions.ts';
import { acquireOf, type Probe, type Trial, trial, type Verdict } from './probe.ts';
import { changeText, Scene } from './scene.ts';
import { USER_MEMORY } from './settings.ts';

const CALLS: Readonly<Record<string, UserPagesFunction>> = {
  get_user_pages: getUserPages,
  get_user_pages_remote: getUserPagesRemote,
  get_user_pages_unlocked: getUserPagesUnlocked,
  get_user_pages_fast: getUserPagesFast,
  get_user_pages_fast_only: getUserPagesFastOnly,
  pin_user_pages: pinUserPages,
  pin_user_pages_remote: pinUserPagesRemote,
  pin_user_pages_unlocked: pinUserPagesUnlocked,
  pin_user_pages_fast: pinUserPagesFast,
  pin_user_pages_fast_only: pinUserPagesFastOnly,
  get_user_page_fast_only: (mm, start, _nrPages, flags, pages) =>
    Number(getUserPageFastOnly(mm, start, flags, pages)),
  get_user_page_vma_remote: (mm, start, _nrPages, flags, pages) =>
    getUserPageVmaRemote(mm, start, flags, pages),
  get_dump_page: (mm, start, _nrPages, _flags, pages) => {
    const page = getDumpPage(mm, start);
    if (page) pages?.push(page);
    return Number(page !== undefined);
  },
};

/** The same call with `locked` NULL. */
const LOCKED: Readonly<Record<string, UserPagesFunction>> = {
  pin_user_pages_remote: pinUserPagesRemoteLocked,
};

/** FOLL_* of include/linux/mm_types.h (6.12.117) that a caller can name, and FOLL_PIN. */
const NAMES = [
  'WRITE',
  'GET',
  'DUMP',
  'FORCE',
  'NOWAIT',
  'NOFAULT',
  'HWPOISON',
  'ANON',
  'LONGTERM',
  'SPLIT_PMD',
  'PCI_P2PDMA',
  'INTERRUPTIBLE',
  'HONOR_NUMA_FAULT',
  'PIN',
] as const;
type FlagName = (typeof NAMES)[number];

/** Flags of include/linux/mm.h (6.1.192). */
const NAMES_6_1 = NAMES.filter(
  name => name !== 'PCI_P2PDMA' && name !== 'INTERRUPTIBLE' && name !== 'HONOR_NUMA_FAULT',
);

const namesOf = (version: KernelVersion): readonly FlagName[] => (version === '6.12' ? NAMES : NAMES_6_1);

interface Range {
  readonly memory: string;
  readonly forked: boolean;
  readonly first: number;
  readonly nrPages: number;
  readonly flags: readonly FlagName[];
  readonly array: boolean;
}

/** None, each alone, each with FOLL_WRITE, and those that change how others work. */
function flagSets(version: KernelVersion): FlagName[][] {
  const names = namesOf(version);
  const pairs = names.filter(name => name !== 'WRITE').map((name): FlagName[] => ['WRITE', name]);
  return [
    [],
    ...names.map((name): FlagName[] => [name]),
    ...pairs,
    ['FORCE', 'WRITE', 'LONGTERM'],
    ['NOFAULT', 'LONGTERM'],
    ['GET', 'PIN'],
  ];
}

function* ranges(version: KernelVersion, one: boolean): Generator<Range> {
  for (const flags of flagSets(version))
    for (const memory of USER_MEMORY)
      for (const nrPages of one ? [1] : [1, 3, 8, 0])
        for (const first of [0, 2])
          for (const forked of [false, true])
            for (const array of one ? [true] : [true, false])
              yield { memory, forked, first, nrPages, flags, array };
}

function judge(
  row: FunctionRow,
  take: UserPagesFunction,
  range: Range,
  kernel: Kernel,
  verdict: Verdict,
): void {
  const acquire = acquireOf(row);
  const hold = acquire.hold as Hold;
  const scene = new Scene(kernel);
  const [vma = '', state = ''] = range.memory.split(' ');
  const start = scene.place(vma, state, range.forked) + range.first * PAGE_SIZE;
  const flags = range.flags.reduce((all, name) => all | FOLL[name], 0);
  const refused = range.flags.find(name => acquire.refusedFlags?.includes(`FOLL_${name}`));
  const call = (mm: AddressSpace) => {
    const pages: PageArray = range.array ? [] : null;
    const ret = take(mm, start, range.nrPages, flags, pages);
    return { ret, pages: (pages ?? []) as Page[] };
  };
  const release = (pages: readonly Page[]) => {
    for (const page of pages) pagePutUnpin(scene.machine, page, hold);
  };
  release(call(scene.mm).pages);
  const before = scene.now();
  const { ret, pages } = call(scene.mm);
  const changes = scene.changes(before);
  const added = addedBy(pages, hold);
  verdict.claim(ret <= range.nrPages, () => `returns ${ret} for ${range.nrPages} pages`);
  verdict.claim(
    pages.length === (range.array ? Math.max(0, ret) : 0),
    () => `returns ${ret} and fills ${pages.length} slots`,
  );
  verdict.claim(
    changeText(changes) === changeText(added),
    () => `changes ${changeText(changes)}, and a ${hold} on each page would be ${changeText(added)}`,
  );
  verdict.claim(!refused || ret <= 0, () => `takes FOLL_${refused}`);
  const dirtied = scene.dirtied(before);
  verdict.claim(
    dirtied.length === 0 || range.flags.includes('WRITE'),
    () => `dirties ${dirtied.length} folios without FOLL_WRITE`,
  );
  verdict.saw('works', ret > 0 && range.array);
  verdict.saw('works without an array', ret > 0 && !range.array);
  verdict.saw('fails', ret <= 0 && range.flags.length === 0);
  verdict.saw('a short count', ret > 0 && ret < range.nrPages);
  verdict.saw(`takes ${range.flags[0]}`, ret > 0 && range.flags.length === 1);
  release(pages);
  const left = scene.changes(before);
  verdict.claim(left.size === 0, () => `after the release there is left ${changeText(left)}`);
}

/** get_user_pages*() without pages[] merely fault in; the fast calls and pin_*() do not allow that. */
const ARRAY_OPTIONAL = ['get_user_pages', 'get_user_pages_remote', 'get_user_pages_unlocked'];

const probe: Probe = {
  boundedStride: 23,
  *trials(row, version, stride): Iterable<Trial> {
    const acquire = acquireOf(row);
    const one = acquire.asked === undefined || 'constant' in (acquire.asked as object);
    let at = 0;
    for (const range of ranges(version, one)) {
      if (at++ % stride !== 0) continue;
      // A NULL array would oops in 6.1 where nothing looks at it.
      if (!range.array && version !== '6.12' && row.name.startsWith('get_user_pages_fast')) continue;
      const { flags, array, ...rest } = range;
      const name = `${Object.values(rest).join(' ')} [${flags.join(' ')}] ${array ? 'array' : 'NULL'}`;
      const locked = LOCKED[row.name];
      yield trial(name, (kernel, verdict) => judge(row, CALLS[row.name]!, range, kernel, verdict));
      if (locked)
        yield trial(`${name} locked NULL`, (kernel, verdict) => judge(row, locked, range, kernel, verdict));
    }
  },
  mustSee(row, version) {
    const acquire = acquireOf(row);
    const flags = acquire.flags === undefined ? [] : namesOf(version);
    const taken = flags.filter(name => !acquire.refusedFlags?.includes(`FOLL_${name}`));
    return [
      'works',
      'fails',
      ...(acquire.returns === 'page-count' ? ['a short count'] : []),
      ...(ARRAY_OPTIONAL.includes(row.name) ? ['works without an array'] : []),
      ...taken.map(name => `takes ${name}`),
    ];
  },
};

/** get_user_pages(), pin_user_pages() and everything built on them. */
export const USER_PAGES_PROBES: Readonly<Record<string, Probe>> = Object.fromEntries(
  Object.keys(CALLS).map(name => [name, probe]),
);
