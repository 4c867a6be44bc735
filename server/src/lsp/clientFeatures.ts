import type { ClientCapabilities, InitializeParams } from 'vscode-languageserver/node';

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
  readonly createsFiles: boolean;
  readonly showsDocuments: boolean;
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
    createsFiles: workspace?.workspaceEdit?.resourceOperations?.includes('create') === true,
    showsDocuments: window?.showDocument?.support === true,
    wantsEra: params.initializationOptions?.era === true,
  };
}
