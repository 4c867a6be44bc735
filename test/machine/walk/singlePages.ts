import type { FunctionRow } from '../../../server/src/semantics/effects.ts';
import type { Hold } from '../../../server/src/semantics/holds.ts';
import type { Kernel } from '../../../server/src/semantics/machine/kernels.ts';
import { PageCache } from '../../../server/src/semantics/machine/memory.ts';
import { type Folio, HUGE_ORDER, PAGE_SIZE, type Page } from '../../../server/src/semantics/machine/pages.ts';
import {
  addReferences,
  addReferencesUnless,
  markDirty,
  tryGetPage,
} from '../../../server/src/semantics/machine/references.ts';
import {
  folioAddPin,
  getKernelPages,
  memfdPinFolios,
} from '../../../server/src/semantics/machine/singles.ts';
import { addedBy } from './extractions.ts';
import { acquireOf, type Probe, trial, type Verdict } from './probe.ts';
import { changeText, Scene } from './scene.ts';

/** Folios as a single call may meet them. */
export const FOLIOS = ['small', 'large', 'zero', 'hugezero', 'file', 'hugetlb'] as const;
export type FolioName = (typeof FOLIOS)[number];

export function folioNamed({ machine }: Scene, name: FolioName): Folio {
  switch (name) {
    case 'zero':
      return machine.zero;
    case 'hugezero':
      return machine.hugeZero;
    case 'large':
      return machine.allocate({ kind: 'anon', order: 4 });
    case 'hugetlb':
      return machine.allocate({ kind: 'hugetlb', order: HUGE_ORDER });
    default:
      return machine.allocate({ kind: name === 'file' ? 'file' : 'anon', order: 0 });
  }
}

const MANY = 3;

/** True where it acquired; undefined where there is nothing to tell. */
type Taking = (scene: Scene, page: Page) => boolean | undefined;

const always =
  (count = 1): Taking =>
  (_scene, { folio }) => {
    addReferences(folio, count);
    return undefined;
  };
const unlessZero: Taking = (_scene, { folio }) => addReferencesUnless(folio, 1, 0);
const manyUnlessZero: Taking = (_scene, { folio }) => addReferencesUnless(folio, MANY, 0);

const TAKINGS: Readonly<Record<string, Taking>> = {
  get_page: always(),
  folio_get: always(),
  page_ref_inc: always(),
  folio_ref_inc: always(),
  page_ref_add: always(MANY),
  folio_ref_add: always(MANY),
  try_get_page: ({ machine }, page) => tryGetPage(machine, page),
  get_page_unless_zero: unlessZero,
  folio_try_get: unlessZero,
  folio_try_get_rcu: unlessZero,
  page_ref_add_unless: manyUnlessZero,
  folio_ref_add_unless: manyUnlessZero,
  folio_add_pin: ({ machine }, { folio }) => {
    folioAddPin(machine, folio);
    return undefined;
  },
};

/** Those that look at the count first. */
const MAY_FAIL = [
  'try_get_page',
  'get_page_unless_zero',
  'folio_try_get',
  'folio_try_get_rcu',
  'page_ref_add_unless',
  'folio_ref_add_unless',
];

function judgeTaking(
  row: FunctionRow,
  name: FolioName,
  freed: boolean,
  kernel: Kernel,
  verdict: Verdict,
): void {
  const { hold, asked, returns } = acquireOf(row);
  const scene = new Scene(kernel);
  const folio = folioNamed(scene, name);
  if (freed) folio.refs = 0;
  if (hold === 'pin')
    for (const [held, [refs, pins]] of addedBy([folio.page(0)], 'pin')) {
      held.refs += refs;
      held.pins += pins;
    }
  const before = scene.now();
  const took = TAKINGS[row.name]!(scene, folio.page(0)) ?? true;
  const times = asked && 'argument' in (asked as object) ? MANY : 1;
  const added = took ? addedBy(Array<Page>(times).fill(folio.page(0)), hold as Hold) : new Map();
  const changes = scene.changes(before);
  verdict.claim(
    changeText(changes) === changeText(added),
    () => `changes ${changeText(changes)}, not ${changeText(added)}`,
  );
  verdict.claim(took || returns === 'bool', () => 'may fail');
  verdict.claim(scene.machine.warnings.length === 0 || freed, () => `warns: ${scene.machine.warnings}`);
  verdict.saw(took ? 'takes' : 'fails');
}

const takingProbe: Probe = {
  *trials(row) {
    for (const name of FOLIOS)
      for (const freed of MAY_FAIL.includes(row.name) ? [false, true] : [false])
        yield trial(`${name}${freed ? ' freed' : ''}`, (kernel, verdict) =>
          judgeTaking(row, name, freed, kernel, verdict),
        );
  },
  mustSee: row => (acquireOf(row).returns === 'bool' ? ['takes', 'fails'] : ['takes']),
};

const DIRTYING = ['set_page_dirty_lock', 'set_page_dirty', 'folio_mark_dirty', 'SetPageDirty'];

const dirtyingProbe: Probe = {
  *trials(row) {
    for (const name of FOLIOS)
      yield trial(name, (kernel, verdict) => {
        const scene = new Scene(kernel);
        const folio = folioNamed(scene, name);
        const before = scene.now();
        markDirty(folio);
        const dirties = row.effects.some(effect => effect.kind === 'dirty');
        verdict.claim(scene.dirtied(before).includes(folio) === dirties, () => 'dirties otherwise than told');
        verdict.claim(scene.changes(before).size === 0, () => 'changes counts');
      });
  },
  mustSee: () => [],
};

const FILE_PAGES = 6;

/** memfd_pin_folios(): one pin a folio; a range outside the file fails. */
const memfdProbe: Probe = {
  *trials(row) {
    for (const start of [0, 100, PAGE_SIZE, 5 * PAGE_SIZE, 7 * PAGE_SIZE, -1])
      for (const length of [1, PAGE_SIZE, 3 * PAGE_SIZE, 6 * PAGE_SIZE])
        for (const max of [0, 1, 2, 8])
          for (const holes of [false, true])
            yield trial(`${start} ${length} ${max} ${holes}`, (kernel, verdict) => {
              const { hold, offset: tellsOffset } = acquireOf(row);
              const scene = new Scene(kernel);
              const file = new PageCache();
              if (!holes) for (let k = 0; k < FILE_PAGES; k++) file.obtain(scene.machine, k, 0);
              const folios: Folio[] = [];
              const pin = () =>
                memfdPinFolios(
                  scene.machine,
                  file,
                  FILE_PAGES * PAGE_SIZE,
                  start,
                  start + length - 1,
                  folios,
                  max,
                );
              const before = scene.now();
              const { ret, offset } = pin();
              const pages = folios.map(folio => folio.page(0));
              const changes = scene.changes(before);
              const added = addedBy(pages, hold as Hold);
              verdict.claim(
                changeText(changes) === changeText(added),
                () => `changes ${changeText(changes)}, not ${changeText(added)}`,
              );
              verdict.claim(folios.length === Math.max(0, ret), () => `returns ${ret} for ${folios.length}`);
              verdict.claim(ret <= max, () => `returns ${ret} of ${max}`);
              verdict.claim(
                ret <= 0 || (tellsOffset !== undefined && offset === start % PAGE_SIZE),
                () => `the offset is ${offset}`,
              );
              verdict.saw(ret > 0 ? 'pins' : 'fails');
              verdict.saw('a short count', ret === max && ret * PAGE_SIZE < length);
            });
  },
  mustSee: () => ['pins', 'fails', 'a short count'],
};

/** get_kernel_pages(): one reference on the page of each kvec. */
const kernelPagesProbe: Probe = {
  *trials(row) {
    for (const segments of [0, 1, 3])
      yield trial(`${segments} segments`, (kernel, verdict) => {
        const scene = new Scene(kernel);
        const pages = Array.from({ length: segments }, () =>
          scene.machine.allocate({ kind: 'kernel', order: 0 }).page(0),
        );
        const before = scene.now();
        const got: (Page | undefined)[] = [];
        const ret = getKernelPages(
          pages.map(page => ({ pages: [page] })),
          got,
        );
        const added = addedBy(pages, acquireOf(row).hold as Hold);
        verdict.claim(ret === segments && got.length === segments, () => `returns ${ret}`);
        verdict.claim(
          changeText(scene.changes(before)) === changeText(added),
          () => `changes ${changeText(scene.changes(before))}`,
        );
        verdict.saw('takes', ret > 0);
      });
  },
  mustSee: () => ['takes'],
};

/** References and pins of single pages and folios, and what marks them dirty. */
export const SINGLE_PAGE_PROBES: Readonly<Record<string, Probe>> = {
  ...Object.fromEntries(Object.keys(TAKINGS).map(name => [name, takingProbe])),
  ...Object.fromEntries(DIRTYING.map(name => [name, dirtyingProbe])),
  memfd_pin_folios: memfdProbe,
  get_kernel_pages: kernelPagesProbe,
};
