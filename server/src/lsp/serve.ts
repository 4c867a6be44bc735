import { readFile } from 'node:fs/promises';
import {
  CodeActionKind,
  type Connection,
  DidChangeConfigurationNotification,
  type DocumentDiagnosticReport,
  type InitializeResult,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import { decode } from '../host/files.ts';
import type { Analyser } from './analyser.ts';
import { clientFeatures } from './clientFeatures.ts';
import type { OpenDocument } from './documents.ts';
import { codeActions } from './features/codeActions.ts';
import { COMMANDS, executeCommand } from './features/commands.ts';
import {
  clearDiagnostics,
  pullDiagnostics,
  pushDiagnostics,
  refreshDiagnostics,
  refreshReaders,
  SOURCE,
} from './features/diagnostics.ts';
import { documentHighlights } from './features/documentHighlights.ts';
import { announceEras } from './features/era.ts';
import { hover } from './features/hover.ts';
import { inlayHints } from './features/inlayHints.ts';
import { TreeIndexes } from './features/treeIndex.ts';
import { describeError, guardNotification, guardRequest } from './guard.ts';
import { followDisk, watchSources } from './onDisk.ts';
import { Session } from './session.ts';

/** Serves one client over a connection, until it says `exit`. */
export function serve(connection: Connection, analyser: Analyser): void {
  const log = (message: string) => connection.console.error(message);
  process.on('uncaughtException', error => log(`unexpected: ${describeError(error)}`));
  process.on('unhandledRejection', error => log(`unexpected: ${describeError(error)}`));

  let session: Session | undefined;
  connection.onInitialize(params => {
    const settings = params.initializationOptions?.settings;
    const started = new Session(connection, clientFeatures(params), analyser, log, settings);
    session = started;
    announceEras(started);
    const indexes = new TreeIndexes(started, () => refreshReaders(started, 'all'));
    wireDocuments(started);
    followDisk(started, indexes);
    wireRequests(started, indexes);
    return initializeResult(started);
  });
  connection.onInitialized(() => {
    if (!session) return;
    if (session.client.registersConfiguration)
      connection.client.register(DidChangeConfigurationNotification.type, { section: 'pinsight' }).catch(log);
    if (session.client.registersWatchers) watchSources(session);
  });
  connection.onShutdown(() => session?.dispose());
  connection.listen();
}

function initializeResult({ client }: Session): InitializeResult {
  return {
    serverInfo: { name: 'pinsight' },
    capabilities: {
      textDocumentSync: {
        openClose: true,
        change: TextDocumentSyncKind.Incremental,
        save: { includeText: false },
      },
      ...(client.pullsDiagnostics && {
        diagnosticProvider: { identifier: SOURCE, interFileDependencies: true, workspaceDiagnostics: false },
      }),
      hoverProvider: true,
      documentHighlightProvider: true,
      inlayHintProvider: true,
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
      executeCommandProvider: { commands: [...COMMANDS] },
    },
  };
}

function wireDocuments(session: Session): void {
  const { connection, log } = session;
  connection.onDidOpenTextDocument(
    guardNotification('didOpen', log, async ({ textDocument }) => {
      const document = session.open(textDocument);
      await pushDiagnostics(session, document);
      // What an editor has kept since it was last ended is not what is on disk.
      if (document.isC && !(await isOnDisk(document))) await refreshReaders(session);
    }),
  );
  connection.onDidChangeTextDocument(
    guardNotification('didChange', log, async params => {
      const document = session.edit(params);
      if (document?.isC)
        await Promise.all([pushDiagnostics(session, document), followEdit(session, document)]);
    }),
  );
  connection.onDidSaveTextDocument(
    guardNotification('didSave', log, async ({ textDocument, text }) => {
      const document = session.save(textDocument.uri, text);
      if (document?.isC) await session.outdateReaders([document.path]);
      if (document) await refreshDiagnostics(session);
    }),
  );
  connection.onDidCloseTextDocument(
    guardNotification('didClose', log, async ({ textDocument }) => {
      const document = session.close(textDocument.uri);
      await clearDiagnostics(session, textDocument.uri);
      if (document?.isC) await refreshReaders(session);
    }),
  );
  connection.onDidChangeConfiguration(
    guardNotification('didChangeConfiguration', log, async ({ settings }) => {
      session.outdateAll(settings?.pinsight);
      await refreshAll(session);
    }),
  );
}

/** Once an edited document is at rest, those that are read with it are brought up to date. */
async function followEdit(session: Session, document: OpenDocument): Promise<void> {
  const { run } = await session.settings(document);
  if (run === 'onSave' && document.isFile) return;
  if (await session.isAtRest(document)) await refreshReaders(session);
}

async function isOnDisk({ path, text, isFile }: OpenDocument): Promise<boolean> {
  return !isFile || text === (await readFile(path).then(decode, () => undefined));
}

async function refreshAll(session: Session): Promise<void> {
  if (session.client.refreshesInlayHints) session.connection.languages.inlayHint.refresh();
  await refreshDiagnostics(session);
}

function wireRequests(session: Session, indexes: TreeIndexes): void {
  const { connection, log } = session;
  const nothing: DocumentDiagnosticReport = { kind: 'full', items: [] };
  connection.languages.diagnostics.on(
    guardRequest('diagnostic', log, nothing, params => pullDiagnostics(session, params)),
  );
  connection.onHover(guardRequest('hover', log, null, (params, cancel) => hover(session, params, cancel)));
  connection.onDocumentHighlight(
    guardRequest('documentHighlight', log, null, (params, cancel) =>
      documentHighlights(session, params, cancel),
    ),
  );
  connection.languages.inlayHint.on(
    guardRequest('inlayHint', log, [], (params, cancel) => inlayHints(session, params, cancel)),
  );
  connection.onCodeAction(guardRequest('codeAction', log, [], params => codeActions(session, params)));
  connection.onExecuteCommand(
    guardRequest('executeCommand', log, null, params => executeCommand(session, indexes, params)),
  );
}
