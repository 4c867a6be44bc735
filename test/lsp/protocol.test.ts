import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CodeAction, Hover, InlayHint } from 'vscode-languageserver-protocol';
import { CancellationTokenSource } from 'vscode-languageserver-protocol';
import { buildFakeServer, Client, eventually, PULL, PUSH } from './harness.ts';

let server: string;
let client: Client;

const URI = 'file:///nowhere/a.c';
const WORDS = 'iov_iter\nmismatch\n';

beforeAll(async () => {
  server = await buildFakeServer();
});

afterEach(() => client.kill());

const range = (line: number, from: number, to: number) => ({
  start: { line, character: from },
  end: { line, character: to },
});

describe('a client that pulls', () => {
  test('gets findings with their path, and is not sent the same twice', async () => {
    client = await Client.start(server, PULL);
    await client.open(URI, WORDS);
    const first = await client.pull(URI);
    expect(first).toMatchObject({
      kind: 'full',
      items: [
        {
          range: range(1, 0, 8),
          severity: 1,
          code: 'release-mismatch',
          source: 'pinsight',
          relatedInformation: [{ location: { uri: URI, range: range(0, 0, 1) }, message: 'taken here' }],
        },
      ],
    });
    const again = await client.pull(URI, first.resultId);
    expect(again).toEqual({ kind: 'unchanged', resultId: first.resultId });
    expect(client.published).toEqual([]);
  });

  test('is told the era', async () => {
    client = await Client.start(server, PULL);
    client.settings = { era: 'get-pages' };
    await client.open(URI, WORDS);
    await client.pull(URI);
    expect(client.eras).toEqual([{ uri: URI, era: 'get-pages', assumed: false }]);
  });

  test('is told that the era was assumed where there is no tree', async () => {
    client = await Client.start(server, PULL);
    await client.open(URI, WORDS);
    await client.pull(URI);
    expect(client.eras).toEqual([{ uri: URI, era: 'will-pin', assumed: true }]);
  });

  test('hears nothing about files that are not C or not of interest', async () => {
    client = await Client.start(server, PULL);
    await client.open('file:///a.py', WORDS, 'python');
    await client.open('file:///a.h', WORDS, 'cpp');
    await client.open('file:///b.c', 'mismatch');
    expect(await client.rules('file:///a.py')).toEqual([]);
    expect(await client.rules('file:///a.h')).toEqual(['release-mismatch']);
    expect(await client.rules('file:///b.c')).toEqual([]);
    expect(await client.rules('file:///unknown.c')).toEqual([]);
  });

  test('has its settings used, wrong ones not, and changes of them at once', async () => {
    client = await Client.start(server, PULL);
    client.settings = { rules: { 'release-mismatch': 'loud' }, delay: 'soon' };
    await client.open(URI, WORDS);
    expect(await client.rules(URI)).toEqual(['release-mismatch']);
    expect(client.log.join()).toMatch(/pinsight\.rules.*pinsight\.delay/s);
    client.settings = { rules: { 'release-mismatch': 'off' } };
    await client.notify('workspace/didChangeConfiguration', { settings: null });
    expect(await client.rules(URI)).toEqual([]);
  });

  test('is asked to pull again when the text changed meanwhile', async () => {
    client = await Client.start(server, PULL);
    await client.open(URI, `${WORDS}SLOW`);
    const stale = client.pull(URI);
    await client.change(URI, 2, WORDS);
    await expect(stale).rejects.toMatchObject({ code: -32802, data: { retriggerRequest: true } });
    expect(await client.rules(URI)).toEqual(['release-mismatch']);
  });

  test('gets the answer to the last of many edits, soon', async () => {
    client = await Client.start(server, PULL);
    await client.open(URI, WORDS);
    const pulls: Promise<unknown>[] = [];
    for (let version = 2; version < 200; version++) {
      await client.change(URI, version, `${WORDS}SLOW ${version}`);
      pulls.push(client.pull(URI).catch(() => 'cancelled'));
    }
    await client.change(URI, 200, 'iov_iter');
    const started = Date.now();
    expect(await client.rules(URI)).toEqual([]);
    expect(Date.now() - started).toBeLessThan(4000);
    expect(new Set(await Promise.all(pulls))).toEqual(new Set(['cancelled']));
  });
});

test('an analysis of another file makes way for that of the file in hand, and comes to its end after it', async () => {
  client = await Client.start(server, PULL);
  const other = 'file:///nowhere/b.c';
  await client.open(other, 'iov_iter mismatch MEDIUM');
  await client.open(URI, 'iov_iter');
  await client.pull(URI);
  const order: string[] = [];
  const slow = client.rules(other).then(rules => order.push(`other: ${rules}`));
  await new Promise(resolve => setTimeout(resolve, 200));
  await client.change(URI, 2, WORDS);
  const own = client.rules(URI).then(rules => order.push(`own: ${rules}`));
  await Promise.all([slow, own]);
  expect(order).toEqual(['own: release-mismatch', 'other: release-mismatch']);
});

describe('a client that is sent diagnostics', () => {
  test('gets them after opening, editing, and none after closing', async () => {
    client = await Client.start(server, PUSH);
    await client.open(URI, WORDS);
    await eventually(() => client.published.length === 1);
    expect(client.published[0]!.diagnostics).toHaveLength(1);
    await client.change(URI, 2, 'iov_iter');
    await eventually(() => client.published.length === 2);
    expect(client.published[1]).toMatchObject({ version: 2, diagnostics: [] });
    await client.close(URI);
    await eventually(() => client.published.length === 3);
    expect(client.published[2]).toEqual({ uri: URI, diagnostics: [] });
  });

  test('finds the path in the message where it knows no related information', async () => {
    client = await Client.start(server, {});
    await client.open(URI, WORDS);
    await eventually(() => client.published.length === 1);
    expect(client.published[0]!.diagnostics[0]!.message).toBe('a mismatch in will-pin\n  line 1: taken here');
  });

  test('gives settings with the first message or later', async () => {
    client = await Client.start(server, PUSH, { settings: { rules: { 'release-mismatch': 'hint' } } });
    await client.open(URI, WORDS);
    await eventually(() => client.published.length === 1);
    expect(client.published[0]!.diagnostics[0]!.severity).toBe(4);
    const settings = { pinsight: { rules: { 'release-mismatch': 'warning' } } };
    await client.notify('workspace/didChangeConfiguration', { settings });
    await eventually(() => client.published.length === 2);
    expect(client.published[1]!.diagnostics[0]!.severity).toBe(2);
  });

  test('is sent nothing after a close that came during the analysis', async () => {
    client = await Client.start(server, PUSH);
    await client.open(URI, `${WORDS}SLOW`);
    await client.close(URI);
    await client.open('file:///b.c', WORDS);
    await eventually(() => client.published.some(({ uri }) => uri === 'file:///b.c'));
    expect(client.published.filter(({ uri }) => uri === URI)).toEqual([{ uri: URI, diagnostics: [] }]);
  });
});

describe('leaks', () => {
  const leaky = (body: string) => `iov_iter\nint f(void)\n{\n${body}\n}\n\nint g(void)\n{\n\tmismatch\n}\n`;

  test('in an edited function wait for the save', async () => {
    client = await Client.start(server, PULL);
    await client.open(URI, leaky('\tleak'));
    expect(await client.rules(URI)).toEqual(['release-mismatch', 'page-leak']);
    await client.change(URI, 2, leaky('\tleak;'));
    expect(await client.rules(URI)).toEqual(['release-mismatch']);
    await client.save(URI);
    expect(await client.rules(URI)).toEqual(['release-mismatch', 'page-leak']);
  });

  test('stay when another function was edited, or the edit is undone', async () => {
    client = await Client.start(server, PULL);
    await client.open(URI, leaky('\tleak'));
    await client.change(URI, 2, `${leaky('\tleak')}int h;\n`);
    expect(await client.rules(URI)).toEqual(['release-mismatch', 'page-leak']);
    await client.change(URI, 3, leaky('\tleak;'));
    await client.change(URI, 4, leaky('\tleak'));
    expect(await client.rules(URI)).toEqual(['release-mismatch', 'page-leak']);
  });

  test('are shown while typing where the user wants them', async () => {
    client = await Client.start(server, PULL);
    client.settings = { leaksWhileTyping: true };
    await client.open(URI, leaky(''));
    await client.change(URI, 2, leaky('\tleak'));
    expect(await client.rules(URI)).toEqual(['release-mismatch', 'page-leak']);
  });

  test('and all findings wait for the save where the user wants that', async () => {
    client = await Client.start(server, PULL);
    client.settings = { run: 'onSave' };
    await client.open(URI, 'iov_iter');
    const { resultId } = await client.pull(URI);
    await client.change(URI, 2, WORDS);
    expect(await client.pull(URI, resultId)).toEqual({ kind: 'unchanged', resultId });
    await client.save(URI);
    expect(await client.pull(URI, resultId)).toMatchObject({
      kind: 'full',
      items: [{ code: 'release-mismatch' }],
    });
  });
});

describe('features', () => {
  const at = (line: number, character: number, uri = URI) => ({
    textDocument: { uri },
    position: { line, character },
  });

  test('hover speaks only where the engine does', async () => {
    client = await Client.start(server, PULL);
    await client.open(URI, WORDS);
    const found = await client.request<Hover>('textDocument/hover', at(0, 0));
    expect(found).toEqual({ contents: { kind: 'markdown', value: 'at 0' }, range: range(0, 0, 8) });
    expect(await client.request('textDocument/hover', at(1, 0))).toBeNull();
    expect(await client.request('textDocument/hover', at(900, 900))).toBeNull();
    expect(await client.request('textDocument/hover', at(0, 0, 'file:///unknown.c'))).toBeNull();
  });

  test('document highlights tell what takes pages from what releases them', async () => {
    client = await Client.start(server, PULL);
    await client.open(URI, WORDS);
    expect(await client.request('textDocument/documentHighlight', at(0, 0))).toEqual([
      { range: range(0, 0, 8), kind: 3 },
      { range: range(1, 0, 8), kind: 2 },
    ]);
    expect(await client.request('textDocument/documentHighlight', at(1, 0))).toBeNull();
    expect(await client.request('textDocument/documentHighlight', at(0, 0, 'file:///unknown.c'))).toBeNull();
  });

  test('hover does not wait for an analysis that is no longer wanted', async () => {
    client = await Client.start(server, PULL);
    await client.open(URI, `${WORDS}SLOW`);
    const stale = client.pull(URI).catch(() => 'cancelled');
    await new Promise(resolve => setTimeout(resolve, 100));
    await client.change(URI, 2, `${WORDS} `);
    expect(await client.request('textDocument/hover', at(0, 0))).not.toBeNull();
    expect(await stale).toBe('cancelled');
  });

  test('inlay hints keep to the range and the setting', async () => {
    client = await Client.start(server, PULL);
    await client.open(URI, WORDS);
    const ask = (line: number) =>
      client.request<InlayHint[]>('textDocument/inlayHint', {
        textDocument: { uri: URI },
        range: range(line, 0, 90),
      });
    expect(await ask(0)).toMatchObject([{ position: { line: 0, character: 8 }, label: 'pin' }]);
    expect(await ask(1)).toEqual([]);
    client.settings = { inlayHints: false };
    await client.notify('workspace/didChangeConfiguration', { settings: null });
    expect(await ask(0)).toEqual([]);
  });

  test('code actions fix, accept in the baseline, allow with a comment, and explain', async () => {
    client = await Client.start(server, PULL);
    await client.open(URI, 'iov_iter\n\tmismatch\n', 'c', 7);
    const params = { textDocument: { uri: URI }, range: range(1, 2, 2), context: { diagnostics: [] } };
    const [fix, accept, allow, explain] = await client.request<CodeAction[]>(
      'textDocument/codeAction',
      params,
    );
    const textDocument = { uri: URI, version: 7 };
    expect(fix).toMatchObject({
      title: 'Replace mismatch',
      isPreferred: true,
      diagnostics: [{ code: 'release-mismatch' }],
      edit: { documentChanges: [{ textDocument, edits: [{ range: range(1, 1, 9), newText: 'right' }] }] },
    });
    expect(accept!.command).toMatchObject({ command: 'pinsight.addToBaseline' });
    const newText = '\t/* pinsight: allow(release-mismatch) */\n';
    expect(allow!.edit).toEqual({
      documentChanges: [{ textDocument, edits: [{ range: range(1, 0, 0), newText }] }],
    });
    expect(explain!.command).toMatchObject({ command: 'pinsight.showRule', arguments: ['release-mismatch'] });
    const elsewhere = { ...params, range: range(0, 0, 3) };
    expect(await client.request('textDocument/codeAction', elsewhere)).toEqual([]);
    const refactor = { ...params, context: { diagnostics: [], only: ['refactor'] } };
    expect(await client.request('textDocument/codeAction', refactor)).toEqual([]);
  });

  test('an unknown command and a rule without a page do no harm', async () => {
    client = await Client.start(server, PULL);
    expect(await client.request('workspace/executeCommand', { command: 'rm' })).toBeNull();
    const params = { command: 'pinsight.showRule', arguments: ['../../secret'] };
    expect(await client.request('workspace/executeCommand', params)).toBeNull();
  });
});

describe('nothing ends the server:', () => {
  const survives = async () => {
    await client.open('file:///good.c', WORDS);
    expect(await client.rules('file:///good.c')).toEqual(['release-mismatch']);
  };

  test.each(['THROW', 'DIE', 'HANG'])('an engine that does %s', async word => {
    client = await Client.start(server, PULL);
    await client.open(URI, `iov_iter ${word}`);
    expect(await client.pull(URI)).toMatchObject({ items: [{ code: 'not-analysed', severity: 4 }] });
    expect(client.log.join()).toContain('was not analysed');
    await survives();
  });

  test('messages about documents that are not open, and broken messages', async () => {
    client = await Client.start(server, PULL);
    await client.change('file:///never.c', 2, WORDS);
    await client.save('file:///never.c');
    await client.close('file:///never.c');
    await client.notify('textDocument/didOpen', {});
    await client.notify('textDocument/didChange', { textDocument: { uri: URI }, contentChanges: null });
    await client.notify('textDocument/didOpen', { textDocument: { uri: 7, languageId: null, text: WORDS } });
    await client.request('textDocument/hover', {}).catch(() => null);
    await client.request('textDocument/codeAction', { textDocument: {}, range: 3 }).catch(() => null);
    await client.request('textDocument/inlayHint', undefined).catch(() => null);
    await expect(client.request('no/such/request', {})).rejects.toThrow();
    await survives();
  });

  test('broken text', async () => {
    client = await Client.start(server, PULL);
    const texts = ['', '\0', '\ud800 iov_iter', '{'.repeat(100_000), 'iov_iter\r\r\n\n\r mismatch'];
    for (const [version, text] of texts.entries()) {
      await client.open(URI, text, 'c', version);
      await client.pull(URI);
    }
    expect(await client.rules(URI)).toEqual(['release-mismatch']);
    await survives();
  });

  test('versions out of order: changes apply as they come', async () => {
    client = await Client.start(server, PULL);
    await client.open(URI, 'iov_iter\n', 'c', 9);
    const insert = (version: number, text: string) =>
      client.notify('textDocument/didChange', {
        textDocument: { uri: URI, version },
        contentChanges: [{ range: range(1, 0, 0), text }],
      });
    await insert(8, 'match\n');
    await insert(8, 'mis');
    expect(await client.rules(URI)).toEqual(['release-mismatch']);
  });

  test('a hover in a file whose analysis failed: it is not tried again', async () => {
    client = await Client.start(server, PULL);
    await client.open(URI, 'iov_iter HANG');
    await client.pull(URI);
    const started = Date.now();
    const position = { line: 0, character: 0 };
    expect(await client.request('textDocument/hover', { textDocument: { uri: URI }, position })).toBeNull();
    expect(Date.now() - started).toBeLessThan(1000);
    expect(client.eras).toEqual([]);
  });

  test('a request cancelled by the client', async () => {
    client = await Client.start(server, PULL);
    await client.open(URI, `${WORDS}SLOW`);
    void client.pull(URI).catch(() => null);
    const cancel = new CancellationTokenSource();
    const hover = client.connection.sendRequest(
      'textDocument/hover',
      { textDocument: { uri: URI }, position: { line: 0, character: 0 } },
      cancel.token,
    );
    setTimeout(() => cancel.cancel(), 20); // a cancellation must not overtake its request
    await expect(hover).rejects.toMatchObject({ code: -32800 });
    await client.change(URI, 2, WORDS);
    await survives();
  });
});

test('shutdown and exit end the server, also in the middle of work', async () => {
  client = await Client.start(server, PULL);
  await client.open(URI, `${WORDS}SLOW`);
  void client.pull(URI).catch(() => null);
  expect(await client.stop()).toBe(0);
});
