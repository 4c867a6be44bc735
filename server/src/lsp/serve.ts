import {
  CodeActionKind,
  type Connection,
  DidChangeConfigurationNotification,
  type DocumentDiagnosticReport,
  type InitializeResult,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import type { Analyser } from './analyser.ts';
import { clientFeatures } from './clientFeatures.ts';
import { codeActions } from './features/codeActions.ts';
import { COMMANDS, executeCommand } from './features/commands.ts';
import {
  clearDiagnostics,
  pullDiagnostics,
  pushDiagnostics,
  refreshDiagnostics,
  SOURCE,
} from './features/diagnostics.ts';
import { documentHighlights } from './features/documentHighlights.ts';
import { announceEras } from './features/era.ts';
import { hover } from './features/hover.ts';
import { inlayHints } from './features/inlayHints.ts';
import { TreeIndexes } from './features/treeIndex.ts';
import { describeError, guardNotification, guardRequest } from './guard.ts';
import { pathOfUri } from './places.ts';
import { Session } from './session.ts';

/** Serves one client over a connection, until it says `exit`. */
export function serve(connection: Connection, analyser: Analyser): void {
  const log = (message: string) => connection.console.error(message);
  process.on('uncaughtException', error => log(`unexpected: ${describeError(error)}`));
  process.on('unhandledRejection', error => log(`unexpected: ${describeError(error)}`));

  let session: Session | undefined;
  connection.onInitialize(params => {
    const settings = params.initializationOptions?.settings;
    session = new Session(connection, clientFeatures(params), analyser, log, settings);
    announceEras(session);
    const indexes = new TreeIndexes(session, refreshAll);
    wireDocuments(session);
    wireRequests(session, indexes);
    return initializeResult(session);
  });
  connection.onInitialized(() => {
    if (session?.client.registersConfiguration)
      connection.client.register(DidChangeConfigurationNotification.type, { section: 'pinsight' }).catch(log);
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
    guardNotification('didOpen', log, ({ textDocument }) =>
      pushDiagnostics(session, session.open(textDocument)),
    ),
  );
  connection.onDidChangeTextDocument(
    guardNotification('didChange', log, async params => {
      const document = session.edit(params);
      if (document) await pushDiagnostics(session, document);
    }),
  );
  connection.onDidSaveTextDocument(
    guardNotification('didSave', log, async ({ textDocument, text }) => {
      const document = session.save(textDocument.uri, text);
      // Other files may be read with this one.
      if (document?.isC) await session.forgetTrees();
      if (document) await refreshDiagnostics(session);
    }),
  );
  connection.onDidCloseTextDocument(
    guardNotification('didClose', log, async ({ textDocument }) => {
      session.close(textDocument.uri);
      await clearDiagnostics(session, textDocument.uri);
    }),
  );
  connection.onDidChangeConfiguration(
    guardNotification('didChangeConfiguration', log, async ({ settings }) => {
      session.outdateAll(settings?.pinsight);
      await refreshAll(session);
    }),
  );
  connection.onDidChangeWatchedFiles(
    guardNotification('didChangeWatchedFiles', log, async ({ changes }) => {
      // Baselines are looked at anew each time; only source files change what is analysed.
      if (changes.every(({ uri }) => session.baselines.has(pathOfUri(uri))))
        return refreshDiagnostics(session);
      await session.forgetTrees();
      await refreshAll(session);
    }),
  );
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
