import type { FunctionRow, Release } from '../../../server/src/semantics/effects.ts';
import type { Hold } from '../../../server/src/semantics/holds.ts';
import type { Kernel } from '../../../server/src/semantics/machine/kernels.ts';
import { type Folio, type Page, putReferences } from '../../../server/src/semantics/machine/pages.ts';
import { foliosPut } from '../../../server/src/semantics/machine/references.ts';
import {
  pagePutUnpin,
  putPage,
  unpinFolio,
  unpinUserPage,
  unpinUserPageRangeDirtyLock,
  unpinUserPages,
  unpinUserPagesDirtyLock,
} from '../../../server/src/semantics/machine/releases.ts';
import { unpinFolios } from '../../../server/src/semantics/machine/singles.ts';
import { addedBy } from './extractions.ts';
import { type Probe, trial, type Verdict } from './probe.ts';
import { changeText, Scene } from './scene.ts';
import { FOLIOS, type FolioName, folioNamed } from './singlePages.ts';

interface Given {
  readonly pages: readonly Page[];
  readonly count: number;
  readonly dirty: boolean;
  readonly mode: Hold;
}

type Releasing = (scene: Scene, given: Given) => void;

const first = ({ pages }: Given): Page => pages[0]!;
const folios = ({ pages, count }: Given): Folio[] => pages.slice(0, count).map(({ folio }) => folio);

const putOne: Releasing = ({ machine }, given) => putPage(machine, first(given));
const putMany: Releasing = ({ machine }, given) => putReferences(machine, first(given).folio, given.count);
const putBatch: Releasing = ({ machine }, given) => foliosPut(machine, folios(given));
const byMode: Releasing = ({ machine }, given) => pagePutUnpin(machine, first(given), given.mode);

const RELEASES: Readonly<Record<string, Releasing>> = {
  unpin_user_page: ({ machine }, given) => unpinUserPage(machine, first(given)),
  unpin_user_pages: ({ machine }, { pages, count }) => unpinUserPages(machine, pages, count),
  unpin_user_pages_dirty_lock: ({ machine }, { pages, count, dirty }) =>
    unpinUserPagesDirtyLock(machine, pages, count, dirty),
  unpin_user_page_range_dirty_lock: ({ machine }, { pages, count, dirty }) =>
    unpinUserPageRangeDirtyLock(machine, pages[0]!, count, dirty),
  unpin_folio: ({ machine }, given) => unpinFolio(machine, first(given).folio, 1),
  unpin_user_folio: ({ machine }, given) => unpinFolio(machine, first(given).folio, given.count),
  unpin_folios: ({ machine }, given) => unpinFolios(machine, folios(given), given.count),
  put_page: putOne,
  folio_put: putOne,
  folio_put_refs: putMany,
  page_ref_sub: putMany,
  folio_ref_sub: putMany,
  release_pages: putBatch,
  folios_put: putBatch,
  folios_put_refs: putBatch,
  folio_batch_release: putBatch,
  pagevec_release: putBatch,
  page_put_unpin: byMode,
  folio_put_unpin: byMode,
};

/** Which pages the count of a row runs over. */
const SHAPES: Readonly<Record<string, 'neighbours' | 'same'>> = {
  unpin_user_page_range_dirty_lock: 'neighbours',
  unpin_user_folio: 'same',
  folio_put_refs: 'same',
  page_ref_sub: 'same',
  folio_ref_sub: 'same',
};

const HELD = 4;

interface Case {
  readonly name: FolioName;
  readonly count: number;
  readonly dirty: boolean;
  readonly hold: Hold;
  readonly mode: Hold;
}

const releaseOf = (row: FunctionRow): Release =>
  row.effects.find(effect => effect.kind === 'release') as Release;

function pagesOf(scene: Scene, row: FunctionRow, name: FolioName): Page[] {
  const folio = folioNamed(scene, name);
  const shape = SHAPES[row.name];
  if (shape === 'same' || !folio.large) return Array<Page>(HELD).fill(folio.page(0));
  return Array.from({ length: HELD }, (_, k) => folio.page(k));
}

/** Holds are taken on all pages, by the rules and not by the machine; some are dropped. */
function judge(row: FunctionRow, given: Case, kernel: Kernel, verdict: Verdict): void {
  const release = releaseOf(row);
  const scene = new Scene(kernel);
  const pages = pagesOf(scene, row, given.name);
  for (const [folio, [refs, pins]] of addedBy(pages, given.hold)) {
    folio.refs += refs;
    folio.pins += pins;
  }
  const before = scene.now();
  RELEASES[row.name]!(scene, { pages, ...given });
  const wanted: Hold =
    release.hold === 'by-mode-argument' ? given.mode : release.hold === 'get' ? 'get' : 'pin';
  const dropped = [...addedBy(pages.slice(0, given.count), wanted)].map(
    ([folio, [refs, pins]]) => [folio, [-refs, -pins]] as const,
  );
  const changes = scene.changes(before);
  const expected = new Map(dropped);
  verdict.claim(
    changeText(changes) === changeText(expected),
    () => `changes ${changeText(changes)}, and to drop a ${wanted} each is ${changeText(expected)}`,
  );
  const mayDirty = release.dirties !== undefined && (release.dirties === true || given.dirty);
  const zero = given.name === 'zero' || given.name === 'hugezero';
  const dirtied = scene.dirtied(before).length > 0;
  verdict.claim(
    dirtied === (mayDirty && !zero),
    () => `${dirtied ? 'dirties' : 'does not dirty'} ${given.name}`,
  );
  verdict.saw('dirties', dirtied);
  verdict.saw('leaves clean', !dirtied && !zero);
  verdict.saw('drops some', given.count < pages.length && changes.size > 0);
}

function* cases(row: FunctionRow): Generator<Case> {
  const release = releaseOf(row);
  const counts =
    release.count === undefined ? (release.pages.form === 'object' ? [1, HELD] : [1]) : [1, 2, HELD];
  const modes: readonly Hold[] = release.hold === 'by-mode-argument' ? ['pin', 'get', 'none'] : ['none'];
  // Neighbours of a single page are other folios.
  for (const name of FOLIOS)
    for (const hold of ['pin', 'get'] as const)
      for (const mode of modes)
        for (const dirty of [false, true])
          for (const count of counts)
            if (SHAPES[row.name] !== 'neighbours' || count === 1 || name === 'large' || name === 'hugetlb')
              yield { name, count, dirty, hold, mode };
}

const probe: Probe = {
  *trials(row) {
    for (const given of cases(row))
      yield trial(Object.values(given).join(' '), (kernel, verdict) => judge(row, given, kernel, verdict));
  },
  mustSee(row) {
    const { dirties, count } = releaseOf(row);
    return [
      ...(dirties === undefined ? [] : ['dirties']),
      ...(dirties === true ? [] : ['leaves clean']),
      ...(count === undefined ? [] : ['drops some']),
    ];
  },
};

/** Releases of pages, folios and arrays of them. */
export const RELEASE_PROBES: Readonly<Record<string, Probe>> = Object.fromEntries(
  Object.keys(RELEASES).map(name => [name, probe]),
);
