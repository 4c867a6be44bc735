import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { ResponseError } from 'vscode-languageserver-protocol';
import { buildFakeServer, Client, PULL } from './harness.ts';

let client: Client;

beforeAll(async () => {
  client = await Client.start(await buildFakeServer(), PULL);
  client.settings = { delay: 0, leaksWhileTyping: true };
});

afterAll(() => client.kill());

const URIS = ['file:///a.c', 'file:///b.h', 'untitled:c', 'file:///%', ''] as const;

const uri = fc.constantFrom(...URIS);
const position = fc.record({
  line: fc.integer({ min: -1, max: 5 }),
  character: fc.integer({ min: -1, max: 30 }),
});
const range = fc.record({ start: position, end: position });
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('iov_iter\n', 'mismatch', '\r\n', 'THROW'),
);
const textDocument = fc.record({ uri, version: fc.integer({ min: -3, max: 3 }) });

const notification = fc.oneof(
  fc.tuple(
    fc.constant('textDocument/didOpen'),
    fc.record({
      textDocument: fc.record({ uri, version: fc.nat(3), languageId: fc.constantFrom('c', 'cpp'), text }),
    }),
  ),
  fc.tuple(
    fc.constant('textDocument/didChange'),
    fc.record({
      textDocument,
      contentChanges: fc.array(fc.oneof(fc.record({ text }), fc.record({ range, text }))),
    }),
  ),
  fc.tuple(fc.constantFrom('textDocument/didSave', 'textDocument/didClose'), fc.record({ textDocument })),
  fc.tuple(fc.constant('workspace/didChangeConfiguration'), fc.record({ settings: fc.jsonValue() })),
  fc.tuple(fc.constant('workspace/didChangeWatchedFiles'), fc.constant({ changes: [] })),
);

const request = fc.oneof(
  fc.tuple(fc.constant('textDocument/hover'), fc.record({ textDocument, position })),
  fc.tuple(
    fc.constantFrom('textDocument/inlayHint', 'textDocument/codeAction', 'textDocument/diagnostic'),
    fc.record({ textDocument, range, context: fc.constant({ diagnostics: [] }) }),
  ),
);

const SERVER_CANCELLED = -32802;

/** Asks again, as the protocol wants it, while the server says that things are changing. */
async function untilSettled<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ResponseError) || error.code !== SERVER_CANCELLED) throw error;
    }
  }
}

test('whatever comes, in whatever order, the server answers everything and then works as before', async () => {
  const message = fc.oneof(
    notification.map(([method, params]) => ({ method, params, answered: false })),
    request.map(([method, params]) => ({ method, params, answered: true })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 25 }), async messages => {
      const answers: Promise<unknown>[] = [];
      for (const { method, params, answered } of messages) {
        if (answered) answers.push(client.request(method, params).catch(() => 'refused'));
        else await client.notify(method, params);
      }
      await Promise.all(answers);
      await client.open('file:///last.c', 'iov_iter mismatch');
      const rules = await untilSettled(() => client.rules('file:///last.c'));
      await client.close('file:///last.c');
      return rules.join() === 'release-mismatch';
    }),
    { numRuns: 60 },
  );
});
