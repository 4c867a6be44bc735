import { describe, expect, it } from 'vitest';
import { iovIterExtractPages, PagesPointer } from '../../server/src/semantics/machine/extract.ts';
import {
  advance,
  type BioVec,
  FOLIOQ_SLOTS,
  FolioXArray,
  folioQueueIter,
  IovIter,
} from '../../server/src/semantics/machine/iterators.ts';
import { kernelOf } from '../../server/src/semantics/machine/kernels.ts';
import { AddressSpace } from '../../server/src/semantics/machine/memory.ts';
import { Machine, PAGE_SIZE, type Page } from '../../server/src/semantics/machine/pages.ts';
import { kernelTree, linesOf } from './kernelTree.ts';

/** The kernel's own tests hold this much memory, list so many pages a call, and ask for so much at most. */
const BUFFER_PAGES = 256;
const LIST_PAGES = 8;
const MAX_SIZE = 100 * 1024;

/** Bytes from..to of the buffer, or of a page of it. */
interface Range {
  readonly page: number;
  readonly from: number;
  readonly to: number;
}

/** Reads a range table of lib/kunit_iov_iter.c; rows of two numbers have no page. */
function table(lines: readonly string[], name: string): Range[] {
  const start = lines.findIndex(line => line.includes(`${name}[] = {`));
  const ranges: Range[] = [];
  for (const line of lines.slice(start + 1)) {
    const numbers = [...line.matchAll(/-?(?:0x[0-9a-f]+|\d+)/gi)].map(([text]) => Number(text));
    if (start < 0 || numbers.length === 0 || numbers.includes(-1)) break;
    const [page, from, to] = numbers.length === 3 ? numbers : [0, ...numbers];
    ranges.push({ page: page ?? 0, from: from ?? 0, to: to ?? 0 });
  }
  return ranges;
}

class Bench {
  readonly mm = new AddressSpace(new Machine(kernelOf('6.12'), () => this.frame()));
  readonly pages: Page[];
  private next: number | undefined;

  /** @param adjacent whether the pages lie next to each other in memory. */
  constructor(adjacent = false) {
    if (adjacent) this.next = 1 << 26;
    this.pages = Array.from({ length: BUFFER_PAGES }, () =>
      this.mm.machine.allocate({ kind: 'kernel', order: 0 }).page(0),
    );
  }

  private frame(): { frame?: number } {
    return this.next === undefined ? {} : { frame: this.next++ };
  }

  /** Extracts until the iterator is empty; each byte run with the page and offset it was found at. */
  drain(iter: IovIter): { page: Page; offset: number; length: number }[] {
    const found: { page: Page; offset: number; length: number }[] = [];
    while (iter.count > 0) {
      const before = iter.count;
      const pages = new PagesPointer('given');
      const { ret, offset } = iovIterExtractPages(this.mm, iter, pages, MAX_SIZE, LIST_PAGES, 0);
      expect(ret).toBeGreaterThanOrEqual(0);
      expect(iter.count).toBe(before - ret);
      expect(pages.entries.length).toBeLessThanOrEqual(LIST_PAGES);
      if (ret === 0) break;
      expect(offset).toBeLessThan(PAGE_SIZE);
      let at = offset ?? 0;
      let left = ret;
      for (const page of pages.entries) {
        const length = Math.min(left, PAGE_SIZE - at);
        if (page) found.push({ page, offset: at, length });
        left -= length;
        at = 0;
      }
      expect(left).toBe(0);
    }
    return found;
  }

  /** The same runs, from the table. */
  expected(ranges: readonly Range[]) {
    return ranges.flatMap(({ page, from, to }) => {
      const runs: { page: Page; offset: number; length: number }[] = [];
      for (let at = from; at < to; ) {
        const offset = at % PAGE_SIZE;
        const length = Math.min(to - at, PAGE_SIZE - offset);
        runs.push({ page: this.pages[page + Math.floor(at / PAGE_SIZE)] as Page, offset, length });
        at += length;
      }
      return runs;
    });
  }
}

/** Frame numbers for pages, which compare by value and print short. */
function byFrame(runs: readonly { page: Page; offset: number; length: number }[]) {
  return runs.map(({ page, offset, length }) => ({ frame: page.folio.frame, offset, length }));
}

const tree = kernelTree('6.12');

describe.skipIf(!tree)('the range tables of lib/kunit_iov_iter.c', () => {
  const lines = tree ? linesOf(tree, 'lib/kunit_iov_iter.c') : [];
  const flat = table(lines, 'kvec_test_ranges');
  const paged = table(lines, 'bvec_test_ranges');

  it('are read', () => {
    expect(flat.length).toBeGreaterThan(5);
    expect(paged.length).toBeGreaterThan(5);
    expect(paged.some(({ page }) => page > 0)).toBe(true);
    expect(Math.max(...flat.map(({ to }) => to))).toBeLessThanOrEqual(BUFFER_PAGES * PAGE_SIZE);
  });

  it('come out of a kvec', () => {
    const bench = new Bench();
    const segments = flat.map(({ from, to }) => ({
      buffer: { pages: bench.pages },
      offset: from,
      length: to - from,
    }));
    const iter = new IovIter({ kind: 'kvec', segments }, 'dest', totalOf(flat));
    expect(byFrame(bench.drain(iter))).toEqual(byFrame(bench.expected(flat)));
    expect(iter.count).toBe(0);
  });

  for (const adjacent of [false, true])
    it(`come out of a bvec over ${adjacent ? 'adjacent' : 'scattered'} pages`, () => {
      const bench = new Bench(adjacent);
      const iter = new IovIter({ kind: 'bvec', segments: loadBvecs(bench, paged) }, 'dest', totalOf(paged));
      expect(byFrame(bench.drain(iter))).toEqual(byFrame(bench.expected(paged)));
      expect(iter.count).toBe(0);
    });

  it('come out of a folio queue', () => {
    const bench = new Bench();
    const folios = bench.pages.map(page => page.folio);
    const queue = Array.from({ length: Math.ceil(folios.length / FOLIOQ_SLOTS) }, (_, at) =>
      folios.slice(at * FOLIOQ_SLOTS, (at + 1) * FOLIOQ_SLOTS),
    );
    for (const range of flat) {
      const iter = folioQueueIter(queue, 'source', 0, 0, range.to);
      advance(bench.mm.machine, iter, range.from);
      expect(byFrame(bench.drain(iter))).toEqual(byFrame(bench.expected([range])));
      expect(iter.count).toBe(0);
    }
  });

  it('come out of an xarray', () => {
    const bench = new Bench();
    const xarray = new FolioXArray();
    for (const [index, page] of bench.pages.entries()) xarray.store(index, page.folio);
    for (const range of flat) {
      const size = range.to - range.from;
      const iter = new IovIter({ kind: 'xarray', xarray, start: range.from }, 'source', size);
      expect(byFrame(bench.drain(iter))).toEqual(byFrame(bench.expected([range])));
      expect([iter.count, iter.iovOffset]).toEqual([0, size]);
    }
  });
});

function totalOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** One bvec a range; a range that begins where the last page ended, in the next page of memory, lengthens the last bvec. */
function loadBvecs(bench: Bench, ranges: readonly Range[]): BioVec[] {
  const vecs: BioVec[] = [];
  let continues: Page | undefined;
  for (const { page: index, from, to } of ranges) {
    const page = bench.pages[index] as Page;
    const last = vecs.at(-1);
    if (last && from === 0 && to > 0 && page === continues) last.length += to;
    else vecs.push({ page, offset: from, length: to - from });
    continues = to % PAGE_SIZE === 0 ? bench.mm.machine.pageAfter(page, to / PAGE_SIZE) : undefined;
  }
  return vecs;
}
