import {
  commands,
  type Diagnostic,
  languages,
  type TextDocument,
  type TextEditor,
  Uri,
  window,
  workspace,
} from 'vscode';

/** The URI of a file of the workspace that the suite is run in. */
export function fileUri(name: string): Uri {
  const folder = workspace.workspaceFolders?.[0];
  if (!folder) throw new Error('the suite needs a workspace folder');
  return Uri.joinPath(folder.uri, name);
}

export async function openEditor(name: string): Promise<TextEditor> {
  return window.showTextDocument(await workspace.openTextDocument(fileUri(name)));
}

/** Pinsight's diagnostics of a document. */
export const findings = (document: TextDocument): Diagnostic[] =>
  languages.getDiagnostics(document.uri).filter(({ source }) => source === 'pinsight');

/** The rules that are reported in a document. */
export const rules = (document: TextDocument): unknown[] =>
  findings(document).map(({ code }) => (typeof code === 'object' ? code.value : code));

/** Waits for something to become true of what `read` gives; throws with its last value after ten seconds. */
export async function until<Value>(
  read: () => Value | PromiseLike<Value>,
  holds: (value: Value) => boolean,
): Promise<Value> {
  const end = Date.now() + 10_000;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > end) throw new Error(`not so in time; last: ${JSON.stringify(value)}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** Closes everything and takes back what was not saved. */
export async function closeAll(): Promise<void> {
  while (window.activeTextEditor)
    await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
}
