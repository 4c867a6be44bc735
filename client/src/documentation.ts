import { type CancellationToken, commands, Uri } from 'vscode';
import type { ShowDocumentParams, ShowDocumentRequest } from 'vscode-languageclient/node';

/** Pages of the documentation are shown as they are meant to be read; anything else as the editor does. */
export async function showPage(
  params: ShowDocumentParams,
  token: CancellationToken,
  next: ShowDocumentRequest.HandlerSignature,
) {
  if (!params.uri.endsWith('.md')) return next(params, token);
  await commands.executeCommand('markdown.showPreview', Uri.parse(params.uri));
  return { success: true };
}
