import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileAnalyser, loadAssets } from '../../server/src/host/fileAnalyser.ts';

let root: string;

const HEADER = `
struct box { struct page *held; struct page **many; int count; };
int box_fill(struct box *box, unsigned long start);
void box_drop(struct page **pages, int count);
`;

const FILES: Readonly<Record<string, string>> = {
  'include/linux/uio.h': 'bool iov_iter_extract_will_pin(const struct iov_iter *iter);\n',
  'drivers/a/box.h': HEADER,
  'drivers/a/fill.c': `#include "box.h"
int box_take(struct box *box, unsigned long start)
{
	struct page *page;
	int ret = pin_user_pages_fast(start, 1, FOLL_WRITE, &page);

	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	box->held = page;
	return 0;
}

void box_drop(struct page **pages, int count)
{
	unpin_user_pages_dirty_lock(pages, count, true);
}
`,
  'drivers/a/empty.c': `#include "box.h"
void box_destroy(struct box *box)
{
	if (box->held)
		put_page(box->held);
	kfree(box);
}
`,
  'drivers/a/good.c': `#include "box.h"
void box_empty(struct box *box)
{
	unpin_user_pages_dirty_lock(&box->held, 1, true);
}

int box_look(unsigned long start)
{
	struct page *pages[4];
	int got = pin_user_pages_fast(start, 4, FOLL_WRITE, pages);

	if (got <= 0)
		return got;
	box_drop(pages, got);
	return 0;
}
`,
  'drivers/a/bad.c': `#include "box.h"
int box_peek(unsigned long start)
{
	struct page *pages[4];
	int got = pin_user_pages_fast(start, 4, FOLL_WRITE, pages);

	if (got <= 0)
		return got;
	box_drop(pages, got);
	box_drop(pages, got);
	return 0;
}
`,
  'drivers/b/other.c': `
struct box { struct page *held; };
void box_destroy(struct box *box)
{
	put_page(box->held);
}
`,
};

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pinsight-neighbours-'));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

async function findingsIn(
  name: string,
  overlays: ReadonlyMap<string, string> = new Map(),
): Promise<string[]> {
  const analyser = await FileAnalyser.create(loadAssets(join(import.meta.dirname, '../../dist')), {
    severities: {},
    overlays,
  });
  const request = { path: join(root, name), display: name };
  const text = analyser.textOfInterest(request);
  if (text === undefined) return [];
  const { findings } = analyser.located(request, text, analyser.analyse(request, text));
  return findings.map(each => {
    const place = (file: string, line: number): string => `${file.replace(`${root}/`, '')}:${line}`;
    const path = each.path.map(step => place(step.file, step.line)).join(' → ');
    return `${place(each.file, each.line)} ${each.rule} (${path})`;
  });
}

test('a member filled in one file and emptied in another: told where it is released', async () => {
  const expected = 'drivers/a/empty.c:5 release-mismatch (drivers/a/fill.c:5 → drivers/a/empty.c:5)';
  expect(await findingsIn('drivers/a/empty.c')).toEqual([expected]);
  expect(await findingsIn('drivers/a/fill.c')).toEqual([expected]);
});

test('a callee of another file is followed', async () => {
  expect(await findingsIn('drivers/a/good.c')).toEqual([]);
  expect(await findingsIn('drivers/a/bad.c')).toEqual([
    expect.stringMatching(/^drivers\/a\/bad\.c:\d+ double-release/),
  ]);
});

test('structs of the same tag in other folders have nothing to do with each other', async () => {
  expect(await findingsIn('drivers/b/other.c')).toEqual([]);
});

test('an overlay of the other file is read in its place', async () => {
  const fixed = join(root, 'fixed');
  writeFileSync(fixed, FILES['drivers/a/fill.c']!.replace('pin_user_pages_fast', 'get_user_pages_fast'));
  const overlays = new Map([[join(root, 'drivers/a/fill.c'), fixed]]);
  expect(await findingsIn('drivers/a/empty.c', overlays)).toEqual([]);
});
