import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bio, bioIovIterGetPages } from '../../server/src/semantics/machine/bios.ts';
import { copyFromIter, copyToIter } from '../../server/src/semantics/machine/copies.ts';
import {
  iovIterExtractPages,
  iovIterGetPages2,
  iovIterGetPagesAlloc2,
  PagesPointer,
} from '../../server/src/semantics/machine/extract.ts';
import {
  FOLIOQ_SLOTS,
  FolioXArray,
  folioQueueIter,
  IovIter,
} from '../../server/src/semantics/machine/iterators.ts';
import { kernelOf, repaired } from '../../server/src/semantics/machine/kernels.ts';
import type { AddressSpace } from '../../server/src/semantics/machine/memory.ts';
import { PAGE_SIZE, type Page } from '../../server/src/semantics/machine/pages.ts';
import { extractIterToSg, SgTable } from '../../server/src/semantics/machine/scatterlist.ts';
import { anonymous, process } from './process.ts';

/**
 * What an iterator is, said once more and in another way: a string of bytes, each at a place in some page. However it is
 * taken, in whatever portions, the places come out in this order, none twice and none left out.
 */
type Place = readonly [page: Page, offset: number];

/** Neighbouring bytes of one page. */
interface Run {
  readonly page: Page;
  readonly offset: number;
  readonly length: number;
}

/** The places as text, by page and range, so that equal strings of bytes are equal texts. */
function normal(runs: readonly Run[]): string {
  const merged: { page: Page; offset: number; length: number }[] = [];
  for (const { page, offset, length } of runs) {
    const last = merged.at(-1);
    if (length === 0) continue;
    if (last && last.page === page && last.offset + last.length === offset) last.length += length;
    else merged.push({ page, offset, length });
  }
  return merged
    .map(({ page, offset, length }) => `${page.folio.frame + page.index}:${offset}+${length}`)
    .join(' ');
}

/** Bytes of pages from an offset on, cut at page boundaries. */
function runsOf(pageAt: (index: number) => Page, start: number, length: number): Run[] {
  const runs: Run[] = [];
  for (let at = start; at < start + length; ) {
    const part = Math.min(start + length - at, PAGE_SIZE - (at % PAGE_SIZE));
    runs.push({ page: pageAt(Math.floor(at / PAGE_SIZE)), offset: at % PAGE_SIZE, length: part });
    at += part;
  }
  return runs;
}

function cut(runs: readonly Run[], count: number): Run[] {
  let left = count;
  return runs.flatMap(run => {
    const length = Math.min(left, run.length);
    left -= length;
    return length > 0 ? [{ ...run, length }] : [];
  });
}

interface Plan {
  readonly kind: 'ubuf' | 'iovec' | 'kvec' | 'bvec' | 'xarray' | 'folioq';
  readonly parts: readonly { readonly order: number; readonly from: number; readonly length: number }[];
  readonly share: number;
}

const plans: fc.Arbitrary<Plan> = fc.record({
  kind: fc.constantFrom('ubuf', 'iovec', 'kvec', 'bvec', 'xarray', 'folioq'),
  parts: fc.array(
    fc.record({
      order: fc.nat(2),
      from: fc.oneof(fc.nat(4 * PAGE_SIZE - 1), fc.constantFrom(0, 512, 4095, 4096)),
      length: fc.oneof(fc.nat(4 * PAGE_SIZE), fc.constantFrom(0, 0, 1, 4096)),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  share: fc.double({ min: 0.05, max: 1, noNaN: true }),
});

/** The iterator of a plan, and its bytes as this file understands them. */
function build(mm: AddressSpace, { kind, parts, share }: Plan): { iter: IovIter; bytes: Run[] } | undefined {
  if (kind === 'ubuf' || kind === 'iovec') return buildUser(mm, kind, parts, share);
  let at = 0;
  const folios = parts.map(({ order }) => {
    // A folio of the page cache lies at an index that is a multiple of its size.
    const fits = at % (1 << order) === 0 ? order : 0;
    at += 1 << fits;
    return mm.machine.allocate({ kind: 'kernel', order: fits });
  });
  const used = parts.map(({ from, length }, k) => {
    const start = from % folios[k]!.size;
    return { folio: folios[k]!, start, length: Math.min(length, folios[k]!.size - start) };
  });
  if (kind === 'kvec' || kind === 'bvec') {
    const runs = used.flatMap(({ folio, start, length }) => runsOf(k => folio.page(k), start, length));
    const count = Math.ceil(runs.reduce((sum, { length }) => sum + length, 0) * share);
    if (count === 0) return undefined;
    const iter =
      kind === 'bvec'
        ? new IovIter(
            {
              kind,
              segments: used.map(({ folio, start, length }) => ({
                page: folio.page(0),
                offset: start,
                length,
              })),
            },
            'source',
            count,
          )
        : new IovIter(
            {
              kind,
              segments: used.map(({ folio, start, length }) => ({
                buffer: { pages: Array.from({ length: folio.length }, (_, k) => folio.page(k)) },
                offset: start,
                length,
              })),
            },
            'source',
            count,
          );
    return { iter, bytes: cut(runs, count) };
  }
  const all = folios.flatMap(folio => runsOf(k => folio.page(k), 0, folio.size));
  const total = folios.reduce((sum, folio) => sum + folio.size, 0);
  const start = (parts[0]?.from ?? 0) % folios[0]!.size;
  const count = Math.ceil((total - start) * share);
  const bytes = cut(skip(all, start), count);
  if (kind === 'xarray') {
    const xarray = new FolioXArray();
    let index = 0;
    for (const folio of folios) {
      xarray.store(index, folio);
      index += folio.length;
    }
    return { iter: new IovIter({ kind, xarray, start }, 'source', count), bytes };
  }
  const filler = mm.machine.allocate({ kind: 'kernel', order: 0 });
  const slots = [...Array.from({ length: FOLIOQ_SLOTS - 2 }, () => filler), ...folios];
  const queue = [slots.slice(0, FOLIOQ_SLOTS), slots.slice(FOLIOQ_SLOTS)].filter(({ length }) => length > 0);
  return { iter: folioQueueIter(queue, 'source', FOLIOQ_SLOTS - 2, start, count), bytes };
}

function skip(runs: readonly Run[], bytes: number): Run[] {
  let left = bytes;
  return runs.flatMap(({ page, offset, length }) => {
    const gone = Math.min(left, length);
    left -= gone;
    return gone < length ? [{ page, offset: offset + gone, length: length - gone }] : [];
  });
}

function buildUser(mm: AddressSpace, kind: 'ubuf' | 'iovec', parts: Plan['parts'], share: number) {
  const pages = 8;
  const base = anonymous(mm, pages);
  const pageAt = (index: number): Page => mm.lookup(base + index * PAGE_SIZE).pte!.page!;
  const used = parts.map(({ from, length }) => ({
    from,
    length: Math.min(length, pages * PAGE_SIZE - from),
  }));
  const segments = kind === 'ubuf' ? used.slice(0, 1) : used;
  const runs = segments.flatMap(({ from, length }) => runsOf(pageAt, from, length));
  const total = runs.reduce((sum, { length }) => sum + length, 0);
  const count = Math.ceil(total * share);
  if (count === 0) return undefined;
  const iter =
    kind === 'ubuf'
      ? new IovIter({ kind, base: base + segments[0]!.from }, 'source', count)
      : new IovIter(
          { kind, segments: segments.map(({ from, length }) => ({ base: base + from, length })) },
          'source',
          count,
        );
  return { iter, bytes: cut(runs, count) };
}

interface Portion {
  readonly by: 'extract' | 'get2' | 'alloc2' | 'sg' | 'bio';
  readonly maxSize: number;
  readonly maxPages: number;
}

const portions: fc.Arbitrary<Portion[]> = fc.array(
  fc.record({
    by: fc.constantFrom('extract', 'get2', 'alloc2', 'sg', 'bio'),
    maxSize: fc.oneof(fc.integer({ min: 1, max: 3 * PAGE_SIZE }), fc.constantFrom(1, 4096, 1 << 20)),
    maxPages: fc.integer({ min: 1, max: 6 }),
  }),
  { minLength: 1, maxLength: 4 },
);

/** What one call names; undefined where it takes nothing of this iterator. */
function take(mm: AddressSpace, iter: IovIter, { by, maxSize, maxPages }: Portion): Run[] | undefined {
  if (by === 'bio') {
    if (iter.kind === 'bvec') return undefined;
    const bio = new Bio(mm.machine, maxPages);
    if (bioIovIterGetPages(mm, bio, iter) !== 0) return undefined;
    return bio.vecs.flatMap(({ page, offset, length }) =>
      runsOf(k => mm.machine.pageAfter(page, k)!, offset, length),
    );
  }
  if (by === 'sg') {
    const table = new SgTable();
    if (extractIterToSg(mm, iter, Math.min(maxSize, iter.count), table, maxPages, 0) <= 0) return undefined;
    return table.entries.flatMap(({ page, offset, length }) =>
      runsOf(k => mm.machine.pageAfter(page, k)!, offset, length),
    );
  }
  const pages = new PagesPointer(by === 'alloc2' ? 'null' : 'given');
  const { ret, offset = 0 } =
    by === 'extract'
      ? iovIterExtractPages(mm, iter, pages, maxSize, maxPages, 0)
      : by === 'get2'
        ? iovIterGetPages2(mm, iter, pages, maxSize, maxPages)
        : iovIterGetPagesAlloc2(mm, iter, pages, maxSize);
  return ret > 0 ? runsOf(k => pages.entries[k]!, offset, ret) : undefined;
}

/** Mended: with its defects a kernel does break this, which defects.test.ts shows. */
const mended = () => process(repaired(kernelOf('6.12')));

describe('an iterator as a string of bytes', () => {
  it('comes out whole and in order, however it is portioned', () => {
    fc.assert(
      fc.property(plans, portions, (plan, sizes) => {
        const mm = mended();
        const made = build(mm, plan);
        if (!made) return;
        const { iter, bytes } = made;
        const taken: Run[] = [];
        for (let turn = 0; iter.count > 0 && turn < 20_000; turn++) {
          const portion = sizes[turn % sizes.length]!;
          const runs = take(mm, iter, portion) ?? take(mm, iter, { ...portion, by: 'extract' });
          if (!runs) throw new Error(`nothing taken with ${iter.count} bytes left`);
          taken.push(...runs);
          // The rest in larger portions, or one byte at a time would take all day.
          if (turn > 40) sizes = [{ by: 'extract', maxSize: 1 << 20, maxPages: 16 }];
        }
        expect(normal(taken)).toBe(normal(bytes));
      }),
      { numRuns: 600 },
    );
  });

  it('is read and written in that order by copies', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 5000 }), (plan, portion) => {
        const mm = mended();
        const made = build(mm, plan);
        if (!made) return;
        const { iter, bytes } = made;
        const places: Place[] = bytes.flatMap(({ page, offset, length }) =>
          Array.from({ length: Math.min(length, 3) }, (_, k): Place => [page, offset + k]),
        );
        // Later segments may name the same bytes again: the place says what is there, not the order.
        const value = ([page, offset]: Place) => ((page.folio.frame + page.index) * 31 + offset) % 251;
        for (const place of places) place[0].folio.write(place[0].index * PAGE_SIZE + place[1], value(place));
        const read: number[] = [];
        while (iter.count > 0) read.push(...copyFromIter(mm, iter, portion));
        const expected = bytes.flatMap(({ page, offset, length }) =>
          Array.from({ length }, (_, k) => page.folio.read(page.index * PAGE_SIZE + offset + k)),
        );
        expect(read).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('takes back from memory what was copied to it', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 5000 }), ({ parts, ...plan }, portion) => {
        const mm = mended();
        // One part: segments that overlap would be overwritten.
        const made = build(mm, { ...plan, parts: parts.slice(0, 1) });
        if (!made) return;
        const { iter, bytes } = made;
        const dest = new IovIter(iter.backing, 'dest', iter.count);
        Object.assign(dest, { slot: iter.slot, iovOffset: iter.iovOffset });
        let next = 0;
        while (dest.count > 0) {
          const data = Uint8Array.from({ length: portion }, () => next++ % 251);
          const copied = copyToIter(mm, dest, data);
          next -= portion - copied;
          if (copied === 0) throw new Error('nothing copied');
        }
        const found = bytes.flatMap(({ page, offset, length }) =>
          Array.from({ length }, (_, k) => page.folio.read(page.index * PAGE_SIZE + offset + k)),
        );
        expect(found).toEqual(found.map((_, k) => k % 251));
      }),
      { numRuns: 60 },
    );
  });
});
