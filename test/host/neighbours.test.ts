import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileAnalyser, loadAssets } from '../../server/src/host/fileAnalyser.ts';
import type { Overlays } from '../../server/src/host/files.ts';

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

/** A helper for others that gives pages to a static function of its file, which is called as in other files. */
const helper = (name: string, release: string): string => `static void drop(struct page **pages, int count)
{
	${release}(pages, count);
}

void ${name}(struct page **pages, int count)
{
	drop(pages, count);
}
`;

const user = (
  acquire: string,
  release: string,
  before = '',
): string => `${before}int ${release}_use(unsigned long start)
{
	struct page *pages[4];
	int got = ${acquire}(start, 4, 0, pages);

	if (got <= 0)
		return got;
	${release}(pages, got);
	return 0;
}
`;

const OWN_DROP = `static void drop(struct page **pages, int count)
{
	release_pages(pages, count);
}

`;

/** Folders of files that are all right, as long as no function is taken for its namesake. */
const NAMESAKES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'static functions of two other files': {
    'first.c': helper('drop_pinned', 'unpin_user_pages'),
    'second.c': helper('drop_got', 'release_pages'),
    'user.c': `${user('pin_user_pages_fast', 'drop_pinned')}\n${user('get_user_pages_fast', 'drop_got')}`,
  },
  'a static function of the file itself': {
    'first.c': helper('drop_pinned', 'unpin_user_pages'),
    'user.c': `${OWN_DROP}${user('pin_user_pages_fast', 'drop_pinned')}\n${user('get_user_pages_fast', 'drop')}`,
  },
  'a function of the file itself that others may call': {
    'first.c': helper('drop_pinned', 'unpin_user_pages'),
    'user.c': `${OWN_DROP.replace('static ', '')}${user('pin_user_pages_fast', 'drop_pinned')}\n${user('get_user_pages_fast', 'drop')}`,
  },
  'a static function of one file, and one for others in another': {
    'first.c': helper('drop_pinned', 'unpin_user_pages'),
    'second.c': OWN_DROP.replace('static ', ''),
    'user.c': `${user('get_user_pages_fast', 'drop')}\n${user('pin_user_pages_fast', 'drop_pinned')}`,
  },
};

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pinsight-neighbours-'));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

async function findingsIn(name: string, overlays: Overlays = new Map()): Promise<string[]> {
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

test.each(Object.entries(NAMESAKES))('a function is not taken for its namesake: %s', async (name, files) => {
  const folder = join('drivers', name.replaceAll(' ', '-'));
  mkdirSync(join(root, folder));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, folder, file), text);
  expect(await findingsIn(join(folder, 'user.c'))).toEqual([]);
  // The helper itself is followed where it has no namesake in the way.
  writeFileSync(join(root, folder, 'plain.c'), user('get_user_pages_fast', 'drop_pinned'));
  if (!('second.c' in files)) expect(await findingsIn(join(folder, 'plain.c'))).toHaveLength(1);
});

test('what lies beside a file and cannot be read does not keep it from being analysed', async () => {
  const folder = join(root, 'drivers/a');
  symlinkSync('loop.c', join(folder, 'loop.c'));
  symlinkSync('nowhere.c', join(folder, 'dangling.c'));
  symlinkSync('/dev/zero', join(folder, 'endless.c'));
  mkdirSync(join(folder, 'folder.c'));
  writeFileSync(join(folder, 'bytes.c'), Buffer.from([...Buffer.from('put_page '), 0xff, 0xfe, 0, 0xc3]));
  expect(await findingsIn('drivers/a/empty.c')).toHaveLength(1);
});

test('a file that is to be read as deleted, or in the place of which none can be read, lets others see nothing', async () => {
  for (const overlay of [null, join(root, 'nowhere'), join(root, 'drivers')])
    expect(
      await findingsIn('drivers/a/empty.c', new Map([[join(root, 'drivers/a/fill.c'), overlay]])),
    ).toEqual([]);
});

test('a file that is only laid over the tree is a sibling as any', async () => {
  const overlays = new Map([[join(root, 'drivers/new/fill.c'), Buffer.from(FILES['drivers/a/fill.c']!)]]);
  for (const name of ['box.h', 'empty.c'])
    overlays.set(join(root, 'drivers/new', name), Buffer.from(FILES[`drivers/a/${name}`]!));
  expect(await findingsIn('drivers/new/empty.c', overlays)).toEqual([
    'drivers/new/empty.c:5 release-mismatch (drivers/new/fill.c:5 → drivers/new/empty.c:5)',
  ]);
});

const COMMENTS: readonly (readonly [
  what: string,
  file: string,
  from: string,
  to: string,
  findings: number,
])[] = [
  [
    'accepts it on its line',
    'empty.c',
    'put_page(box->held);',
    'put_page(box->held); /* pinsight: allow(release-mismatch) */',
    0,
  ],
  [
    'accepts it for the file',
    'empty.c',
    '#include',
    '/* pinsight: allow-file(release-mismatch) */\n#include',
    0,
  ],
  ['accepts something else', 'empty.c', '#include', '/* pinsight: allow-file(page-leak) */\n#include', 1],
  [
    'is of no use to the other file',
    'fill.c',
    '\tbox->held',
    '\t/* pinsight: allow(page-leak) */\n\tbox->held',
    1,
  ],
];

test.each(COMMENTS)('a comment %s', async (_what, file, from, to, findings) => {
  const overlays = new Map([
    [join(root, 'drivers/a', file), Buffer.from(FILES[`drivers/a/${file}`]!.replace(from, to))],
  ]);
  const name = `drivers/a/${file === 'empty.c' ? 'fill.c' : 'empty.c'}`;
  expect(await findingsIn(name, overlays)).toHaveLength(findings);
});

/** Texts as they are while they are typed, and ends that swallow what is read behind them. */
const UNFINISHED = [
  '\n#if 0\n',
  '/*',
  '"',
  '\nint f(void)\n{\n\tput_page(',
  '\n#define A \\',
  '((((',
  '\n}\n}\n',
];

test.each(['fill.c', 'empty.c', 'bad.c'])('no place reaches out of its text: %s', async name => {
  const analyser = await FileAnalyser.create(loadAssets(join(import.meta.dirname, '../../dist')), {
    severities: {},
    overlays: new Map(),
  });
  const path = join(root, 'drivers/a', name);
  const whole = FILES[`drivers/a/${name}`]!;
  const prefixes = Array.from(whole, (_, at) => whole.slice(0, at)).filter((_, at) => at % 3 === 0);
  for (const text of [...prefixes, ...UNFINISHED.map(end => whole + end)]) {
    const report = analyser.analyse({ path, display: path }, text);
    const findings = report.findings.flatMap(each => [
      each,
      ...each.path,
      ...each.fixes.flatMap(fix => fix.edits),
    ]);
    const sites = report.extractions.flatMap(each => [each, ...each.releases]);
    for (const { file, start, end } of [...findings, ...sites, ...report.notAnalysed, ...report.iterators]) {
      const length = file === path ? text.length : readFileSync(file, 'utf8').length;
      expect([0 <= start, start <= end, end <= length], text).toEqual([true, true, true]);
    }
  }
});
