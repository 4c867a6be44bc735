import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assumedTree,
  compareVersions,
  nominalVersion,
  treeForEra,
  treeOf,
} from '../../server/src/semantics/trees.ts';

const assumed = assumedTree();
const makefile = (version: string, patchLevel: string): string =>
  `# SPDX-License-Identifier: GPL-2.0\nVERSION = ${version}\nPATCHLEVEL = ${patchLevel}\nSUBLEVEL = 7\n`;

/** Just enough of a header, written for this test. */
const UIO = {
  v519: 'struct iov_iter;\nssize_t iov_iter_get_pages(struct iov_iter *i, struct page **p, size_t n, unsigned m, size_t *s);',
  v61: 'enum { ITER_UBUF, ITER_PIPE };\nstruct iov_iter { int x; };\nssize_t iov_iter_get_pages2(struct iov_iter *i);',
  v62: 'struct iov_iter;\nssize_t iov_iter_get_pages(struct iov_iter *i,\n\tsize_t *s, unsigned gup_flags);\nssize_t iov_iter_get_pages2(struct iov_iter *i);',
  v7: 'struct iov_iter;\nssize_t iov_iter_extract_pages(struct iov_iter *i);\n#define iov_iter_extract_mode(iter, flags) 0',
  v612: 'enum { ITER_UBUF, ITER_FOLIOQ };\nstruct iov_iter { int x; };\nssize_t iov_iter_extract_pages(struct iov_iter *i);\nstatic inline bool iov_iter_extract_will_pin(const struct iov_iter *iter);',
};

describe('treeOf', () => {
  it.each([
    ['v519', 'get-pages', '5.19'],
    ['v61', 'get-pages', '6.1'],
    ['v62', 'get-pages', '6.1'],
    ['v7', 'extract-mode', '6.2'],
    ['v612', 'will-pin', '6.12'],
  ] as const)('reads the era of %s from uio.h alone', (header, era, nominal) => {
    const tree = treeOf({ uio: UIO[header] }, assumed);
    expect(tree.era).toBe(era);
    expect(tree.assumed).toBe(false);
    expect(tree.version).toBeUndefined();
    expect(nominalVersion(tree)).toBe(nominal);
  });

  it('tells the flags argument of iov_iter_get_pages()', () => {
    expect(treeOf({ uio: UIO.v62 }, assumed).features.has('get_pages-flags')).toBe(true);
    expect(treeOf({ uio: UIO.v519 }, assumed).features.has('get_pages-flags')).toBe(false);
  });

  it('believes a header more than the version: a backport', () => {
    const tree = treeOf({ uio: UIO.v612, version: makefile('6', '1') }, assumed);
    expect(tree.era).toBe('will-pin');
    expect(tree.version).toBe('6.1');
    expect(tree.features.has('gup-vmas')).toBe(true);
  });

  it('takes the version where headers are missing', () => {
    const tree = treeOf({ version: makefile('6', '4') }, assumed);
    expect(tree.era).toBe('will-pin');
    expect([...tree.features].sort()).toEqual(
      [
        'bio-no-page-ref',
        'extract_pages',
        'folio-err-ptr',
        'get_pages',
        'get_pages-flags',
        'get_pages2',
        'gup-vmas',
        'iter-pipe',
        'ubuf',
        'will_pin',
      ].sort(),
    );
  });

  it('reads mm.h and blk_types.h', () => {
    const mm =
      'struct page;\nlong get_user_pages(unsigned long start, unsigned long n,\n\tunsigned f, struct page **p, struct vm_area_struct **vmas);';
    const blkTypes = 'struct bio { int f; };\nenum { BIO_NO_PAGE_REF };';
    const tree = treeOf({ uio: UIO.v61, mm, blkTypes }, assumed);
    expect([...tree.features].sort()).toEqual([
      'bio-no-page-ref',
      'get_pages2',
      'gup-vmas',
      'iter-pipe',
      'ubuf',
    ]);
  });

  it('falls back where nothing told', () => {
    expect(treeOf({}, assumed)).toEqual({ ...assumed, features: new Set(assumed.features) });
    expect(treeOf({ uio: 'not a header', version: 'VERSION = x' }, assumed).assumed).toBe(true);
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (uio, mm, blkTypes, version) => {
        expect(treeOf({ uio, mm, blkTypes, version }, assumed).era).toBe('will-pin');
      }),
    );
  });
});

describe('assumedTree', () => {
  it.each([
    ['', 'will-pin'],
    ['iov_iter_get_pages2(i, p, n, m, &o);', 'will-pin'],
    ['iov_iter_get_pages(i, p, n, m, &o);', 'get-pages'],
    ['bio_set_flag(bio, BIO_NO_PAGE_REF);', 'get-pages'],
    ['iov_iter_extract_will_pin(i) && iov_iter_get_pages(i)', 'will-pin'],
    ['page_put_unpin(page, mode);', 'extract-mode'],
    ['my_page_put_unpin(page, mode);', 'will-pin'],
  ] as const)('%s: %s', (text, era) => {
    expect(assumedTree(text)).toMatchObject({ era, assumed: true });
  });
});

describe('treeForEra', () => {
  it('is not assumed, and has what its era is named after', () => {
    expect(treeForEra('will-pin').features.has('will_pin')).toBe(true);
    expect(treeForEra('extract-mode').features.has('extract_mode')).toBe(true);
    expect(treeForEra('extract-mode').features.has('will_pin')).toBe(false);
    expect(treeForEra('get-pages').features.has('extract_pages')).toBe(false);
    expect(treeForEra('get-pages').assumed).toBe(false);
  });
});

describe('compareVersions', () => {
  it('compares numbers, not letters', () => {
    expect(compareVersions('6.12', '6.2')).toBeGreaterThan(0);
    expect(compareVersions('5.19', '6.0')).toBeLessThan(0);
    expect(compareVersions('6.1', '6.1')).toBe(0);
  });
});
