import { describe, expect, it } from 'vitest';
import { DEFECTS, type DefectId } from '../../server/src/semantics/defects.ts';
import { explainFunction, toMarkdown } from '../../server/src/semantics/explain.ts';
import { Bio, bioIovIterGetPages } from '../../server/src/semantics/machine/bios.ts';
import {
  iovIterExtractPages,
  iovIterGetPages2,
  iovIterGetPagesAlloc2,
  PagesPointer,
} from '../../server/src/semantics/machine/extract.ts';
import { touch } from '../../server/src/semantics/machine/faults.ts';
import {
  FOLL,
  getUserPages,
  getUserPagesFast,
  getUserPagesUnlocked,
  type PageArray,
  pinUserPages,
  pinUserPagesFast,
  pinUserPagesRemote,
  pinUserPagesUnlocked,
} from '../../server/src/semantics/machine/gup.ts';
import { FolioXArray, IovIter } from '../../server/src/semantics/machine/iterators.ts';
import {
  EFAULT,
  EINVAL,
  ENOMEM,
  type KernelVersion,
  kernelOf,
  repaired,
  treeOfKernel,
} from '../../server/src/semantics/machine/kernels.ts';
import type { AddressSpace } from '../../server/src/semantics/machine/memory.ts';
import { PAGE_SIZE, type Page } from '../../server/src/semantics/machine/pages.ts';
import { foliosPut } from '../../server/src/semantics/machine/references.ts';
import {
  unpinUserPageRangeDirtyLock,
  unpinUserPagesDirtyLock,
} from '../../server/src/semantics/machine/releases.ts';
import { extractIterToSg, SgTable } from '../../server/src/semantics/machine/scatterlist.ts';
import { getUserPagesFastOnly } from '../../server/src/semantics/machine/singles.ts';
import { anonymous, kernelPages, mapped, process } from './process.ts';

/** The inputs that meet a defect; what came of them; what a kernel without it makes of them. */
interface Demonstration {
  readonly run: (mm: AddressSpace) => unknown;
  readonly defective: unknown;
  readonly sound: unknown;
  /** Kernels without the defect that answer otherwise, for another reason than a repair. */
  readonly otherwise?: Partial<Record<KernelVersion, unknown>>;
}

function xarray(mm: AddressSpace, indices: readonly number[], start: number, count: number): IovIter {
  const folios = new FolioXArray();
  for (const index of indices) folios.store(index, mm.machine.allocate({ kind: 'kernel', order: 0 }));
  return new IovIter({ kind: 'xarray', xarray: folios, start }, 'dest', count);
}

function toSg(mm: AddressSpace, iter: IovIter, maxSize: number) {
  const table = new SgTable();
  const ret = extractIterToSg(mm, iter, maxSize, table, 8, 0);
  return { ret, left: iter.count, entries: table.entries.map(({ offset, length }) => [offset, length]) };
}

/** What a long-term pin that only reads took, and whether a write by the process then reaches the device. */
function longtermRead(mm: AddressSpace, kind: string, state: string): unknown {
  const start = mapped(mm, kind, state);
  const pages: PageArray = [];
  const ret = pinUserPagesFast(mm, start, 1, FOLL.LONGTERM, pages);
  const written = touch(mm, start, 'write');
  written?.folio.write(written.index * PAGE_SIZE, 'P'.charCodeAt(0));
  return [ret, written === pages[0] ? 'sees the write' : 'reads a stale page'];
}

const DEMONSTRATIONS: Readonly<Record<DefectId, readonly Demonstration[]>> = {
  'xarray-hole-claims-bytes': [
    {
      run: mm => {
        const iter = xarray(mm, [], 100, 5000);
        const pages = new PagesPointer('given');
        return [iovIterExtractPages(mm, iter, pages, 5000, 4, 0).ret, pages.entries.length, iter.count];
      },
      defective: [5000, 0, 0],
      sound: [0, 0, 5000],
    },
  ],
  'xarray-to-sg-start-stuck': [
    {
      run: mm => toSg(mm, xarray(mm, [0, 1], 100, 6000), 6000),
      defective: {
        ret: 6000,
        left: 0,
        entries: [
          [100, 3996],
          [100, 2004],
        ],
      },
      sound: {
        ret: 6000,
        left: 0,
        entries: [
          [100, 3996],
          [0, 2004],
        ],
      },
    },
  ],
  'xarray-to-sg-skips-holes': [
    {
      run: mm => toSg(mm, xarray(mm, [0, 2], 0, 6000), 6000),
      defective: {
        ret: 6000,
        left: 0,
        entries: [
          [0, 4096],
          [0, 1904],
        ],
      },
      sound: { ret: 4096, left: 1904, entries: [[0, 4096]] },
    },
  ],
  'sg-ignores-the-count': [
    {
      run: mm => {
        const [page] = kernelPages(mm, 0) as [Page];
        const segments = [{ page, offset: 0, length: 300 }];
        return toSg(mm, new IovIter({ kind: 'bvec', segments }, 'dest', 100), 200);
      },
      defective: { ret: 200, left: 0, entries: [[0, 200]] },
      sound: { ret: 100, left: 0, entries: [[0, 100]] },
    },
    {
      run: mm => toSg(mm, xarray(mm, [0], 0, 0), 10),
      defective: { ret: 10, left: 0, entries: [[0, 10]] },
      sound: { ret: 0, left: 0, entries: [] },
    },
  ],
  'sg-dry-iterator-fails': [
    {
      run: mm => toSg(mm, new IovIter({ kind: 'ubuf', base: anonymous(mm) }, 'dest', 100), 101),
      defective: { ret: 0, left: 0, entries: [] },
      sound: { ret: 100, left: 0, entries: [[0, 100]] },
    },
  ],
  'sg-failure-keeps-position': [
    {
      run: mm => {
        const segments = [
          { base: anonymous(mm), length: 50 },
          { base: 0, length: 50 },
        ];
        return toSg(mm, new IovIter({ kind: 'iovec', segments }, 'dest', 100), 100);
      },
      defective: { ret: EFAULT, left: 50, entries: [] },
      sound: { ret: EFAULT, left: 100, entries: [] },
    },
  ],
  'empty-bvec-takes-a-page': (['get2', 'alloc2'] as const).flatMap(variant =>
    [64, 0].map(offset => ({
      run: (mm: AddressSpace) => {
        const [page] = kernelPages(mm, 0) as [Page];
        const segments = [
          { page, offset, length: 0 },
          { page, offset: 0, length: 10 },
        ];
        const iter = new IovIter({ kind: 'bvec', segments }, 'dest', 10);
        const { ret } =
          variant === 'get2'
            ? iovIterGetPages2(mm, iter, new PagesPointer('given'), 10, 4)
            : iovIterGetPagesAlloc2(mm, iter, new PagesPointer('null'), 10);
        return [ret, page.folio.refs];
      },
      defective: offset ? [0, 2] : [ENOMEM, 1],
      sound: [10, 2],
    })),
  ),
  'extract-keeps-array': [
    {
      run: mm => {
        const iter = new IovIter({ kind: 'ubuf', base: 0 }, 'dest', 100);
        const pages = new PagesPointer('null');
        return [iovIterExtractPages(mm, iter, pages, 100, 4, 0).ret, pages.fate];
      },
      defective: [EFAULT, 'allocated'],
      sound: [EFAULT, 'null'],
    },
    {
      run: mm => {
        const pages = new PagesPointer('null');
        const iter = new IovIter({ kind: 'ubuf', base: anonymous(mm) }, 'dest', 100);
        return [iovIterExtractPages(mm, iter, pages, 100, 0, 0).ret, pages.fate];
      },
      defective: [ENOMEM, 'zero-size'],
      sound: [ENOMEM, 'null'],
    },
  ],
  'fast-walk-of-no-pages': [
    {
      run: mm => {
        const pages: PageArray = [];
        const start = mapped(mm, 'anon', 'TUTU');
        return [
          getUserPagesFast(mm, start, 0, 0, pages),
          pages.length,
          Boolean(mm.lookup(start + PAGE_SIZE).pte),
        ];
      },
      defective: [4, 4, true],
      sound: [0, 0, false],
    },
    {
      run: mm => {
        const pages: PageArray = [];
        return [getUserPagesFastOnly(mm, mapped(mm, 'anon', 'TTUT'), 0, 0, pages), pages.length];
      },
      defective: [2, 2],
      sound: [0, 0],
    },
    {
      run: mm => {
        const pages: PageArray = [];
        return [pinUserPagesFast(mm, anonymous(mm), 0, FOLL.WRITE, pages), pages.length];
      },
      defective: [4, 4],
      sound: [0, 0],
    },
  ],
  'pin-refusal-is-zero': [pinUserPages, pinUserPagesRemote, pinUserPagesUnlocked].map(pin => ({
    run: (mm: AddressSpace) => pin(mm, anonymous(mm), 1, FOLL.GET, []),
    defective: 0,
    sound: EINVAL,
  })),
  'foll-pin-accepted': [
    {
      run: mm => {
        const start = anonymous(mm);
        return [
          getUserPagesUnlocked(mm, start, 1, FOLL.PIN, []),
          mm.lookup(start).pte?.page?.folio.refs,
          pinUserPagesFast(mm, start, 1, FOLL.PIN, []),
        ];
      },
      defective: [1, 1 + 1024, 1],
      sound: [EINVAL, 1, EINVAL],
    },
  ],
  'null-pages-get-leaks': [
    {
      run: mm => {
        const start = anonymous(mm);
        return [getUserPages(mm, start, 1, FOLL.GET, null), mm.lookup(start).pte?.page?.folio.refs];
      },
      defective: [1, 2],
      sound: [EINVAL, 1],
    },
  ],
  'hugetlb-ignores-nofault': [
    {
      run: mm => pinUserPagesFast(mm, mapped(mm, 'hugetlb', 'U'), 1, FOLL.NOFAULT, []),
      defective: 1,
      sound: EFAULT,
    },
  ],
  'longterm-read-goes-stale': (
    [
      ['anon', 'Z'],
      ['shmem_private', 'r'],
      ['thp_zero', 'Z'],
    ] as const
  ).map(([kind, state]) => ({
    run: (mm: AddressSpace) => longtermRead(mm, kind, state),
    defective: [1, 'reads a stale page'],
    sound: [1, 'sees the write'],
  })),
  'longterm-refused-with-lock': [pinUserPagesRemote, pinUserPagesUnlocked].map(pin => ({
    run: (mm: AddressSpace) => pin(mm, anonymous(mm), 1, FOLL.LONGTERM | FOLL.WRITE, []),
    defective: EINVAL,
    sound: 1,
  })),
  'dirty-lock-dirties-zero-page': [
    {
      run: mm => {
        const { zero, hugeZero } = mm.machine;
        unpinUserPagesDirtyLock(mm.machine, [zero.page(0)], 1, true);
        hugeZero.refs++;
        hugeZero.pins++;
        unpinUserPageRangeDirtyLock(mm.machine, hugeZero.page(3), 1, true);
        return [zero.dirty, hugeZero.dirty];
      },
      defective: [true, true],
      sound: [false, false],
    },
  ],
  'batch-skips-huge-zero': [
    {
      run: mm => {
        const { hugeZero } = mm.machine;
        const start = mapped(mm, 'thp_zero', 'Z');
        const before = hugeZero.refs;
        const pages: Page[] = [];
        getUserPagesFast(mm, start, 1, 0, pages);
        foliosPut(
          mm.machine,
          pages.map(({ folio }) => folio),
        );
        return [pages[0]?.folio === hugeZero, hugeZero.refs - before];
      },
      defective: [true, 1],
      sound: [true, 0],
    },
  ],
  'bio-flag-set-on-failure': [
    {
      run: mm => {
        const bio = new Bio(mm.machine, 4, 512);
        const ret = bioIovIterGetPages(mm, bio, new IovIter({ kind: 'ubuf', base: 0 }, 'dest', 512));
        return [ret, bio.hold];
      },
      defective: [EFAULT, 'pin'],
      sound: [EFAULT, 'none'],
      // There the flag is BIO_NO_PAGE_REF, and a bio without pages has nothing to put.
      otherwise: { '6.1': [EFAULT, 'get'] },
    },
  ],
};

const VERSIONS: readonly KernelVersion[] = ['6.1', '6.12', 'v7'];
/** Functions that a kernel has not, although the machine would run them. */
const exists = (name: string, version: KernelVersion): boolean =>
  explainFunction(name, treeOfKernel(version)) !== undefined;

describe.each(DEFECTS)('$id', ({ id, functions, happens }) => {
  const affected = VERSIONS.filter(version => kernelOf(version).defects.has(id));
  const unaffected = VERSIONS.filter(
    version => !affected.includes(version) && functions.some(name => exists(name, version)),
  );

  it('is in at least one modelled kernel', () => {
    expect(affected).not.toEqual([]);
  });

  it.each(DEMONSTRATIONS[id].map((demonstration, at) => [at + 1, demonstration] as const))(
    'shows in run %i of an affected kernel, and not in one that is mended or has it not',
    (_, { run, defective, sound, otherwise }) => {
      expect(defective).not.toEqual(sound);
      for (const version of affected) {
        expect([version, run(process(version))]).toEqual([version, defective]);
        expect([version, run(process(repaired(kernelOf(version))))]).toEqual([version, sound]);
      }
      for (const version of unaffected)
        expect([version, run(process(version))]).toEqual([version, otherwise?.[version] ?? sound]);
    },
  );

  it.each(functions)('is told by explain %s on exactly the kernels that have it', name => {
    for (const version of VERSIONS) {
      const explanation = explainFunction(name, treeOfKernel(version));
      if (!explanation) continue;
      expect(toMarkdown(explanation).includes(`\`${id}\`: ${happens}`)).toBe(affected.includes(version));
    }
    expect(affected.some(version => exists(name, version))).toBe(true);
  });
});
