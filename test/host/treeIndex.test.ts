import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileAnalyser, loadAssets } from '../../server/src/host/fileAnalyser.ts';
import type { Overlays } from '../../server/src/host/files.ts';
import { TreeIndex } from '../../server/src/host/treeIndex.ts';

let root: string;
let cache: string;
const before = process.env.PINSIGHT_CACHE;

const DROP = `void far_drop(struct page **pages, int count)
{
	unpin_user_pages(pages, count);
}
`;

const NEAR = `int near_use(unsigned long start)
{
	struct page *pages[4];
	int got = pin_user_pages_fast(start, 4, 0, pages);

	if (got <= 0)
		return got;
	far_drop(pages, got);
	far_drop(pages, got);
	return 0;
}
`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pinsight-tree-'));
  cache = mkdtempSync(join(tmpdir(), 'pinsight-cache-'));
  process.env.PINSIGHT_CACHE = cache;
  write('include/linux/uio.h', 'bool iov_iter_extract_will_pin(const struct iov_iter *iter);\n');
  write('lib/far.c', DROP);
  write('lib/words.c', 'int words(void)\n{\n\treturn 1;\n}\n');
  write('drivers/near.c', NEAR);
});

afterEach(() => {
  process.env.PINSIGHT_CACHE = before;
  for (const folder of [root, cache]) rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}

async function rulesIn(name: string, overlays: Overlays = new Map(), unsaved?: string): Promise<string[]> {
  const assets = loadAssets(join(import.meta.dirname, '../../dist'));
  const analyser = await FileAnalyser.create(assets, { severities: {}, overlays });
  const request = { path: join(root, name), display: name, text: unsaved };
  const text = analyser.textOfInterest(request)!;
  return analyser.analyse(request, text).findings.map(({ rule }) => rule);
}

test('a callee in another folder is followed once the tree is indexed', async () => {
  expect(await rulesIn('drivers/near.c')).toEqual([]);
  const index = TreeIndex.build(root);
  expect([index.files, index.size]).toEqual([3, 2]);
  index.save();
  expect(await rulesIn('drivers/near.c')).toEqual(['double-release']);
});

test('what is kept on disk is what was built', () => {
  TreeIndex.build(root).save();
  expect(TreeIndex.load(root)?.defining('far_drop')).toEqual([join(root, 'lib/far.c')]);
  expect(TreeIndex.load(root)?.defining('words')).toEqual([]);
  expect(TreeIndex.load(join(root, 'lib'))).toBeUndefined();
  TreeIndex.remove(root);
  expect(TreeIndex.load(root)).toBeUndefined();
});

test('a file that has changed since is read anew', async () => {
  TreeIndex.build(root).save();
  write('lib/far.c', DROP.replace('unpin_user_pages(pages, count)', 'look_at(pages, count)'));
  expect(await rulesIn('drivers/near.c')).toEqual([]);
  TreeIndex.build(root).save();
  expect(TreeIndex.load(root)?.defining('far_drop')).toEqual([]);
});

test('only changed files are read again', () => {
  TreeIndex.build(root).save();
  // Another text of the same size and time is not seen.
  write('lib/far.c', DROP.replace('far_drop', 'far_lose'));
  const time = new Date(0);
  for (const name of ['lib/far.c', 'lib/words.c', 'drivers/near.c']) utimesSync(join(root, name), time, time);
  TreeIndex.build(root).save();
  write('lib/far.c', DROP);
  utimesSync(join(root, 'lib/far.c'), time, time);
  expect(TreeIndex.build(root).defining('far_lose')).toHaveLength(1);
});

test('what the index knows of a file does not count where another text is read in its place', async () => {
  TreeIndex.build(root).save();
  const far = join(root, 'lib/far.c');
  expect(await rulesIn('drivers/near.c', new Map([[far, null]]))).toEqual([]);
  expect(await rulesIn('drivers/near.c', new Map([[far, Buffer.from('int nothing;\n')]]))).toEqual([]);
});

test('of two definitions in the index one may be gone', async () => {
  write('lib/second.c', DROP);
  TreeIndex.build(root).save();
  expect(await rulesIn('drivers/near.c')).toEqual([]);
  const overlays = new Map([[join(root, 'lib/second.c'), Buffer.from('int nothing;\n')]]);
  expect(await rulesIn('drivers/near.c', overlays)).toEqual(['double-release']);
});

test('a text that is read in the place of a file may define what the index does not know', async () => {
  rmSync(join(root, 'lib/far.c'));
  TreeIndex.build(root).save();
  const overlays = new Map([[join(root, 'lib/new.c'), Buffer.from(DROP)]]);
  expect(await rulesIn('drivers/near.c', overlays)).toEqual(['double-release']);
  overlays.set(join(root, 'lib/newer.c'), Buffer.from(DROP));
  expect(await rulesIn('drivers/near.c', overlays)).toEqual([]);
});

test('a function that the text no longer defines is not taken from the file on disk', async () => {
  write(
    'drivers/near.c',
    `${DROP.replace('far_drop', 'near_drop')}\n${NEAR.replaceAll('far_drop', 'near_drop')}`,
  );
  TreeIndex.build(root).save();
  expect(await rulesIn('drivers/near.c')).toEqual(['double-release']);
  expect(await rulesIn('drivers/near.c', new Map(), NEAR.replaceAll('far_drop', 'near_drop'))).toEqual([]);
});

test('what cannot be read is left out', () => {
  symlinkSync('loop.c', join(root, 'lib/loop.c'));
  mkdirSync(join(root, 'lib/folder.c'));
  write('lib/huge.c', `${DROP.replace('far_drop', 'huge_drop')}${' '.repeat(2_000_000)}`);
  const index = TreeIndex.build(root);
  expect(index.defining('far_drop')).toHaveLength(1);
  expect(index.defining('huge_drop')).toEqual([]);
});

test('no draft is left behind, whether the index could be written or not', () => {
  const index = TreeIndex.build(root);
  index.save();
  const [name] = readdirSync(join(cache, 'index'));
  expect(readdirSync(join(cache, 'index'))).toEqual([name]);
  TreeIndex.remove(root);
  mkdirSync(join(cache, 'index', name!, 'in the way'), { recursive: true });
  expect(() => index.save()).toThrow();
  expect(readdirSync(join(cache, 'index'))).toEqual([name]);
});

test('a broken index, or one of another form, counts as none', () => {
  TreeIndex.build(root).save();
  const [file] = readdirSync(join(cache, 'index')).map(name => join(cache, 'index', name));
  for (const text of ['', 'null', '{', '[]', '{"stamp":"x","files":[]}', '{"stamp":7}']) {
    writeFileSync(file!, text);
    expect(TreeIndex.load(root)).toBeUndefined();
  }
});

/** What somebody may have written into the cache: the right stamp, and shapes that are not ours. */
const HOSTILE: readonly ((stored: { root: string; files: unknown }) => void)[] = [
  stored => {
    stored.files = {};
  },
  stored => {
    stored.files = [null];
  },
  stored => {
    stored.files = [['lib/far.c', null]];
  },
  stored => {
    stored.files = [['lib/far.c', { size: 1, changed: 1, facts: {} }]];
  },
  stored => {
    stored.files = [['lib/far.c', { size: 1, changed: 1, facts: { functions: [{}], moving: [], tags: [] } }]];
  },
  stored => {
    stored.files = [['../../far.c', { size: 1, changed: 1, facts: null }]];
  },
  stored => {
    stored.files = [['/etc/passwd', { size: 1, changed: 1, facts: null }]];
  },
  stored => {
    stored.root = '/';
  },
];

test.each(HOSTILE)('an index of other shapes counts as none (%#)', spoil => {
  TreeIndex.build(root).save();
  const [name] = readdirSync(join(cache, 'index'));
  const file = join(cache, 'index', name!);
  const stored = JSON.parse(readFileSync(file, 'utf8'));
  spoil(stored);
  writeFileSync(file, JSON.stringify(stored));
  expect(TreeIndex.load(root)).toBeUndefined();
});
