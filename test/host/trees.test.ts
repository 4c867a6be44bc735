import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findTree, treeRoot } from '../../server/src/host/trees.ts';

const root = mkdtempSync(join(tmpdir(), 'pinsight-trees-'));
afterAll(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

describe('the tree of a file', () => {
  test('is that of its nearest ancestor with include/linux/uio.h', () => {
    write(
      'outer/include/linux/uio.h',
      'struct iov_iter;\nssize_t iov_iter_get_pages2(struct iov_iter *i);\n',
    );
    write('outer/Makefile', 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 9\n');
    write(
      'outer/backport/include/linux/uio.h',
      'struct iov_iter;\nbool iov_iter_extract_will_pin(const struct iov_iter *i);\nvoid iov_iter_extract_pages(void);\n',
    );
    expect(treeRoot(join(root, 'outer/drivers/net/a.c'))).toBe(join(root, 'outer'));
    expect(findTree(join(root, 'outer/drivers/net/a.c'))).toMatchObject({
      era: 'get-pages',
      assumed: false,
      version: '6.1',
    });
    expect(findTree(join(root, 'outer/backport/drivers/a.c'))).toMatchObject({
      era: 'will-pin',
      assumed: false,
    });
  });

  test('is unknown elsewhere, and for what is no path', () => {
    write('plain/a.c', '');
    expect(findTree(join(root, 'plain/a.c'))).toBeUndefined();
    expect(findTree('untitled:Untitled-1')).toBeUndefined();
    expect(findTree('')).toBeUndefined();
  });

  test('is not a folder of the name of the header', () => {
    mkdirSync(join(root, 'odd/include/linux/uio.h'), { recursive: true });
    expect(treeRoot(join(root, 'odd/a.c'))).toBeUndefined();
  });
});

const kernels = process.env.PINSIGHT_KERNELS ?? join(homedir(), '.cache/pinsight/kernels');

describe.each([
  ['6.1', 'get-pages'],
  ['6.12', 'will-pin'],
])('the kernel %s', (version, era) => {
  const kernel = join(kernels, `linux-source-${version}`);
  test.skipIf(!existsSync(kernel))(`is of the era ${era}`, () => {
    expect(findTree(join(kernel, 'drivers/block/loop.c'))).toMatchObject({ era, assumed: false, version });
  });
});
