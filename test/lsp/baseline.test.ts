import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CodeAction } from 'vscode-languageserver-protocol';
import { buildFakeServer, Client, eventually, PULL, PUSH } from './harness.ts';

const TEXT = 'iov_iter\nmismatch\nleak\n';
const WATCHES = {
  didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
};

let server: string;
let client: Client;
let folder: string;
let uri: string;
let baseline: string;

beforeAll(async () => {
  server = await buildFakeServer();
});

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'pinsight-baseline-')));
  mkdirSync(join(folder, '.git'));
  mkdirSync(join(folder, 'drivers'));
  uri = pathToFileURL(join(folder, 'drivers/a.c')).href;
  baseline = join(folder, '.pinsight-baseline.json');
});

afterEach(() => {
  client.kill();
  rmSync(folder, { recursive: true, force: true });
});

const actionsAt = (line: number) =>
  client.request<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri },
    range: { start: { line, character: 0 }, end: { line, character: 4 } },
    context: { diagnostics: [] },
  });

/** Takes the action that adds a finding to the baseline. */
async function accept(line: number): Promise<void> {
  const action = (await actionsAt(line)).find(({ title }) => title.startsWith('Add this'));
  await client.request('workspace/executeCommand', action!.command);
}

test('the action comes before the comment, and the finding is gone at once', async () => {
  client = await Client.start(server, PULL);
  await client.open(uri, TEXT);
  expect((await actionsAt(1)).map(({ title }) => title)).toEqual([
    'Replace mismatch',
    'Add this release-mismatch to the baseline',
    'Allow release-mismatch here with a comment',
    'Show documentation of release-mismatch',
  ]);
  await accept(1);
  expect(await client.rules(uri)).toEqual(['page-leak']);
  expect(await actionsAt(1)).toEqual([]);
  expect(JSON.parse(readFileSync(baseline, 'utf8')).findings).toMatchObject([
    { file: 'drivers/a.c', rule: 'release-mismatch', function: 'f' },
  ]);
  await accept(2);
  expect(await client.rules(uri)).toEqual([]);
});

test('an accepted finding stays so where lines move, and another like it is shown', async () => {
  client = await Client.start(server, PULL);
  client.settings = { leaksWhileTyping: true };
  await client.open(uri, TEXT);
  await accept(1);
  await client.change(uri, 2, `iov_iter\n\n\n${TEXT}`);
  expect(await client.rules(uri)).toEqual(['page-leak']);
  await client.change(uri, 3, `${TEXT}mismatch\n`);
  expect(await client.rules(uri)).toEqual(['release-mismatch', 'page-leak']);
});

test('the file is watched: what others write into it counts', async () => {
  client = await Client.start(server, { ...PUSH, workspace: WATCHES });
  await client.open(uri, TEXT);
  await eventually(() => client.published.length === 1);
  expect(client.registrations.at(-1)).toMatchObject({
    method: 'workspace/didChangeWatchedFiles',
    registerOptions: {
      watchers: [
        { globPattern: { baseUri: pathToFileURL(folder).href, pattern: '.pinsight-baseline.json' } },
      ],
    },
  });
  await accept(1);
  await eventually(() => client.published.length === 2);
  expect(client.published[1]!.diagnostics).toHaveLength(1);
  rmSync(baseline);
  const changes = [{ uri: pathToFileURL(baseline).href, type: 3 }];
  await client.notify('workspace/didChangeWatchedFiles', { changes });
  await eventually(() => client.published.length === 3);
  expect(client.published[2]!.diagnostics).toHaveLength(2);
});

test('settings name another file, or none', async () => {
  client = await Client.start(server, PULL);
  client.settings = { baseline: 'known.json' };
  await client.open(uri, TEXT);
  await accept(1);
  expect(existsSync(baseline)).toBe(false);
  expect(existsSync(join(folder, 'known.json'))).toBe(true);
  expect(await client.rules(uri)).toEqual(['page-leak']);
  client.settings = { baseline: '' };
  await client.notify('workspace/didChangeConfiguration', { settings: null });
  expect(await client.rules(uri)).toEqual(['release-mismatch', 'page-leak']);
  expect((await actionsAt(1)).map(({ title }) => title)).not.toContain(
    'Add this release-mismatch to the baseline',
  );
});

test('a file that is no baseline hides nothing, is told of once, and is not overwritten', async () => {
  writeFileSync(baseline, '{"version":1,"findings":[{}]}');
  client = await Client.start(server, PULL);
  await client.open(uri, TEXT);
  expect(await client.rules(uri)).toEqual(['release-mismatch', 'page-leak']);
  expect(await client.rules(uri)).toEqual(['release-mismatch', 'page-leak']);
  expect(client.log.filter(line => line.includes('findings.0 must have required property'))).toHaveLength(1);
  await accept(1);
  expect(client.shown.join()).toContain('could not be written');
  expect(readFileSync(baseline, 'utf8')).toBe('{"version":1,"findings":[{}]}');
});

test('an entry that is none is refused', async () => {
  client = await Client.start(server, PULL);
  await client.open(uri, TEXT);
  const command = 'pinsight.addToBaseline';
  await client.request('workspace/executeCommand', { command, arguments: [uri, { file: 1 }] });
  await client.request('workspace/executeCommand', { command, arguments: ['file:///absent.c', {}] });
  await client.request('workspace/executeCommand', { command });
  expect(client.shown).toHaveLength(1);
  expect(existsSync(baseline)).toBe(false);
});

test('a document that is no file has no baseline', async () => {
  client = await Client.start(server, PULL);
  uri = 'untitled:Untitled-1';
  await client.open(uri, TEXT);
  expect(await client.rules(uri)).toEqual(['release-mismatch', 'page-leak']);
  expect((await actionsAt(1)).map(({ title }) => title)).toEqual([
    'Replace mismatch',
    'Allow release-mismatch here with a comment',
    'Show documentation of release-mismatch',
  ]);
});
