import { describe, expect, it } from 'vitest';
import { Bio, bioIovIterGetPages, bioReleasePages } from '../../server/src/semantics/machine/bios.ts';
import {
  ITER_ALLOW_P2PDMA,
  iovIterExtractPages,
  iovIterGetPages2,
  iovIterGetPagesAlloc2,
  PagesPointer,
} from '../../server/src/semantics/machine/extract.ts';
import { touch } from '../../server/src/semantics/machine/faults.ts';
import { fork } from '../../server/src/semantics/machine/fork.ts';
import {
  FOLL,
  getUserPages,
  getUserPagesFast,
  getUserPagesUnlocked,
} from '../../server/src/semantics/machine/gup.ts';
import {
  advance,
  FOLIOQ_SLOTS,
  folioQueueIter,
  IovIter,
  revert,
} from '../../server/src/semantics/machine/iterators.ts';
import {
  EFAULT,
  EINVAL,
  KernelOops,
  type KernelVersion,
} from '../../server/src/semantics/machine/kernels.ts';
import type { AddressSpace } from '../../server/src/semantics/machine/memory.ts';
import { maybeDmaPinned, PAGE_SIZE, type Page } from '../../server/src/semantics/machine/pages.ts';
import { Pipe } from '../../server/src/semantics/machine/pipes.ts';
import {
  pagePutUnpin,
  putPage,
  unpinUserPages,
  unpinUserPagesDirtyLock,
} from '../../server/src/semantics/machine/releases.ts';
import { extractIterToSg, SgTable } from '../../server/src/semantics/machine/scatterlist.ts';
import { anonymous, kernelPages, process } from './process.ts';
import { UserMemory } from './userMemory.ts';

describe('extraction of the v7 series', () => {
  it.each([
    ['dest', 'pin', 1025],
    ['source', 'get', 2],
  ] as const)('on a user-backed %s leaves a %s', (direction, mode, refs) => {
    const mm = process('v7');
    const iter = new IovIter({ kind: 'ubuf', base: anonymous(mm) }, direction, 100);
    const pages = new PagesPointer('null');
    expect(iovIterExtractPages(mm, iter, pages, 100, 4, 0)).toEqual({ ret: 100, offset: 0 });
    const page = pages.entries[0] as Page;
    expect(page.folio.refs).toBe(refs);
    expect(maybeDmaPinned(page.folio)).toBe(mode === 'pin');
    pagePutUnpin(mm.machine, page, mode);
    expect(page.folio.refs).toBe(1);
  });

  it.each(['dest', 'source'] as const)(
    'gives a bio of a user-backed %s one flag, which releases all',
    direction => {
      const mm = process('v7');
      const base = anonymous(mm);
      const bio = new Bio(mm.machine, 16, 512);
      expect(bioIovIterGetPages(mm, bio, new IovIter({ kind: 'ubuf', base }, direction, 2 * PAGE_SIZE))).toBe(
        0,
      );
      expect(bio.hold).toBe(direction === 'dest' ? 'pin' : 'get');
      bioReleasePages(mm.machine, bio, false);
      expect(bio.vecs.map(({ page }) => page.folio.refs)).toEqual([1, 1]);
    },
  );

  it('refuses ITER_ALLOW_P2PDMA on kernel memory', () => {
    const mm = process('v7');
    const segments = [{ buffer: { pages: kernelPages(mm, 0) }, offset: 0, length: 10 }];
    const iter = new IovIter({ kind: 'kvec', segments }, 'dest', 10);
    expect(iovIterExtractPages(mm, iter, new PagesPointer('null'), 10, 4, ITER_ALLOW_P2PDMA).ret).toBe(
      EINVAL,
    );
    expect(iter.count).toBe(10);
  });
});

describe('a pipe iterator', () => {
  it('hands out fresh pages of the pipe with a reference each, until it is full', () => {
    const mm = process('6.1');
    const pipe = new Pipe(3);
    const iter = new IovIter({ kind: 'pipe', pipe }, 'dest', 5 * PAGE_SIZE);
    const pages = new PagesPointer('null');
    expect(iovIterGetPagesAlloc2(mm, iter, pages, 5 * PAGE_SIZE)).toEqual({ ret: 3 * PAGE_SIZE, offset: 0 });
    expect(pages.entries.map(page => page?.folio.refs)).toEqual([2, 2, 2]);
    expect(iter.count).toBe(2 * PAGE_SIZE);
    for (const page of pages.entries) if (page) putPage(mm.machine, page);
    expect(pipe.buffers.map(({ page }) => page.folio.refs)).toEqual([1, 1, 1]);
  });

  it('goes on in a page that is not full, and gives back what is reverted', () => {
    const mm = process('6.1');
    const pipe = new Pipe(4);
    const iter = new IovIter({ kind: 'pipe', pipe }, 'dest', 3 * PAGE_SIZE);
    const given = () => new PagesPointer('given');
    expect(iovIterGetPages2(mm, iter, given(), 100, 4)).toEqual({ ret: 100, offset: 0 });
    const second = given();
    expect(iovIterGetPages2(mm, iter, second, PAGE_SIZE, 4)).toEqual({ ret: PAGE_SIZE, offset: 100 });
    expect(second.entries).toHaveLength(2);
    revert(mm.machine, iter, PAGE_SIZE);
    expect(pipe.buffers).toHaveLength(1);
    expect([pipe.lastOffset, iter.count]).toEqual([100, 3 * PAGE_SIZE - 100]);
    expect(second.entries[1]?.folio.refs).toBe(1);
  });

  it('fails on a full pipe, and cannot be advanced over what it never appended', () => {
    const mm = process('6.1');
    const iter = new IovIter({ kind: 'pipe', pipe: new Pipe(0) }, 'dest', 10);
    expect(iovIterGetPages2(mm, iter, new PagesPointer('given'), 10, 1).ret).toBe(-14);
    expect(() => advance(mm.machine, iter, 5)).toThrow(KernelOops);
  });
});

describe('releases of arrays', () => {
  it('ignore an error number taken for a count, with a warning', () => {
    const mm = process('6.12');
    unpinUserPages(mm.machine, [], -14);
    expect(mm.machine.warnings).toEqual(['mm/gup.c:412']);
  });

  it('skip leading empty slots on 6.12 and stop at later ones', () => {
    const mm = process('6.12');
    const [page] = kernelPages(mm, 0);
    unpinUserPages(mm.machine, [undefined, page], 2);
    expect(page?.folio.refs).toBe(1 - 1024);
    expect(() => unpinUserPages(mm.machine, [page, undefined], 2)).toThrow(KernelOops);
    expect(() => unpinUserPages(process('6.1').machine, [undefined], 1)).toThrow(KernelOops);
  });

  it('dirty whatever they are given', () => {
    const mm = process('6.12');
    const zero = mm.machine.zero.page(0);
    unpinUserPagesDirtyLock(mm.machine, [zero], 1, true);
    expect(mm.machine.zero.dirty).toBe(true);
    unpinUserPagesDirtyLock(mm.machine, [zero], 1, false);
    expect(mm.machine.zero.refs).toBe(1);
  });
});

describe('the fast walk', () => {
  it('with no pages asked for has the rest of the mapping faulted in', () => {
    const mm = process('6.12');
    const memory = new UserMemory(mm.machine, mm);
    const start = memory.reserve('anon', 4);
    memory.place('anon', start, 4, 'TUTU');
    expect(getUserPagesFast(mm, start, 0, 0, [])).toBe(4);
    expect(getUserPagesFast(mm, start + 3 * PAGE_SIZE, 0, 0, [])).toBe(0);
  });
});

describe('GUP flags', () => {
  const HUGE = 512 * PAGE_SIZE;
  const mapHuge = (mm: AddressSpace, backing: 'anon' | 'hugetlb', write = true) => {
    const common = { start: HUGE, end: 2 * HUGE, read: true, shared: false, backing };
    mm.map({ ...common, write, hugeOrders: [9] });
    touch(mm, HUGE, write ? 'write' : 'read');
    return mm.lookup(HUGE).pmd?.folio;
  };

  it('FOLL_GET without an array leaks one reference a huge mapping on 6.1, none on hugetlb', () => {
    for (const [backing, refs] of [
      ['anon', 2],
      ['hugetlb', 1],
    ] as const) {
      const mm = process('6.1');
      const folio = mapHuge(mm, backing);
      expect(getUserPages(mm, HUGE, 600, FOLL.GET, null)).toBe(512);
      expect(folio?.refs).toBe(refs);
    }
  });

  it('FOLL_PIN with FOLL_GET is seen late on 6.1', () => {
    const mm = process('6.1');
    expect(getUserPagesUnlocked(mm, anonymous(mm), 1, FOLL.PIN | FOLL.GET, [])).toBe(EINVAL);
    expect(mm.machine.warnings).toEqual(['mm/gup.c:554']);
  });

  it('FOLL_ANON takes anonymous mappings only', () => {
    const mm = process('6.12');
    const memory = new UserMemory(mm.machine, mm);
    const file = memory.reserve('shmem_private', 1);
    memory.place('shmem_private', file, 1, 'T');
    expect(getUserPages(mm, file, 1, FOLL.ANON, [])).toBe(EFAULT);
    const other = process('6.12');
    expect(getUserPages(other, anonymous(other), 1, FOLL.ANON, [])).toBe(1);
  });

  it('FOLL_FORCE writes to read-only private memory, but not to hugetlb', () => {
    const hugetlb = process('6.12');
    mapHuge(hugetlb, 'hugetlb', false);
    expect(getUserPages(hugetlb, HUGE, 1, FOLL.FORCE | FOLL.WRITE, [])).toBe(EFAULT);
    const mm = process('6.12');
    const start = anonymous(mm);
    mm.protect(start, start + PAGE_SIZE, { read: true, write: false });
    expect(getUserPages(mm, start, 1, FOLL.FORCE | FOLL.WRITE, [])).toBe(1);
    expect(getUserPages(mm, start, 1, FOLL.WRITE, [])).toBe(EFAULT);
  });
});

describe('memory', () => {
  it('gets a huge folio only where the mapping has room for it', () => {
    const mm = process('6.12');
    const end = 512 * PAGE_SIZE + 4 * PAGE_SIZE;
    mm.map({
      start: 512 * PAGE_SIZE,
      end,
      read: true,
      write: true,
      shared: false,
      backing: 'anon',
      hugeOrders: [9],
    });
    expect(touch(mm, 512 * PAGE_SIZE, 'write')?.folio.order).toBe(0);
  });

  it('that is protected as a whole keeps its huge mapping, read-only', () => {
    const mm = process('6.12');
    const memory = new UserMemory(mm.machine, mm);
    const start = memory.reserve('thp_whole', 1);
    memory.place('thp_whole', start, 1, 'T');
    mm.protect(start, start + 1024 * PAGE_SIZE, { read: true, write: false });
    expect(mm.lookup(start).pmd?.writable).toBe(false);
    expect(touch(mm, start, 'write')).toBeUndefined();
  });

  it('of a device faults nothing in', () => {
    const mm = process('6.12');
    for (const [backing, start] of [
      ['pfnmap', PAGE_SIZE],
      ['mixedmap', 8 * PAGE_SIZE],
    ] as const) {
      mm.map({ start, end: start + PAGE_SIZE, read: true, write: true, shared: true, backing });
      expect(touch(mm, start, 'read')).toBeUndefined();
      expect(getUserPages(mm, start, 1, 0, [])).toBe(EFAULT);
    }
  });

  /** One page of a huge folio stays mapped; a child shared it for a while, so that it is no longer exclusive. */
  const lastPageOfHuge = (version: KernelVersion) => {
    const mm = process(version);
    const memory = new UserMemory(mm.machine, mm);
    const start = memory.reserve('thp_whole', 1);
    memory.place('thp_whole', start, 1, 'T');
    mm.unmap(start + PAGE_SIZE, start + 512 * PAGE_SIZE);
    fork(mm).exit();
    const before = mm.lookup(start).pte?.page;
    return { before, after: touch(mm, start, 'write') };
  };

  it('the last mapped page of a large folio is taken over on 6.1 and copied on 6.12', () => {
    const old = lastPageOfHuge('6.1');
    expect([old.after, old.before?.folio.refs]).toEqual([old.before, 1]);
    const { before, after } = lastPageOfHuge('6.12');
    expect(after).not.toBe(before);
    expect([before?.folio.freed, after?.folio.refs]).toEqual([true, 1]);
  });

  const sharedPage = () => {
    const mm = process('6.12');
    const memory = new UserMemory(mm.machine, mm);
    const start = memory.reserve('anon_shared', 1);
    memory.place('anon_shared', start, 1, 'Z');
    const folio = mm.lookup(start).pte?.page?.folio;
    expect(folio?.dirty).toBe(false);
    return { mm, start, folio };
  };

  it('a shared page written through a mapping that was read-only is dirty at once', () => {
    const { mm, start, folio } = sharedPage();
    for (const write of [false, true]) mm.protect(start, start + PAGE_SIZE, { read: true, write });
    touch(mm, start, 'write');
    expect(folio?.dirty).toBe(true);
  });

  it('a shared page written through a writable mapping is dirty once unmapped', () => {
    const { mm, start, folio } = sharedPage();
    touch(mm, start, 'write');
    expect(folio?.dirty).toBe(false);
    mm.unmap(start, start + PAGE_SIZE);
    expect(folio?.dirty).toBe(true);
  });
});

describe('folio queues', () => {
  const queueOf = (mm: AddressSpace, folios: number) =>
    Array.from({ length: folios }, () => mm.machine.allocate({ kind: 'kernel', order: 0 }));

  it('a start behind the last slot goes on in the next queue', () => {
    const mm = process('6.12');
    const iter = folioQueueIter(
      [queueOf(mm, FOLIOQ_SLOTS), queueOf(mm, 2)],
      'dest',
      FOLIOQ_SLOTS,
      0,
      2 * PAGE_SIZE,
    );
    advance(mm.machine, iter, PAGE_SIZE + 5);
    expect(iter.position()).toEqual([PAGE_SIZE - 5, 5, 0, 1, 1]);
  });

  it('that end before their count make extract_iter_to_sg warn', () => {
    const mm = process('6.12');
    const iter = folioQueueIter([queueOf(mm, FOLIOQ_SLOTS)], 'dest', FOLIOQ_SLOTS - 1, 0, 2 * PAGE_SIZE);
    expect(extractIterToSg(mm, iter, 2 * PAGE_SIZE, new SgTable(), 8, 0)).toBe(PAGE_SIZE);
    expect(mm.machine.warnings).toEqual(['lib/scatterlist.c:1310']);
    expect(extractIterToSg(mm, iter, PAGE_SIZE, new SgTable(), 8, 0)).toBe(0);
    expect(mm.machine.warnings).toContain('lib/scatterlist.c:1285');
  });
});

describe('what the kernel must not do', () => {
  it('stops the machine', () => {
    const mm = process('6.12');
    const iovec = new IovIter({ kind: 'iovec', segments: [{ base: 0, length: 0 }] }, 'dest', 10);
    expect(() => iovIterExtractPages(mm, iovec, new PagesPointer('null'), 10, 4, 0)).toThrow(KernelOops);
    expect(() => revert(mm.machine, new IovIter({ kind: 'ubuf', base: 0 }, 'dest', 10), 1)).toThrow(
      KernelOops,
    );
    const ubuf = new IovIter({ kind: 'ubuf', base: anonymous(mm) }, 'dest', 10);
    expect(() => iovIterGetPages2(mm, ubuf, new PagesPointer('null'), 10, 4)).toThrow(KernelOops);
    expect(() => getUserPagesFast(process('6.1'), 0, 1, 0, null)).not.toThrow();
  });

  it('warns about a revert of more than a call can move', () => {
    const mm = process('6.12');
    const iter = new IovIter({ kind: 'ubuf', base: 0 }, 'dest', 10);
    revert(mm.machine, iter, 2 ** 31);
    expect([iter.count, mm.machine.warnings]).toEqual([10, ['lib/iov_iter.c:615']]);
  });
});
