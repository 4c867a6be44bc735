import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { touch } from '../../server/src/semantics/machine/faults.ts';
import { fork } from '../../server/src/semantics/machine/fork.ts';
import {
  FOLL,
  getUserPages,
  getUserPagesFast,
  pinUserPages,
  pinUserPagesFast,
} from '../../server/src/semantics/machine/gup.ts';
import type { KernelVersion } from '../../server/src/semantics/machine/kernels.ts';
import { PAGE_SIZE, type Page } from '../../server/src/semantics/machine/pages.ts';
import { unpinUserPagesDirtyLock } from '../../server/src/semantics/machine/releases.ts';
import { replayFork } from './experiments.ts';
import { anonymous, mapped, process } from './process.ts';
import type { HoldIn, HoldVector } from './vectors.ts';

const VERSIONS: readonly KernelVersion[] = ['6.1', '6.12'];
const versions = fc.constantFrom(...VERSIONS);
const PRIVATE = ['anon', 'thp', 'thp_pte', 'hugetlb'] as const;
const SHARED = ['anon_shared', 'shmem_shared'] as const;

/** What parent and child do, in order; longer than any recorded case. */
const actions = fc
  .array(fc.constantFrom('P', 'C'), { maxLength: 6 })
  .chain(before =>
    fc
      .tuple(fc.boolean(), fc.array(fc.constant('P'), { maxLength: 2 }))
      .map(([exits, after]) => [...before, ...(exits ? ['X', ...after] : [])].join('')),
  );

function run(version: KernelVersion, input: Partial<HoldIn>): Record<string, unknown> {
  const vector: HoldVector = {
    id: 0,
    group: 'fork',
    in: {
      vma: 'anon',
      state: 'T',
      hold: 'none',
      times: 1,
      hold_by: 'parent',
      hold_when: 'before_fork',
      ...input,
    },
    out: {},
  };
  return replayFork(version, vector);
}

function sees(parent: boolean, child: boolean): string {
  if (parent) return child ? 'both' : 'parent';
  return child ? 'child' : 'none';
}

/** The held page is copied by each that writes: the extra reference keeps it from being taken over. */
function lost(sequence: string): string {
  return sees(!sequence.includes('P'), !/[CX]/.test(sequence));
}

/** hugetlb looks at mappings, not at references: the last that maps the page takes it over. */
function lostOfHugetlb(sequence: string): string {
  const first = /[PC]/.exec(sequence)?.[0];
  const alone = /X.*P/.test(sequence) && !/P.*X/.test(sequence);
  return sees(first !== 'P' || alone, first !== 'C' && !sequence.includes('X'));
}

const check = (property: (version: KernelVersion, sequence: string) => void) =>
  fc.assert(fc.property(versions, actions, property), { numRuns: 150 });

describe.each(PRIVATE)('a page of %s that a device writes to', vma => {
  it('stays the parent’s where it was pinned before fork, whoever writes', () =>
    check((version, sequence) => {
      const out = run(version, {
        vma,
        hold: 'pin_user_pages_fast',
        gup_flag_names: 'WRITE',
        actions: sequence,
      });
      expect(out.sees_dma).toBe('parent');
    }));

  it('is lost to whoever writes where it was only referenced', () =>
    check((version, sequence) => {
      const out = run(version, {
        vma,
        hold: 'get_user_pages_fast',
        gup_flag_names: 'WRITE',
        actions: sequence,
      });
      expect(out.sees_dma).toBe(vma === 'hugetlb' ? lostOfHugetlb(sequence) : lost(sequence));
    }));

  it('is the parent’s alone where either was taken for writing after fork', () =>
    check((version, sequence) => {
      for (const hold of ['pin_user_pages_fast', 'get_user_pages_fast']) {
        const after = { hold_when: 'after_fork' as const, gup_flag_names: 'WRITE', actions: sequence };
        expect(run(version, { vma, hold, ...after }).sees_dma).toBe('parent');
      }
    }));

  it('is the parent’s with MADV_DONTFORK, also with a reference', () =>
    check((version, sequence) => {
      const kept = sequence.replaceAll('C', '');
      const out = run(version, {
        vma,
        hold: 'get_user_pages_fast',
        gup_flag_names: 'WRITE',
        dontfork: true,
        actions: kept,
      });
      expect(out.sees_dma).toBe('parent');
    }));
});

it.each(SHARED)('a page of %s is seen by both, whatever the hold', vma =>
  check((version, sequence) => {
    for (const hold of ['pin_user_pages_fast', 'get_user_pages_fast']) {
      const out = run(version, { vma, hold, gup_flag_names: 'WRITE', actions: sequence });
      expect(out.sees_dma).toBe(sees(true, !sequence.includes('X')));
    }
  }),
);

describe('a page that a device reads', () => {
  it.each(['anon', 'thp'])(
    'of %s has the parent’s later write with a pin, and is stale with a reference',
    vma =>
      check((version, sequence) => {
        const written = sequence.includes('P');
        const common = { vma, gup_flag_names: '', actions: sequence };
        const pinned = run(version, { ...common, hold: 'pin_user_pages_fast' });
        expect(pinned.device_read_byte0).toBe(written ? 'P' : 'T');
        expect(run(version, { ...common, hold: 'get_user_pages_fast' }).device_read_byte0).toBe('T');
      }),
  );

  it.each([
    ['anon', 'U'],
    ['anon', 'Z'],
    ['shmem_private', 'F'],
    ['thp_zero', 'Z'],
  ])(
    'of %s %s that was never written: only a long-term pin of 6.12 survives the first write',
    (vma, state) => {
      for (const version of VERSIONS)
        for (const flags of [0, FOLL.LONGTERM]) {
          const mm = process(version);
          const start = mapped(mm, vma, state);
          const pages: Page[] = [];
          expect(pinUserPagesFast(mm, start, 1, flags, pages)).toBe(1);
          const stays = touch(mm, start, 'write') === pages[0];
          expect([version, flags, stays]).toEqual([version, flags, flags !== 0 && version === '6.12']);
        }
    },
  );
});

describe('many references', () => {
  const held = (version: KernelVersion, gets: number, earlierPin: boolean) => {
    const mm = process(version);
    const start = anonymous(mm, 2);
    if (earlierPin) pinUserPagesFast(mm, start + PAGE_SIZE, 1, 0, []);
    for (let k = 0; k < gets; k++) getUserPagesFast(mm, start, 1, 0, []);
    const child = fork(mm);
    return child.lookup(start).pte?.page === mm.lookup(start).pte?.page;
  };

  it.each(VERSIONS)('fake a pin on %s from 1022 on, where the mm ever pinned anything', version => {
    expect([held(version, 1021, true), held(version, 1022, true), held(version, 1100, false)]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe('dirtying', () => {
  it.each(VERSIONS)(
    'on %s: the slow path of FOLL_WRITE dirties, the fast one leaves it to the release',
    version => {
      for (const [take, dirties] of [
        [getUserPagesFast, false],
        [pinUserPagesFast, false],
        [getUserPages, true],
        [pinUserPages, false],
      ] as const) {
        const mm = process(version);
        const start = anonymous(mm, 1);
        const folio = mm.lookup(start).pte!.page!.folio;
        mm.lookup(start).pte!.dirty = false;
        folio.dirty = false;
        expect(take(mm, start, 1, FOLL.WRITE, [])).toBe(1);
        expect([take.name, folio.dirty]).toEqual([take.name, dirties]);
        unpinUserPagesDirtyLock(mm.machine, [folio.page(0)], 1, true);
        expect(folio.dirty).toBe(true);
      }
    },
  );
});
