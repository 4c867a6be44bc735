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
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type {
  CodeAction,
  Diagnostic,
  DocumentHighlight,
  Hover,
  InlayHint,
} from 'vscode-languageserver-protocol';
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

async function diagnosticsOf(name: string): Promise<Diagnostic[]> {
  const report = await client.pull(uri(name));
  return report.kind === 'full' ? report.items : [];
}

/** Zero-based line of a text in a file. */
const lineOf = (text: string, part: string): number =>
  text.slice(0, text.indexOf(part)).split('\n').length - 1;

async function start(settings: Record<string, unknown> = {}, capabilities = PULL): Promise<void> {
  client = await Client.start(SERVER, capabilities, { settings });
  client.settings = settings;
}

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

test('a change of the other file counts once it is on disk', async () => {
  await start(MANUAL);
  await client.open(uri('drivers/a/empty.c'), EMPTY);
  await client.open(uri('drivers/a/fill.c'), FILL);
  const right = FILL.replace('pin_user_pages_fast', 'get_user_pages_fast');
  await client.change(uri('drivers/a/fill.c'), 2, right);
  expect(await diagnosticsOf('drivers/a/empty.c')).toHaveLength(1);
  write('drivers/a/fill.c', right);
  await client.save(uri('drivers/a/fill.c'));
  expect(await diagnosticsOf('drivers/a/empty.c')).toEqual([]);
  await change('drivers/a/fill.c', FILL);
  expect(await diagnosticsOf('drivers/a/empty.c')).toHaveLength(1);
  rmSync(join(root, 'drivers/a/fill.c'));
  await client.notify('workspace/didChangeWatchedFiles', {
    changes: [{ uri: uri('drivers/a/fill.c'), type: 3 }],
  });
  expect(await diagnosticsOf('drivers/a/empty.c')).toEqual([]);
});

test('places in the other file are those on disk, whatever is being typed there', async () => {
  await start(MANUAL);
  await client.open(uri('drivers/a/fill.c'), FILL);
  await client.change(uri('drivers/a/fill.c'), 2, '');
  await client.open(uri('drivers/a/empty.c'), EMPTY);
  const [finding] = await diagnosticsOf('drivers/a/empty.c');
  expect(finding!.relatedInformation![0]!.location.range.start.line).toBe(
    lineOf(FILL, 'pin_user_pages_fast'),
  );
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

test('a client that is sent findings sees them come and go', async () => {
  await start(MANUAL, PUSH);
  await client.open(uri('drivers/a/empty.c'), EMPTY);
  await eventually(() => client.published.at(-1)?.diagnostics.length === 1);
  await change('drivers/a/fill.c', FILL.replace('pin_user_pages_fast', 'get_user_pages_fast'));
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
  let found: Diagnostic[] = [];
  for (let turn = 0; turn < 100 && found.length === 0; turn++) {
    await new Promise(resolve => setTimeout(resolve, 20));
    found = await diagnosticsOf('drivers/b/near.c').catch(() => []);
  }
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
  await client.pull(uri('drivers/b/near.c'));
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
