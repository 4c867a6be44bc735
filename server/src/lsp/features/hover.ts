import type { CancellationToken, Hover, HoverParams } from 'vscode-languageserver/node';
import type { Session } from '../session.ts';

/** textDocument/hover: only what the engine has to say; types and declarations are clangd's. */
export async function hover(
  session: Session,
  { textDocument, position }: HoverParams,
  cancel: CancellationToken,
): Promise<Hover | null> {
  const document = session.document(textDocument.uri);
  if (!document) return null;
  const { positions } = document;
  const offset = positions.offsetAt(position);
  const found = await session.askAbout('hover', document, { offset }, cancel);
  if (!found) return null;
  const range = { start: positions.positionAt(found.start), end: positions.positionAt(found.end) };
  // Links to lines of this file get its address, which the engine does not know.
  const value = found.markdown.replaceAll('](#L', `](${textDocument.uri}#L`);
  return { contents: { kind: 'markdown', value }, range };
}
