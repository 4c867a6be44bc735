import type { ClientCapabilities, InitializeParams } from 'vscode-languageserver/node';
import { pathOfUri } from './places.ts';

/** What the client can do, as far as the server behaves differently for it. */
export interface ClientFeatures {
  /** The client asks for diagnostics; else they are sent to it. Never both. */
  readonly pullsDiagnostics: boolean;
  readonly refreshesDiagnostics: boolean;
  readonly refreshesInlayHints: boolean;
  readonly answersConfiguration: boolean;
  readonly registersConfiguration: boolean;
  readonly relatedInformation: boolean;
  readonly literalCodeActions: boolean;
  readonly versionedEdits: boolean;
  readonly showsDocuments: boolean;
  readonly showsProgress: boolean;
  /** Files may be watched at the server's wish, and by folder and name. */
  readonly registersWatchers: boolean;
  readonly watchesFolders: boolean;
  /** Absolute paths of the workspace's folders. */
  readonly folders: readonly string[];
  /** The client asked for `pinsight/era`, a notification of our own. */
  readonly wantsEra: boolean;
}

/** Reads them from the `initialize` request. */
export function clientFeatures(params: InitializeParams): ClientFeatures {
  const capabilities: ClientCapabilities = params.capabilities ?? {};
  const { textDocument, workspace, window } = capabilities;
  const pullsDiagnostics = textDocument?.diagnostic !== undefined;
  return {
    pullsDiagnostics,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    refreshesInlayHints: workspace?.inlayHint?.refreshSupport === true,
    answersConfiguration: workspace?.configuration === true,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    relatedInformation:
      (pullsDiagnostics ? textDocument?.diagnostic : textDocument?.publishDiagnostics)?.relatedInformation ===
        true || textDocument?.publishDiagnostics?.relatedInformation === true,
    literalCodeActions: textDocument?.codeAction?.codeActionLiteralSupport !== undefined,
    versionedEdits: workspace?.workspaceEdit?.documentChanges === true,
    registersWatchers: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    watchesFolders: workspace?.didChangeWatchedFiles?.relativePatternSupport === true,
    folders: foldersOf(params),
    showsDocuments: window?.showDocument?.support === true,
    showsProgress: window?.workDoneProgress === true,
    wantsEra: params.initializationOptions?.era === true,
  };
}

function foldersOf({ workspaceFolders, rootUri }: InitializeParams): string[] {
  const uris = workspaceFolders?.map(folder => folder.uri) ?? (rootUri ? [rootUri] : []);
  return uris.map(pathOfUri);
}
