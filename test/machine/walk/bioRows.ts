import type { FunctionRow, Release, Store } from '../../../server/src/semantics/effects.ts';
import type { Direction, Hold } from '../../../server/src/semantics/holds.ts';
import {
  addVec,
  Bio,
  bioAddPage,
  bioCheckPagesDirty,
  bioFreePages,
  bioIovIterGetPages,
  bioReleasePage,
  bioReleasePages,
  bioSetPagesDirty,
  dropPages,
} from '../../../server/src/semantics/machine/bios.ts';
import { type Backing, IovIter } from '../../../server/src/semantics/machine/iterators.ts';
import type { Kernel } from '../../../server/src/semantics/machine/kernels.ts';
import { type Folio, PAGE_SIZE, type Page } from '../../../server/src/semantics/machine/pages.ts';
import { addedBy } from './extractions.ts';
import { type Probe, trial, type Verdict } from './probe.ts';
import { type Change, changeText, Scene } from './scene.ts';

const MEMORY = ['anon TTTT', 'thp TTTT', 'mthp16k TTTT', 'shmem_shared FFFF', 'kernel'] as const;
const BLOCK = 512;
const BYTES = 3 * PAGE_SIZE;

/** A bio over some memory, and what its holds had added. */
interface Filled {
  readonly bio: Bio;
  readonly held: ReadonlyMap<Folio, Change>;
}

function filled(scene: Scene, memory: string, direction: Direction, offset: number): Filled {
  const [vma = '', state = ''] = memory.split(' ');
  const user = vma !== 'kernel';
  const base = user ? scene.place(vma, state) + offset : 0;
  const backing: Backing = user
    ? { kind: 'ubuf', base }
    : { kind: 'bvec', segments: [{ page: pageOf(scene, 2), offset, length: BYTES }] };
  const bio = new Bio(scene.machine, user ? 8 : 0, BLOCK);
  const fill = (into: Bio) => bioIovIterGetPages(scene.mm, into, new IovIter(backing, direction, BYTES));
  // Faults everything in, so that then only the holds count.
  const first = new Bio(scene.machine, user ? 8 : 0, BLOCK);
  fill(first);
  bioReleasePages(scene.machine, first, false);
  const before = scene.now();
  fill(bio);
  return { bio, held: scene.changes(before) };
}

const pageOf = (scene: Scene, order: number): Page =>
  scene.machine.allocate({ kind: 'kernel', order }).page(0);

const negative = (changes: ReadonlyMap<Folio, Change>): Map<Folio, Change> =>
  new Map([...changes].map(([folio, [refs, pins]]) => [folio, [-refs, -pins] as const]));

type Releasing = (scene: Scene, bio: Bio, dirty: boolean) => void;

const RELEASES: Readonly<Record<string, Releasing>> = {
  bio_release_pages: ({ machine }, bio, dirty) => bioReleasePages(machine, bio, dirty),
  __bio_release_pages: ({ machine }, bio, dirty) => dropPages(machine, bio, dirty),
  bio_check_pages_dirty: ({ machine }, bio) => bioCheckPagesDirty(machine, bio),
};

const releaseOf = (row: FunctionRow): Release =>
  row.effects.find(effect => effect.kind === 'release') as Release;

/** The flag decides, and only the row that says so goes past it. */
function judgeRelease(
  row: FunctionRow,
  [memory, direction, offset, dirty]: readonly [string, Direction, number, boolean],
  kernel: Kernel,
  verdict: Verdict,
): void {
  const release = releaseOf(row);
  const scene = new Scene(kernel);
  const { bio, held } = filled(scene, memory, direction, offset);
  const flagged = bio.hold !== 'none';
  for (const [folio] of held) folio.dirty = false;
  const before = scene.now();
  RELEASES[row.name]!(scene, bio, dirty);
  const changes = scene.changes(before);
  const dirtied = scene.dirtied(before).length > 0;
  if (flagged)
    verdict.claim(
      changeText(changes) === changeText(negative(held)),
      () => `changes ${changeText(changes)}, and the bio held ${changeText(held)}`,
    );
  else
    verdict.claim(
      changes.size > 0 === (release.ignoresFlags ?? false),
      () => `changes ${changeText(changes)} of a bio without a flag`,
    );
  const mayDirty = release.dirties === true || (release.dirties !== undefined && dirty);
  if (flagged) verdict.claim(dirtied === mayDirty, () => `${dirtied ? 'dirties' : 'does not dirty'}`);
  verdict.saw('drops what the flag says', flagged && changes.size > 0);
  verdict.saw('looks at no flag', !flagged && changes.size > 0);
  verdict.saw('drops nothing without a flag', !flagged && changes.size === 0);
}

const releaseProbe: Probe = {
  *trials(row) {
    for (const memory of MEMORY)
      for (const direction of ['dest', 'source'] as const)
        for (const offset of [0, BLOCK])
          for (const dirty of [false, true])
            yield trial(`${memory} ${direction} ${offset} ${dirty}`, (kernel, verdict) =>
              judgeRelease(row, [memory, direction, offset, dirty], kernel, verdict),
            );
  },
  mustSee: row => [
    'drops what the flag says',
    releaseOf(row).ignoresFlags ? 'looks at no flag' : 'drops nothing without a flag',
  ],
};

/** A page that is surplus goes as the flag of its bio says. */
const surplusProbe: Probe = {
  *trials(row) {
    for (const hold of ['pin', 'get', 'none'] as const)
      for (const order of [0, 4])
        yield trial(`${hold} ${order}`, (kernel, verdict) => {
          const scene = new Scene(kernel);
          const bio = new Bio(scene.machine, 8, BLOCK);
          bio.hold = hold;
          const page = pageOf(scene, order);
          const added = addedBy([page], hold);
          for (const [folio, [refs, pins]] of added) {
            folio.refs += refs;
            folio.pins += pins;
          }
          const before = scene.now();
          bioReleasePage(scene.machine, bio, page);
          const changes = scene.changes(before);
          verdict.claim(releaseOf(row).hold === 'by-flag', () => 'asks the flag');
          verdict.claim(
            changeText(changes) === changeText(negative(added)),
            () => `changes ${changeText(changes)} with a ${hold}`,
          );
        });
  },
  mustSee: () => [],
};

/** Owner's pages: one reference each, the allocator's. */
const freeingProbe: Probe = {
  *trials(row) {
    for (const pages of [1, 3])
      yield trial(`${pages} pages`, (kernel, verdict) => {
        const scene = new Scene(kernel);
        const bio = new Bio(scene.machine, 8, BLOCK);
        const owned = Array.from({ length: pages }, () => pageOf(scene, 0));
        for (const page of owned) addVec(scene.machine, bio, page, PAGE_SIZE, 0);
        bioFreePages(scene.machine, bio);
        const freed = owned.every(({ folio }) => folio.freed);
        verdict.claim(freed === (releaseOf(row).hold === 'allocation'), () => 'frees otherwise than told');
      });
  },
  mustSee: () => [],
};

const dirtyingProbe: Probe = {
  *trials(row) {
    for (const memory of MEMORY)
      yield trial(memory, (kernel, verdict) => {
        const scene = new Scene(kernel);
        const { bio } = filled(scene, memory, 'source', 0);
        for (const { page } of bio.vecs) page.folio.dirty = false;
        const before = scene.now();
        bioSetPagesDirty(scene.machine, bio);
        const dirties = row.effects.some(effect => effect.kind === 'dirty');
        const clean = bio.vecs.some(({ page }) => !page.folio.dirty);
        verdict.claim(clean !== dirties, () => 'leaves pages clean');
        verdict.claim(scene.changes(before).size === 0, () => 'changes counts');
      });
  },
  mustSee: () => [],
};

type Adding = (scene: Scene, bio: Bio, page: Page) => number;

const ADDING: Readonly<Record<string, Adding>> = {
  bio_add_page: ({ machine }, bio, page) => bioAddPage(machine, bio, page, PAGE_SIZE, 0),
  bio_add_folio: ({ machine }, bio, page) => Number(bioAddPage(machine, bio, page, PAGE_SIZE, 0) > 0),
  __bio_add_page: ({ machine }, bio, page) => {
    addVec(machine, bio, page, PAGE_SIZE, 0);
    return 1;
  },
  bio_add_folio_nofail: ({ machine }, bio, page) => {
    addVec(machine, bio, page, PAGE_SIZE, 0);
    return 1;
  },
};

const MAX_VECS = 2;

/** Pages that adjoin the last vec join it; what does not fit is not taken; the hold is never touched. */
const addingProbe: Probe = {
  *trials(row) {
    for (const order of [0, 2])
      for (const pages of [1, 2, 3])
        for (const hold of ['pin', 'get', 'none'] as const)
          yield trial(`${order} ${pages} ${hold}`, (kernel, verdict) => {
            const { takes } = row.effects.find(effect => effect.kind === 'store') as Store;
            const scene = new Scene(kernel);
            const bio = new Bio(scene.machine, MAX_VECS, BLOCK);
            bio.hold = hold as Hold;
            const folio = scene.machine.allocate({ kind: 'kernel', order: 2 });
            const given = Array.from({ length: pages }, (_, k) =>
              order === 2 ? folio.page(k) : pageOf(scene, 0),
            );
            const before = scene.now();
            const fitting = row.name.startsWith('__') || row.name.endsWith('nofail') ? MAX_VECS : pages;
            const added = given.slice(0, fitting).map(page => ADDING[row.name]!(scene, bio, page) > 0);
            verdict.claim(
              takes === 'keeps' && scene.changes(before).size === 0,
              () => `changes ${changeText(scene.changes(before))}`,
            );
            verdict.claim(
              bio.size === added.filter(Boolean).length * PAGE_SIZE,
              () => `holds ${bio.size} bytes for ${added}`,
            );
            verdict.saw('adds', added.includes(true));
          });
  },
  mustSee: () => ['adds'],
};

/** What bios take, carry and drop; bio_iov_iter_get_pages() is among the extractions. */
export const BIO_PROBES: Readonly<Record<string, Probe>> = {
  ...Object.fromEntries(Object.keys(RELEASES).map(name => [name, releaseProbe])),
  ...Object.fromEntries(Object.keys(ADDING).map(name => [name, addingProbe])),
  bio_release_page: surplusProbe,
  bio_free_pages: freeingProbe,
  bio_set_pages_dirty: dirtyingProbe,
};
