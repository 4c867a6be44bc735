import { beforeAll, expect, test } from 'vitest';
import { build, folder, pinsight, RIGHT } from './harness.ts';

beforeAll(build);

const TREE = {
  'include/linux/uio.h': 'bool iov_iter_extract_will_pin(const struct iov_iter *iter);\n',
  'drivers/far/drop.c': 'void far_drop(struct page *page)\n{\n\tput_page(page);\n}\n',
  'drivers/near/peek.c': RIGHT.replace('unpin_user_page(page)', 'far_drop(page)'),
};

test('the index of a tree: built, used for callees in other folders, taken away', () => {
  const tree = folder(TREE);
  expect(pinsight(['check', 'drivers/near'], tree).status).toBe(0);
  const { status, stdout } = pinsight(['index', 'drivers'], tree);
  expect([status, stdout]).toEqual([0, `2 of 2 source files of ${tree} take or give back pages\n`]);
  expect(pinsight(['check', 'drivers/near'], tree).stdout).toContain('far_drop');
  expect(pinsight(['index', '--remove'], tree).status).toBe(0);
  expect(pinsight(['check', 'drivers/near'], tree).status).toBe(0);
});

test('a folder that lies in no tree', () => {
  const { status, stderr } = pinsight(['index'], folder({ 'a.c': '' }));
  expect(status).toBe(2);
  expect(stderr).toMatch(/^pinsight: \. lies in no kernel tree: no include\/linux\/uio\.h above it\n$/);
});

const KEPT = {
  'include/linux/uio.h': TREE['include/linux/uio.h'],
  'a/box.h': 'struct box { struct page *held; };\n',
  'a/fill.c': `#include "box.h"
int box_fill(struct box *box, unsigned long start)
{
	struct page *page;
	int ret = pin_user_pages_fast(start, 1, FOLL_WRITE, &page);

	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	box->held = page;
	return 0;
}
`,
  'a/empty.c': `#include "box.h"
void box_destroy(struct box *box)
{
	put_page(box->held);
	kfree(box);
}
`,
};

test.each([['a/fill.c'], ['a/empty.c'], ['a'], ['a/fill.c', './a/empty.c', 'a']])(
  'a finding that lies in another file is told once, and counts (%#)',
  (...paths) => {
    const tree = folder(KEPT);
    const { status, stdout } = pinsight(['check', '--format', 'json', ...paths], tree);
    expect(status).toBe(1);
    expect(JSON.parse(stdout).findings).toMatchObject([
      { file: 'a/empty.c', line: 4, rule: 'release-mismatch', path: [{ file: 'a/fill.c', line: 5 }, {}] },
    ]);
  },
);

test('the releases of a site are told with the files in which they lie', () => {
  const { stdout } = pinsight(['audit', '--format', 'json', 'a/fill.c'], folder(KEPT));
  expect(JSON.parse(stdout).extractions).toMatchObject([
    { file: 'a/fill.c', line: 5, releases: [{ file: 'a/empty.c', line: 4, callee: 'put_page' }] },
  ]);
});

test('an index that cannot be written is an error in one line', () => {
  const { status, stderr } = pinsight(['index'], folder(TREE), { PINSIGHT_CACHE: '/dev/null/cache' });
  expect(status).toBe(2);
  expect(stderr).toMatch(/^pinsight: the index of .* could not be written: ENOTDIR[^\n]*\n$/);
});
