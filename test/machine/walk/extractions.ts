import type { Acquire, FunctionRow } from '../../../server/src/semantics/effects.ts';
import { holdOn } from '../../../server/src/semantics/explain.ts';
import type { Direction, Hold, IteratorKind } from '../../../server/src/semantics/holds.ts';
import { Bio, bioIovIterGetPages, bioReleasePages } from '../../../server/src/semantics/machine/bios.ts';
import {
  type Extracted,
  iovIterExtractPages,
  iovIterGetPages2,
  iovIterGetPagesAlloc2,
  PagesPointer,
} from '../../../server/src/semantics/machine/extract.ts';
import type { IovIter } from '../../../server/src/semantics/machine/iterators.ts';
import { type Kernel, type KernelVersion, kernelOf } from '../../../server/src/semantics/machine/kernels.ts';
import { netfsExtractUserIter } from '../../../server/src/semantics/machine/netfs.ts';
import { type Folio, PAGE_SIZE, type Page, PIN_BIAS } from '../../../server/src/semantics/machine/pages.ts';
import { pagePutUnpin } from '../../../server/src/semantics/machine/releases.ts';
import { extractIterToSg, SgTable } from '../../../server/src/semantics/machine/scatterlist.ts';
import { acquireOf, type Probe, type Trial, trial, type Verdict } from './probe.ts';
import { type Change, changeText, Scene } from './scene.ts';
import { iteratorMaker, type Setting, settings } from './settings.ts';

/** What a call through an iterator gave. */
interface Taken {
  readonly ret: number;
  /** One for each hold. */
  readonly pages: readonly Page[];
  /** Bytes that the pages cover. */
  readonly bytes: number;
  readonly offset?: number;
  readonly array?: PagesPointer;
  readonly iterator?: IovIter;
  readonly release: (hold: Hold) => void;
}

type Call = (scene: Scene, iter: IovIter, setting: Setting) => Taken;

const eachPage =
  (scene: Scene, pages: readonly Page[]) =>
  (hold: Hold): void => {
    for (const page of pages) pagePutUnpin(scene.machine, page, hold);
  };

function intoArray(scene: Scene, array: PagesPointer, { ret, offset }: Extracted): Taken {
  const pages = ret > 0 ? array.entries.filter(page => page !== undefined) : [];
  return { ret, offset, pages, bytes: Math.max(0, ret), array, release: eachPage(scene, pages) };
}

const arrayFor = ({ given }: Setting) => new PagesPointer(given ? 'given' : 'null');

const getPages: Call = (scene, iter, { maxSize, maxPages }) => {
  const array = new PagesPointer('given');
  return intoArray(scene, array, iovIterGetPages2(scene.mm, iter, array, maxSize, maxPages));
};

const getPagesAlloc: Call = (scene, iter, setting) => {
  const array = arrayFor(setting);
  return intoArray(scene, array, iovIterGetPagesAlloc2(scene.mm, iter, array, setting.maxSize));
};

const extractPages: Call = (scene, iter, setting) => {
  const { maxSize, maxPages, flags } = setting;
  const array = arrayFor(setting);
  return intoArray(scene, array, iovIterExtractPages(scene.mm, iter, array, maxSize, maxPages, flags));
};

const toScatterlist: Call = (scene, iter, { maxSize, maxPages, flags }) => {
  const table = new SgTable();
  const ret = extractIterToSg(scene.mm, iter, maxSize, table, maxPages, flags);
  const pages = table.entries.map(({ page }) => page);
  const bytes = table.entries.reduce((sum, { length }) => sum + length, 0);
  return { ret, pages, bytes, release: eachPage(scene, pages) };
};

const netfsUserIter: Call = (scene, iter, { maxSize, flags }) => {
  const { ret, iterator } = netfsExtractUserIter(scene.mm, iter, maxSize, flags);
  const vecs = iterator?.backing.kind === 'bvec' ? iterator.backing.segments : [];
  const pages = vecs.map(({ page }) => page);
  return { ret, pages, bytes: iterator?.count ?? 0, iterator, release: eachPage(scene, pages) };
};

/** Holds of a bio are not one an entry: what bio_release_pages() drops is what counts. */
const intoBio: Call = (scene, iter, { maxPages }) => {
  const bio = new Bio(scene.machine, iter.kind === 'bvec' ? 0 : maxPages + 1, 512);
  const ret = bioIovIterGetPages(scene.mm, bio, iter);
  return { ret, pages: [], bytes: bio.size, release: () => bioReleasePages(scene.machine, bio, false) };
};

const CALLS: Readonly<Record<string, Call>> = {
  iov_iter_get_pages: getPages,
  iov_iter_get_pages2: getPages,
  iov_iter_get_pages_alloc: getPagesAlloc,
  iov_iter_get_pages_alloc2: getPagesAlloc,
  iov_iter_extract_pages: extractPages,
  extract_iter_to_sg: toScatterlist,
  netfs_extract_user_iter: netfsUserIter,
  bio_iov_iter_get_pages: intoBio,
};

const DIRECTIONS: readonly Direction[] = ['dest', 'source'];

const succeeded = ({ returns }: Acquire, ret: number): boolean =>
  returns === 'zero-or-error' ? ret === 0 : ret > 0;

/** What holds add to the counts, by the rules of Documentation/core-api/pin_user_pages.rst and not by the machine. */
export function addedBy(pages: readonly Page[], hold: Hold): Map<Folio, Change> {
  const added = new Map<Folio, Change>();
  for (const { folio } of pages) {
    const [refs, pins] = added.get(folio) ?? [0, 0];
    if (hold === 'get') added.set(folio, [refs + 1, pins]);
    else if (hold === 'pin' && folio.large) added.set(folio, [refs + 1, pins + 1]);
    else if (hold === 'pin' && folio.kind !== 'zero') added.set(folio, [refs + PIN_BIAS, pins]);
  }
  return added;
}

/**
 * A first call faults everything in and is released; the second is the one that is judged, so that only holds change
 * counts.
 */
function judge(row: FunctionRow, setting: Setting, kernel: Kernel, verdict: Verdict): void {
  const acquire = acquireOf(row);
  const hold = holdOn(acquire, setting.kind, setting.direction);
  const scene = new Scene(kernel);
  const make = iteratorMaker(scene, setting);
  const call = CALLS[row.name]!;
  call(scene, make(), setting).release(hold ?? 'none');
  const before = scene.now();
  const iter = make();
  const { count } = iter;
  const taken = call(scene, iter, setting);
  const changes = scene.changes(before);
  const passed = succeeded(acquire, taken.ret);
  judgeArray(acquire, setting, taken, passed, verdict);
  judgeDirty(scene, setting, scene.dirtied(before), verdict);
  if (!passed) {
    verdict.claim(taken.ret <= 0, () => `returns ${taken.ret}`);
    verdict.claim(changes.size === 0, () => `fails with ${taken.ret} and changes ${changeText(changes)}`);
    verdict.claim(
      iter.count === count,
      () => `fails with ${taken.ret} and advances by ${count - iter.count}`,
    );
    verdict.saw(`${setting.kind} fails`);
    taken.release(hold ?? 'none');
    return;
  }
  verdict.claim(hold !== undefined, () => `works on ${setting.kind}`);
  verdict.saw(`${setting.kind} ${setting.direction} works`);
  verdict.saw('a short count', taken.bytes < Math.min(count, setting.maxSize));
  judgeHold(row, setting, taken, changes, hold ?? 'none', verdict);
  judgeExtent(acquire, setting, taken, count, verdict);
  const moved = count - iter.count;
  const wanted = acquire.advances === false ? 0 : taken.bytes;
  verdict.claim(moved === wanted, () => `advances by ${moved}, not by ${wanted}`);
  taken.release(hold ?? 'none');
  const left = scene.changes(before);
  verdict.claim(left.size === 0, () => `after the release there is left ${changeText(left)}`);
}

function judgeHold(
  row: FunctionRow,
  { kind, direction }: Setting,
  taken: Taken,
  changes: ReadonlyMap<Folio, Change>,
  hold: Hold,
  verdict: Verdict,
): void {
  const zeroOnly = [...changes.keys()].every(folio => folio.kind === 'zero');
  verdict.saw(`${kind} ${direction} leaves a ${hold}`, hold === 'none' || !zeroOnly);
  if (row.name === 'bio_iov_iter_get_pages') {
    // Pages that adjoin share a hold; what is added must be of the right sort.
    for (const [folio, [refs, pins]] of changes) {
      const fits =
        hold === 'get'
          ? refs > 0 && pins === 0 && refs < PIN_BIAS
          : hold === 'pin' && (folio.large ? refs === pins : refs % PIN_BIAS === 0 && pins === 0);
      verdict.claim(fits, () => `leaves ${changeText(changes)} and not a ${hold}`);
    }
    return;
  }
  const added = addedBy(taken.pages, hold);
  verdict.claim(
    changeText(changes) === changeText(added),
    () => `changes ${changeText(changes)}, and a ${hold} on each page would be ${changeText(added)}`,
  );
}

function judgeExtent(
  acquire: Acquire,
  setting: Setting,
  taken: Taken,
  count: number,
  verdict: Verdict,
): void {
  const { ret, bytes, pages, offset } = taken;
  const asked = acquire.maxBytes === undefined ? count : Math.min(setting.maxSize, count);
  verdict.claim(bytes <= asked, () => `covers ${bytes} of ${asked} bytes asked for`);
  if (acquire.returns === 'byte-count')
    verdict.claim(bytes === ret, () => `returns ${ret} for ${bytes} bytes`);
  if (acquire.returns === 'other-count')
    verdict.claim(ret === pages.length, () => `returns ${ret} for ${pages.length} entries`);
  if (acquire.asked && acquire.pages.form !== 'object')
    verdict.claim(
      pages.length <= setting.maxPages,
      () => `${pages.length} pages of ${setting.maxPages} asked for`,
    );
  if (acquire.offset !== undefined) {
    const spanned = Math.ceil(((offset ?? 0) + ret) / PAGE_SIZE);
    verdict.claim(offset !== undefined, () => 'does not tell the offset');
    verdict.claim(pages.length === spanned, () => `${pages.length} pages for the ${spanned} that ret spans`);
  }
  if (acquire.intoIterator !== undefined)
    verdict.claim(
      taken.iterator?.kind === 'bvec' && taken.iterator.direction === setting.direction,
      () => `builds ${taken.iterator?.kind} ${taken.iterator?.direction}`,
    );
}

function judgeArray(
  { pages, arrayOnError }: Acquire,
  setting: Setting,
  { array, ret }: Taken,
  passed: boolean,
  verdict: Verdict,
): void {
  if (!array || pages.form !== 'array-pointer') return;
  const { fate } = array;
  const nothingAsked = ret === 0 && (setting.maxSize === 0 || setting.count === 0);
  if (passed) {
    const expected = setting.given && pages.allocates === 'if-null' ? 'given' : 'allocated';
    verdict.claim(fate === expected, () => `the array is ${fate}, not ${expected}`);
    verdict.saw(`array ${setting.given ? 'given' : 'null'} becomes ${fate}`);
    return;
  }
  if (arrayOnError === 'freed') {
    verdict.claim(fate === 'null', () => `fails and leaves the array ${fate}`);
    verdict.saw('array freed on failure', !nothingAsked);
    return;
  }
  verdict.claim(!setting.given || fate === 'given', () => `fails and makes the given array ${fate}`);
  verdict.saw('array kept on failure', fate === 'allocated' || fate === 'zero-size');
}

/** Only a write fault dirties, and only user memory that is a destination. */
function judgeDirty(scene: Scene, setting: Setting, dirtied: readonly Folio[], verdict: Verdict): void {
  const may = setting.direction === 'dest' && (setting.kind === 'ubuf' || setting.kind === 'iovec');
  verdict.claim(
    dirtied.length === 0 || may,
    () => `dirties ${dirtied.length} folios of ${scene.machine.kernel.version}`,
  );
}

const existing = (version: KernelVersion): readonly IteratorKind[] => kernelOf(version).iteratorKinds;

const probe: Probe = {
  boundedStride: 211,
  *trials(row, version, stride): Iterable<Trial> {
    for (const kind of existing(version))
      for (const direction of DIRECTIONS)
        for (const setting of settings(kind, direction, stride))
          yield trial(textOf(setting), (kernel, verdict) => judge(row, setting, kernel, verdict));
  },
  mustSee(row, version) {
    const acquire = acquireOf(row);
    const promises = existing(version).flatMap(kind =>
      DIRECTIONS.flatMap(direction => {
        const hold = holdOn(acquire, kind, direction);
        if (hold === undefined) return [`${kind} fails`];
        return [`${kind} ${direction} works`, `${kind} ${direction} leaves a ${hold}`];
      }),
    );
    return [...promises, 'a short count', ...arrayPromises(acquire)];
  },
};

function arrayPromises({ pages, arrayOnError }: Acquire): string[] {
  if (pages.form !== 'array-pointer') return [];
  const given = pages.allocates === 'if-null' ? 'given' : 'allocated';
  return [`array given becomes ${given}`, 'array null becomes allocated', `array ${arrayOnError} on failure`];
}

const textOf = (setting: Setting): string => Object.values(setting).join(' ');

/** Calls that take pages of an iterator. */
export const EXTRACTION_PROBES: Readonly<Record<string, Probe>> = Object.fromEntries(
  Object.keys(CALLS).map(name => [name, probe]),
);
