import { describe, expect, it } from 'vitest';
import { countsAfter, countsAfterPutUnpin } from '../../server/src/semantics/machine/counts.ts';
import type { KernelVersion } from '../../server/src/semantics/machine/kernels.ts';

const VERSIONS: readonly KernelVersion[] = ['6.1', '6.12', 'v7'];

describe.each(VERSIONS)('countsAfter on %s', version => {
  it('a pin of a small page is 1024 references, and fork copies', () => {
    const counts = countsAfter('pin', 'small', version);
    expect(counts.before).toEqual({ refs: 1, maybeDmaPinned: false });
    expect(counts.after).toEqual({ refs: 1025, maybeDmaPinned: true });
    expect(counts.release).toBe('unpin_user_page');
    expect(counts.forkCopies).toBe(true);
  });

  it('a pin of a large folio is a reference and a pin', () => {
    const { before, after, forkCopies } = countsAfter('pin', 'large', version);
    expect([before, after]).toEqual([
      { refs: 1, pins: 0, maybeDmaPinned: false },
      { refs: 2, pins: 1, maybeDmaPinned: true },
    ]);
    expect(forkCopies).toBe(true);
  });

  it('a get is one reference, and fork shares', () => {
    for (const size of ['small', 'large'] as const) {
      const { after, forkCopies, release } = countsAfter('get', size, version);
      expect(after.refs).toBe(2);
      expect(after.maybeDmaPinned).toBe(false);
      expect([forkCopies, release]).toEqual([false, 'put_page']);
    }
  });

  it('the zero page is never pinned, but counted when got', () => {
    expect(countsAfter('pin', 'zero', version).after.refs).toBe(1);
    expect(countsAfter('get', 'zero', version).after.refs).toBe(2);
  });

  it('no hold changes nothing', () => {
    const { before, after, release, wrongReleases } = countsAfter('none', 'small', version);
    expect(after).toEqual(before);
    expect(release).toBe('none');
    expect(wrongReleases.map(({ released }) => released)).toEqual(['put_page', 'unpin_user_page']);
  });

  it('a wrong release leaves what the kernels left', () => {
    const left = (hold: 'pin' | 'get', size: 'small' | 'large' | 'zero') =>
      countsAfter(hold, size, version).wrongReleases.map(wrong => [wrong.released, wrong.left] as const);
    expect(left('pin', 'small')).toEqual([['put_page', { refs: 1024, maybeDmaPinned: true }]]);
    expect(left('pin', 'large')).toEqual([['put_page', { refs: 1, pins: 1, maybeDmaPinned: true }]]);
    expect(left('get', 'small')).toEqual([['unpin_user_page', { refs: -1022, maybeDmaPinned: true }]]);
    expect(left('get', 'large')).toEqual([['unpin_user_page', { refs: 1, pins: -1, maybeDmaPinned: false }]]);
    expect(left('pin', 'zero')[0]?.[1].refs).toBe(0);
    expect(left('get', 'zero')[0]?.[1].refs).toBe(2);
  });

  it('says in a sentence what comes of it', () => {
    const sentences = (['pin', 'get', 'none'] as const).flatMap(hold =>
      (['small', 'large', 'zero'] as const).flatMap(size =>
        countsAfter(hold, size, version).wrongReleases.map(({ consequence }) => consequence),
      ),
    );
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z0-9].*\.$/);
    expect(countsAfter('pin', 'small', version).wrongReleases[0]?.consequence).toContain('1023 references');
    expect(countsAfter('get', 'zero', version).wrongReleases[0]?.consequence).toContain('leaked');
  });
});

describe('page_put_unpin of the v7 series', () => {
  it('undoes the hold its mode names, and nothing for mode 0', () => {
    expect(countsAfterPutUnpin('pin', 'pin', 'small').refs).toBe(1);
    expect(countsAfterPutUnpin('get', 'get', 'small').refs).toBe(1);
    expect(countsAfterPutUnpin('pin', 'none', 'small').refs).toBe(1025);
    expect(countsAfterPutUnpin('get', 'pin', 'small').refs).toBe(-1022);
  });
});
