import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type CodeAction,
  type Diagnostic,
  type DocumentHighlight,
  type Hover,
  type InlayHint,
  LSPErrorCodes,
  ResponseError,
} from 'vscode-languageserver-protocol';
import { FileAnalyser, loadAssets } from '../../server/src/host/fileAnalyser.ts';
import { encode } from '../../server/src/host/files.ts';
import { build, root as projectRoot } from '../cli/harness.ts';
import { Client, eventually, PULL, PUSH } from './harness.ts';

const SERVER = join(projectRoot, 'dist/server.js');

const FILL = `#include "box.h"
int box_fill(struct box *box, unsigned long start)
{
	struct page *page;
	int ret = pin_user_pages_fast(start, 1, FOLL_WRITE, &page);

	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	box->held = page;
	return 0;
}
`;

const EMPTY = `#include "box.h"
void box_destroy(struct box *box)
{
	if (box->held)
		put_page(box->held);
	kfree(box);
}
`;

const FAR = `void far_drop(struct page **pages, int count)
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

const FILES: Readonly<Record<string, string>> = {
  'include/linux/uio.h': 'bool iov_iter_extract_will_pin(const struct iov_iter *iter);\n',
  'drivers/a/box.h': 'struct box { struct page *held; };\n',
  'drivers/a/fill.c': FILL,
  'drivers/a/empty.c': EMPTY,
  'drivers/b/near.c': NEAR,
  'lib/far.c': FAR,
};

let root: string;
let cache: string;
let client: Client;
const before = process.env.PINSIGHT_CACHE;

const uri = (name: string): string => pathToFileURL(join(root, name)).href;

function write(name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}

/** Writes a file and tells the server so, as an editor does that watches the tree. */
async function change(name: string, text: string): Promise<void> {
  write(name, text);
  await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uri(name), type: 2 }] });
}

/** The diagnostics of a file, asked for again as long as the server says that things are changing. */
async function diagnosticsOf(name: string): Promise<Diagnostic[]> {
  for (;;)
    try {
      const report = await client.pull(uri(name));
      return report.kind === 'full' ? report.items : [];
    } catch (error) {
      if (!(error instanceof ResponseError) || error.code !== LSPErrorCodes.ServerCancelled) throw error;
    }
}

/** The diagnostics of a file once there are so many; the last where that does not come true. */
async function settled(name: string, count: number): Promise<Diagnostic[]> {
  let found: Diagnostic[] | undefined;
  for (let turn = 0; turn < 100 && found?.length !== count; turn++) {
    if (turn > 0) await new Promise(resolve => setTimeout(resolve, 20));
    found = await diagnosticsOf(name);
  }
  return found ?? [];
}

/** Zero-based line of a text in a file. */
const lineOf = (text: string, part: string): number =>
  text.slice(0, text.indexOf(part)).split('\n').length - 1;

async function start(settings: Record<string, unknown> = {}, capabilities = PULL): Promise<void> {
  client = await Client.start(SERVER, capabilities, { settings });
  client.settings = settings;
}

const WATCHING = {
  ...PULL,
  workspace: { ...PULL.workspace, didChangeWatchedFiles: { dynamicRegistration: true } },
};

const indexes = (): string[] => (existsSync(join(cache, 'index')) ? readdirSync(join(cache, 'index')) : []);

beforeAll(() => {
  build();
  cache = realpathSync(mkdtempSync(join(tmpdir(), 'pinsight-cache-')));
  process.env.PINSIGHT_CACHE = cache;
});

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'pinsight-between-')));
  for (const [name, text] of Object.entries(FILES)) write(name, text);
});

afterEach(() => {
  client.kill();
  for (const folder of [root, join(cache, 'index')]) rmSync(folder, { recursive: true, force: true });
});

afterAll(() => {
  process.env.PINSIGHT_CACHE = before;
  rmSync(cache, { recursive: true, force: true });
});

const MANUAL = { index: 'manual', delay: 0 };

test('what two files have to do with is told in the one, with its path into the other', async () => {
  await start(MANUAL);
  await client.open(uri('drivers/a/empty.c'), EMPTY);
  const [finding, ...others] = await diagnosticsOf('drivers/a/empty.c');
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ code: 'release-mismatch' });
  expect(finding!.range.start.line).toBe(lineOf(EMPTY, 'put_page'));
  expect(
    finding!.relatedInformation!.map(({ location }) => [location.uri, location.range.start.line]),
  ).toEqual([
    [uri('drivers/a/fill.c'), lineOf(FILL, 'pin_user_pages_fast')],
    [uri('drivers/a/empty.c'), lineOf(EMPTY, 'put_page')],
  ]);
  // The file in which all is right shows nothing.
  await client.open(uri('drivers/a/fill.c'), FILL);
  expect(await diagnosticsOf('drivers/a/fill.c')).toEqual([]);
});

const RIGHT = FILL.replace('pin_user_pages_fast', 'get_user_pages_fast');
const fill = (): string => uri('drivers/a/fill.c');
const empty = (): string => uri('drivers/a/empty.c');

async function openBoth(): Promise<void> {
  await client.open(empty(), EMPTY);
  await client.open(fill(), FILL);
}

test('the other file counts as it is in the editor, and as it is on disk once it is closed', async () => {
  await start(MANUAL);
  await openBoth();
  expect(await diagnosticsOf('drivers/a/empty.c')).toHaveLength(1);
  await client.change(fill(), 2, RIGHT);
  await diagnosticsOf('drivers/a/fill.c');
  expect(await diagnosticsOf('drivers/a/empty.c')).toEqual([]);
  await client.close(fill());
  expect(await diagnosticsOf('drivers/a/empty.c')).toHaveLength(1);
});

test('a header counts as it is in the editor', async () => {
  await start(MANUAL);
  await openBoth();
  await client.open(uri('drivers/a/box.h'), 'struct box { int held; };\n');
  expect(await diagnosticsOf('drivers/a/empty.c')).toEqual([]);
  await client.change(uri('drivers/a/box.h'), 2, FILES['drivers/a/box.h']!);
  await diagnosticsOf('drivers/a/box.h');
  expect(await diagnosticsOf('drivers/a/empty.c')).toHaveLength(1);
});

test('places in the other file are those in the editor', async () => {
  await start(MANUAL);
  await openBoth();
  const added = '/* one\n * two\n */\n';
  await client.change(fill(), 2, `\uFEFF${added}${FILL}`);
  const [finding] = await diagnosticsOf('drivers/a/empty.c');
  const line = lineOf(added + FILL, 'pin_user_pages_fast');
  const { start: at } = finding!.relatedInformation![0]!.location.range;
  expect(at).toEqual({ line, character: FILL.split('\n')[line - 3]!.indexOf('pin_user') });
});

test.each([
  ['is told of it', false],
  ['looks for it', true],
])('a file on disk is created, changed and deleted, and the server %s', async (_how, looks) => {
  client = await Client.start(SERVER, looks ? PULL : WATCHING, { settings: MANUAL }, uri(''));
  client.settings = MANUAL;
  const tell = async (type: number): Promise<void> => {
    const changes = [{ uri: fill(), type }];
    if (!looks) await client.notify('workspace/didChangeWatchedFiles', { changes });
  };
  rmSync(join(root, 'drivers/a/fill.c'));
  await client.open(empty(), EMPTY);
  if (!looks) await eventually(() => client.registrations.length === 1);
  expect(await diagnosticsOf('drivers/a/empty.c')).toEqual([]);
  write('drivers/a/fill.c', FILL);
  await tell(1);
  expect(await settled('drivers/a/empty.c', 1)).toHaveLength(1);
  write('drivers/a/fill.c', `${RIGHT}\n`);
  await tell(2);
  expect(await settled('drivers/a/empty.c', 0)).toEqual([]);
  write('drivers/a/fill.c', FILL);
  await tell(2);
  expect(await settled('drivers/a/empty.c', 1)).toHaveLength(1);
  rmSync(join(root, 'drivers/a/fill.c'));
  await tell(3);
  expect(await settled('drivers/a/empty.c', 0)).toEqual([]);
});

test('source files are watched once, by the server’s wish', async () => {
  client = await Client.start(SERVER, WATCHING, { settings: MANUAL }, uri(''));
  await openBoth();
  await diagnosticsOf('drivers/a/empty.c');
  const watched = client.registrations.filter(each => JSON.stringify(each).includes('*.{c,h}'));
  expect(watched).toMatchObject([
    {
      method: 'workspace/didChangeWatchedFiles',
      registerOptions: { watchers: [{ globPattern: '**/*.{c,h}' }] },
    },
  ]);
});

const sentTo = (name: string): number[] =>
  client.published.filter(each => each.uri === uri(name)).map(each => each.diagnostics.length);

test('a client that is sent findings sees them come and go with each change of another file', async () => {
  await start(MANUAL, PUSH);
  await openBoth();
  await eventually(() => sentTo('drivers/a/empty.c').join() === '1');
  await client.change(fill(), 2, RIGHT);
  await eventually(() => sentTo('drivers/a/empty.c').join() === '1,0');
  await client.change(fill(), 3, `${FILL}\n`);
  await eventually(() => sentTo('drivers/a/empty.c').join() === '1,0,1');
  await client.change(fill(), 4, RIGHT);
  await eventually(() => sentTo('drivers/a/empty.c').join() === '1,0,1,0');
  await client.close(fill());
  await eventually(() => sentTo('drivers/a/empty.c').join() === '1,0,1,0,1');
  write('drivers/a/fill.c', RIGHT);
  await client.open(fill(), RIGHT);
  await client.save(fill());
  await eventually(() => sentTo('drivers/a/empty.c').at(-1) === 0);
});

test('only what is read with an edited file is looked at again, once typing pauses', async () => {
  await start({ ...MANUAL, delay: 300 }, PUSH);
  await openBoth();
  await client.open(uri('drivers/b/near.c'), NEAR);
  await eventually(() => ['a/empty.c', 'b/near.c'].every(name => sentTo(`drivers/${name}`).length === 1));
  for (let version = 2; version < 60; version++)
    await client.change(fill(), version, version % 2 === 0 ? RIGHT : `${FILL}\n`);
  await client.change(fill(), 60, RIGHT);
  await eventually(() => sentTo('drivers/a/empty.c').at(-1) === 0);
  const times = sentTo('drivers/a/empty.c').length;
  expect(times).toBeLessThan(10);
  // What is not read with the other file: its end, which nothing is taken from.
  await client.change(fill(), 61, `${RIGHT}\nint answer;\n`);
  await eventually(() => client.published.at(-1)?.version === 61);
  await new Promise(resolve => setTimeout(resolve, 500));
  expect(sentTo('drivers/a/empty.c')).toHaveLength(times);
  expect(sentTo('drivers/b/near.c')).toEqual([0]);
});

test('a client that asks is told to ask again where another file has brought something new', async () => {
  const workspace = { ...PULL.workspace, diagnostics: { refreshSupport: true } };
  await start(MANUAL, { ...PULL, workspace });
  await openBoth();
  await diagnosticsOf('drivers/a/empty.c');
  await diagnosticsOf('drivers/a/fill.c');
  await client.change(fill(), 2, RIGHT);
  await eventually(() => client.refreshes === 1);
  expect(await diagnosticsOf('drivers/a/empty.c')).toEqual([]);
  await client.change(fill(), 3, `${RIGHT}\nint answer;\n`);
  await diagnosticsOf('drivers/a/fill.c');
  await new Promise(resolve => setTimeout(resolve, 200));
  expect(client.refreshes).toBe(1);
});

const HELPERS = `void box_drop(struct page **pages, int count)
{
	unpin_user_pages(pages, count);
}
`;

const USER = `int box_use(unsigned long start)
{
	struct page *pages[4];
	int got = pin_user_pages_fast(start, 4, 0, pages);

	if (got <= 0)
		return got;
	box_drop(pages, got);
	return 0;
}
`;

test('a leak that comes of what is being written in another file waits for its save', async () => {
  write('drivers/a/helpers.c', HELPERS);
  write('drivers/a/user.c', USER);
  await start(MANUAL);
  await client.open(uri('drivers/a/user.c'), USER);
  await client.open(uri('drivers/a/helpers.c'), HELPERS);
  expect(await diagnosticsOf('drivers/a/user.c')).toEqual([]);
  const unwritten = HELPERS.replace('unpin_user_pages(pages, count)', 'unpin_user_pages(pages, 0)');
  await client.change(uri('drivers/a/helpers.c'), 2, unwritten);
  await diagnosticsOf('drivers/a/helpers.c');
  expect(await diagnosticsOf('drivers/a/user.c')).toEqual([]);
  write('drivers/a/helpers.c', unwritten);
  await client.save(uri('drivers/a/helpers.c'));
  expect((await settled('drivers/a/user.c', 1)).map(({ code }) => code)).toEqual(['page-leak']);
});

test('findings of a file wait with it for the save of another where that is set', async () => {
  await start({ ...MANUAL, run: 'onSave' }, PUSH);
  await openBoth();
  await eventually(() => sentTo('drivers/a/empty.c').join() === '1');
  await client.change(fill(), 2, RIGHT);
  await new Promise(resolve => setTimeout(resolve, 200));
  expect(sentTo('drivers/a/empty.c')).toEqual([1]);
  await client.save(fill());
  await eventually(() => sentTo('drivers/a/empty.c').at(-1) === 0);
});

test('bytes that are no UTF-8 do not shift the places behind them', async () => {
  const latin = Buffer.from(`/* \u00c4\u00d6\u00dc */\n${FILL}`, 'latin1');
  writeFileSync(join(root, 'drivers/a/fill.c'), latin);
  await start(MANUAL);
  await client.open(uri('drivers/a/empty.c'), EMPTY);
  const [finding] = await diagnosticsOf('drivers/a/empty.c');
  const { start: at } = finding!.relatedInformation![0]!.location.range;
  const line = FILL.split('\n')[lineOf(FILL, 'pin_user_pages_fast')]!;
  expect(at).toEqual({ line: lineOf(FILL, 'pin_user_pages_fast') + 1, character: line.indexOf('pin_user') });
});

test('a client that is sent findings sees them come and go with a file on disk', async () => {
  await start(MANUAL, PUSH);
  await client.open(uri('drivers/a/empty.c'), EMPTY);
  await eventually(() => client.published.at(-1)?.diagnostics.length === 1);
  await change('drivers/a/fill.c', RIGHT);
  await eventually(() => client.published.at(-1)?.diagnostics.length === 0);
});

test('what is shown in a file lies in it, though its pages go elsewhere', async () => {
  await start({ ...MANUAL, inlayHints: true });
  await client.open(uri('drivers/a/fill.c'), FILL);
  const textDocument = { uri: uri('drivers/a/fill.c') };
  const lines = FILL.split('\n').length;
  const line = lineOf(FILL, 'pin_user_pages_fast');
  const position = { line, character: FILL.split('\n')[line]!.indexOf('pin_user') + 2 };
  const highlights = await client.request<DocumentHighlight[]>('textDocument/documentHighlight', {
    textDocument,
    position,
  });
  expect(highlights.map(({ range }) => range.start.line)).toEqual([line]);
  const hints = await client.request<InlayHint[]>('textDocument/inlayHint', {
    textDocument,
    range: { start: { line: 0, character: 0 }, end: { line: lines, character: 0 } },
  });
  expect(hints.map(hint => hint.position.line)).toEqual([line]);
  const hover = await client.request<Hover>('textDocument/hover', { textDocument, position });
  expect(JSON.stringify(hover.contents)).not.toMatch(/put_page.*#L/);
  const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
    textDocument,
    range: { start: { line: 0, character: 0 }, end: { line: lines, character: 0 } },
    context: { diagnostics: [] },
  });
  expect(actions).toEqual([]);
});

test('a tree is indexed in the background once something of interest is open in it, and its files are then asked', async () => {
  await start({ delay: 0 });
  await client.open(uri('include/linux/uio.h'), '/* nothing */\n');
  await diagnosticsOf('include/linux/uio.h');
  expect(indexes()).toEqual([]);
  await client.open(uri('drivers/b/near.c'), NEAR);
  await diagnosticsOf('drivers/b/near.c');
  await eventually(() => indexes().length === 1);
  const found = await settled('drivers/b/near.c', 1);
  expect(found.map(({ code }) => code)).toEqual(['double-release']);
});

test('a tree is indexed at the user’s wish alone where that is set', async () => {
  await start(MANUAL);
  await client.open(uri('drivers/b/near.c'), NEAR);
  expect(await diagnosticsOf('drivers/b/near.c')).toEqual([]);
  expect(indexes()).toEqual([]);
  await client.request('workspace/executeCommand', { command: 'pinsight.indexTrees' });
  expect(indexes()).toHaveLength(1);
  expect(await diagnosticsOf('drivers/b/near.c')).toHaveLength(1);
});

test('a cache that cannot be written is told of once, and nothing else suffers', async () => {
  writeFileSync(join(cache, 'index'), 'no folder');
  await start({ delay: 0 });
  await client.open(uri('drivers/a/empty.c'), EMPTY);
  expect(await diagnosticsOf('drivers/a/empty.c')).toHaveLength(1);
  const told = () => client.log.filter(line => line.includes('was not indexed'));
  await eventually(() => told().length === 1);
  await client.open(uri('drivers/b/near.c'), NEAR);
  expect(await diagnosticsOf('drivers/b/near.c')).toEqual([]);
  expect(told()).toHaveLength(1);
});

test('two requests at once build one index after the other', async () => {
  await start({ delay: 0 });
  await client.open(uri('drivers/b/near.c'), NEAR);
  await diagnosticsOf('drivers/b/near.c');
  const build = () => client.request('workspace/executeCommand', { command: 'pinsight.indexTrees' });
  await Promise.all([build(), build()]);
  expect(indexes()).toHaveLength(1);
  expect(client.log).toEqual([]);
});

test('the server ends though a tree is being indexed', async () => {
  for (let at = 0; at < 2_000; at++) write(`lib/many/${at}.c`, FAR.replace('far_drop', `drop_${at}`));
  await start({ delay: 0 });
  await client.open(uri('drivers/b/near.c'), NEAR);
  await diagnosticsOf('drivers/b/near.c');
  expect(await client.stop()).toBe(0);
});

test('documents that are no files lie in no tree', async () => {
  await start({ delay: 0 });
  await client.open('untitled:Untitled-1', NEAR);
  await client.open('git:/drivers/a/empty.c', EMPTY);
  expect(await client.rules('untitled:Untitled-1')).toEqual([]);
  expect(await client.rules('git:/drivers/a/empty.c')).toEqual([]);
  expect(indexes()).toEqual([]);
  expect(client.log).toEqual([]);
});

test('once a tree is indexed, functions of files far away are known that were written since', async () => {
  const [far, other] = ['lib/far.c', 'lib/other.c'];
  rmSync(join(root, far));
  await start(MANUAL);
  await client.open(uri('drivers/b/near.c'), NEAR);
  await client.request('workspace/executeCommand', { command: 'pinsight.indexTrees' });
  expect(await diagnosticsOf('drivers/b/near.c')).toEqual([]);
  await change(far, FAR);
  expect((await settled('drivers/b/near.c', 1)).map(({ code }) => code)).toEqual(['double-release']);
  // Not written yet, only open: two functions of one name are none.
  await client.open(uri(other), FAR);
  expect(await settled('drivers/b/near.c', 0)).toEqual([]);
  await client.close(uri(other));
  expect(await settled('drivers/b/near.c', 1)).toHaveLength(1);
});

test('after many changes at once the index of a tree is brought up to date', async () => {
  rmSync(join(root, 'lib/far.c'));
  await start({ delay: 0 });
  await client.open(uri('drivers/b/near.c'), NEAR);
  expect(await diagnosticsOf('drivers/b/near.c')).toEqual([]);
  await eventually(() => indexes().length === 1);
  write('lib/far.c', FAR);
  const changes = Array.from({ length: 201 }, (_, at) => ({ uri: uri(`lib/${at}.c`), type: 1 }));
  await client.notify('workspace/didChangeWatchedFiles', { changes });
  expect((await settled('drivers/b/near.c', 1)).map(({ code }) => code)).toEqual(['double-release']);
});

/** What is found in a file with these texts in the place of files, as `check` finds it. */
async function foundIn(name: string, texts: ReadonlyMap<string, string>): Promise<string[]> {
  const overlays = new Map([...texts].map(([each, text]) => [join(root, each), encode(text)]));
  const assets = loadAssets(join(projectRoot, 'dist'));
  const analyser = await FileAnalyser.create(assets, { severities: {}, overlays });
  const request = { path: join(root, name), display: name, text: texts.get(name) };
  const text = analyser.textOfInterest(request);
  if (text === undefined) return [];
  const { findings } = analyser.located(request, text, analyser.analyse(request, text));
  return findings.filter(({ file }) => file === name).map(({ rule, line }) => `${rule} ${line}`);
}

const shownIn = (name: string): string[] =>
  (client.published.findLast(each => each.uri === uri(name))?.diagnostics ?? []).map(
    ({ code, range }) => `${code} ${range.start.line + 1}`,
  );

test('whatever is edited, saved, closed and written in whatever order, what is shown in the end is what is there', async () => {
  const [fills, empties] = ['drivers/a/fill.c', 'drivers/a/empty.c'];
  const texts = [
    [fills, FILL],
    [fills, RIGHT],
    [fills, `\n${FILL}`],
    [empties, EMPTY],
    [empties, EMPTY.replace('put_page', 'unpin_user_page')],
    ['drivers/a/box.h', FILES['drivers/a/box.h']!],
    ['drivers/a/box.h', 'struct box { int held; };\n'],
  ] as const;
  const step = fc.record({
    text: fc.constantFrom(...texts),
    how: fc.constantFrom('edit', 'edit', 'edit', 'save', 'close', 'write'),
    pause: fc.constantFrom(0, 40, 300),
  });
  let version = 1;
  await start({ ...MANUAL, leaksWhileTyping: true }, PUSH);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async steps => {
      for (const [name, text] of Object.entries(FILES)) await change(name, text);
      const open = new Map<string, string>();
      const edit = async (name: string, text: string): Promise<void> => {
        if (open.has(name)) await client.change(uri(name), ++version, text);
        else await client.open(uri(name), text, 'c', ++version);
        open.set(name, text);
      };
      await edit(empties, EMPTY);
      await eventually(() => shownIn(empties).length === 1);
      for (const {
        text: [name, text],
        how,
        pause,
      } of steps) {
        if (how === 'write') await change(name, text);
        else if (how === 'close') {
          if (open.delete(name)) await client.close(uri(name));
        } else await edit(name, text);
        if (how === 'save') {
          write(name, text);
          await client.save(uri(name));
        }
        if (pause > 0) await new Promise(resolve => setTimeout(resolve, pause));
      }
      for (const name of open.keys()) {
        const expected = await foundIn(name, open);
        await eventually(() => shownIn(name).join() === expected.join());
      }
      await new Promise(resolve => setTimeout(resolve, 100));
      for (const name of open.keys()) expect(shownIn(name)).toEqual(await foundIn(name, open));
      for (const name of open.keys()) await client.close(uri(name));
    }),
    { numRuns: 15 },
  );
}, 120_000);
