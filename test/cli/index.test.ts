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
