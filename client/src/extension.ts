import { type ExtensionContext, languages, window, workspace } from 'vscode';
import { registerCommands } from './commands.ts';
import { C_DOCUMENTS } from './documents.ts';
import { Lifecycle } from './lifecycle.ts';
import { EraStatus } from './status.ts';

/** For other extensions and the tests of this one. */
export interface Api {
  /** Resolves when the server answers. */
  readonly started: () => Promise<void>;
}

/** The server is started when a C file is opened, not before. */
export function activate(context: ExtensionContext): Api {
  const output = window.createOutputChannel('Pinsight', { log: true });
  const status = new EraStatus();
  const lifecycle = new Lifecycle(context, output, status);
  context.subscriptions.push(output, status, lifecycle, ...registerCommands(lifecycle, output));
  const startFor = (documents: typeof workspace.textDocuments) => {
    if (documents.some(document => languages.match(C_DOCUMENTS, document) > 0)) void lifecycle.start();
  };
  context.subscriptions.push(workspace.onDidOpenTextDocument(document => startFor([document])));
  startFor(workspace.textDocuments);
  return { started: () => lifecycle.start() };
}
