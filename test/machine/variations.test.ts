import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KernelOops } from '../../server/src/semantics/machine/kernels.ts';
import { replay } from './replay.ts';
import { type CallIn, type CallOut, type CallVector, isCall, readVectors } from './vectors.ts';

const calls = {
  '6.12': readVectors('6.12').filter(isCall),
  '6.1': readVectors('6.1').filter(isCall),
} as const;
const RUNS = { numRuns: 700 };

/** Other inputs for a recorded set-up: the memory stays, what is asked of it changes. */
type Change = Partial<
  Pick<
    CallIn,
    'maxsize' | 'maxpages' | 'nofault' | 'dir' | 'extraction_flags' | 'release' | 'forked' | 'clear_dirty'
  >
> & { readonly keep: number; readonly advance: number };

const changes: fc.Arbitrary<Change> = fc.record(
  {
    maxsize: fc.oneof(fc.nat(20_000), fc.constantFrom(0, 1, 4095, 4096, 4097, 1 << 20)),
    maxpages: fc.oneof(fc.nat(6), fc.constantFrom(16, 256)),
    nofault: fc.boolean(),
    dir: fc.constantFrom('source' as const, 'dest' as const),
    extraction_flags: fc.constantFrom(0, 1),
    release: fc.constantFrom('each' as const, 'dirty_lock' as const, 'array_clean' as const),
    forked: fc.boolean(),
    clear_dirty: fc.boolean(),
    keep: fc.double({ min: 0, max: 1, noNaN: true }),
    advance: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  { requiredKeys: ['keep', 'advance'] },
);

function varied(vector: CallVector, { keep, advance, ...rest }: Change): CallVector {
  const count = Math.round((vector.in.count ?? 0) * keep);
  const input = { ...vector.in, ...rest, count, advance: Math.round(count * advance) };
  return { ...vector, in: input };
}

/** The outcome, or undefined where the kernel would have stopped. */
function outcome(version: '6.12' | '6.1', vector: CallVector): CallOut | undefined {
  try {
    return replay(version, vector);
  } catch (error) {
    if (error instanceof KernelOops) return undefined;
    throw error;
  }
}

const isIterator = ({ in: { fn } }: CallVector): boolean =>
  !fn.endsWith('user_pages') && !/user_pages_/.test(fn);

const cases = fc
  .constantFrom<'6.12' | '6.1'>('6.12', '6.1')
  .chain(version =>
    fc.tuple(fc.constant(version), fc.constantFrom(...calls[version].filter(isIterator)), changes),
  );

/** Each holds whatever is asked; where a kernel has a defect that breaks it, the defect is named. */
describe('a recorded set-up with other inputs', () => {
  const check = (property: (out: CallOut, vector: CallVector) => void) =>
    fc.assert(
      fc.property(cases, ([version, vector, change]) => {
        const other = varied(vector, change);
        const out = outcome(version, other);
        if (out) property(out, other);
      }),
      RUNS,
    );

  it('gives back every count with the right release, also of pages it never named', () =>
    check((out, { in: { fn, iter } }) => {
      // A leading empty bvec: empty-bvec-takes-a-page.
      if (out.left_over) expect([fn.slice(0, 18), iter, out.ret]).toEqual(['iov_iter_get_pages', 'bvec', 0]);
      const user = iter === 'ubuf' || iter === 'iovec';
      out.folios.forEach(({ before, d_released }, at) => {
        const there = out.pages.some(page => page.folio === at && page.same_as_before !== false);
        if (before && (there || !user) && !out.left_over && !out.user_ref_change)
          expect(d_released).toEqual([0, 0]);
      });
    }));

  it('has lengths that add up to what it returns', () =>
    check((out, { in: { fn } }) => {
      const sum = out.pages.reduce((total, { len = 0 }) => total + len, 0);
      if (out.pages_cut) return;
      if (fn === 'extract_iter_to_sg') expect(sum).toBe(Math.max(0, out.ret));
      if (fn === 'bio_iov_iter_get_pages' && out.bio_cloned === 0) expect(sum).toBe(out.bi_size);
      if (/pages(?:2|_alloc2)?$/.test(fn) && !fn.startsWith('bio') && out.ret > 0) {
        const spanned = Math.ceil(((out.offset0 ?? 0) + out.ret) / 4096);
        // Only over a hole of an xarray (xarray-hole-claims-bytes) there are none.
        expect([spanned, 0]).toContain(out.npages);
      }
    }));

  it('never moves the iterator by other than what it took, nor backwards', () =>
    check((out, { in: { fn } }) => {
      const moved = (out.iter_before?.count ?? 0) - (out.iter_after?.count ?? 0);
      expect(moved).toBeGreaterThanOrEqual(0);
      if (/pages(?:2|_alloc2)?$/.test(fn) && !fn.startsWith('bio')) expect(moved).toBe(Math.max(0, out.ret));
      if (fn === 'bio_iov_iter_get_pages') expect(moved).toBe(out.bi_size);
    }));

  it('pins what it says it will, and marks the mm', () =>
    check(out => {
      const pinned = out.folios.some(({ held: [refs, pins] }) => pins > 0 || refs >= 1024);
      if (pinned && out.will_pin !== undefined) expect(out.will_pin).toBe(true);
      if (pinned && out.will_pin) expect(out.mm_has_pinned[1]).toBe(1);
      if (out.will_pin === false)
        expect(out.folios.every(({ held }) => held[0] === 0 && held[1] === 0)).toBe(true);
    }));

  it('leaves dirty only what is written to', () =>
    check((out, { in: { dir, release, forked } }) => {
      for (const { before, after, released } of out.folios) {
        if (before && dir === 'source' && !forked) expect(after.dirty).toBe(before.dirty);
        if (release !== 'dirty_lock') expect(released.dirty).toBe(after.dirty);
      }
    }));

  it('warns only of what a caller did wrong', () =>
    check((out, { in: { maxpages, iter } }) => {
      const known = out.warn.filter(
        place => !/iov_iter\.c:(?:990|1302)|scatterlist\.c:(?:1429|1310|1285)/.test(place),
      );
      expect(known).toEqual([]);
      if (out.warn.some(place => /iov_iter\.c:(?:990|1302)/.test(place)))
        expect(maxpages === 0 || iter === 'bvec').toBe(true);
    }));
});

const FLAGS = ['WRITE', 'FORCE', 'NOFAULT', 'LONGTERM', 'DUMP', 'GET', 'PIN'] as const;

/** The same for user pages: another range, other flags. */
const ranges = fc.constantFrom<'6.12' | '6.1'>('6.12', '6.1').chain(version =>
  fc.tuple(
    fc.constant(version),
    fc.constantFrom(...calls[version].filter(vector => !isIterator(vector))),
    fc.record({
      nr_pages: fc.integer({ min: 1, max: 12 }),
      addr_off: fc.oneof(fc.nat(20_000), fc.constantFrom(0, 4096, 8191)),
      forked: fc.boolean(),
      clear_dirty: fc.boolean(),
    }),
    fc.subarray([...FLAGS]),
  ),
);

describe('a recorded range with other bounds and flags', () => {
  it('is held as far as the returned number, given back whole, and untouched on failure', () => {
    fc.assert(
      fc.property(ranges, ([version, vector, change, flags]) => {
        const input: CallIn = { ...vector.in, ...change, pages_in: 'given', gup_flag_names: flags.join(' ') };
        const out = outcome(version, { ...vector, in: input });
        if (!out) return;
        expect(out.ret).toBeLessThanOrEqual(change.nr_pages);
        expect(out.npages).toBe(Math.max(0, out.ret));
        expect(out.left_over ?? []).toEqual([]);
        const pins = input.fn.startsWith('pin');
        // get_user_pages_unlocked(FOLL_PIN) pins on 6.1: foll-pin-accepted.
        const strange = version === '6.1' && flags.includes('PIN');
        for (const { kind, order, entries, held } of out.folios) {
          if (strange) continue;
          const small = kind === 'zero' ? 0 : 1024 * entries;
          const pinned = order > 0 ? [entries, entries] : [small, 0];
          expect(held).toEqual(pins ? pinned : [entries, 0]);
        }
        if (pins && out.ret > 0) expect(out.mm_has_pinned[1]).toBe(1);
      }),
      RUNS,
    );
  });

  it('is not dirtied by a call that does not write', () => {
    fc.assert(
      fc.property(ranges, ([version, vector, change, flags]) => {
        const read = flags.filter(flag => flag !== 'WRITE');
        const input: CallIn = { ...vector.in, ...change, release: 'each', gup_flag_names: read.join(' ') };
        const out = outcome(version, { ...vector, in: input });
        for (const { before, released } of out?.folios ?? [])
          if (before) expect(released.dirty).toBe(before.dirty);
      }),
      RUNS,
    );
  });
});
