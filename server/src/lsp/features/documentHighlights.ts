import {
  type CancellationToken,
  type DocumentHighlight,
  DocumentHighlightKind,
  type DocumentHighlightParams,
} from 'vscode-languageserver/node';
import { Cancelled } from '../../base/cancel.ts';
import type { Session } from '../session.ts';

const KINDS = { acquisition: DocumentHighlightKind.Write, release: DocumentHighlightKind.Read };

/**
 * textDocument/documentHighlight: a call that takes pages and those that release them. Null where there is no such call,
 * so that the editor highlights words by itself.
 */
export async function documentHighlights(
  session: Session,
  { textDocument, position }: DocumentHighlightParams,
  cancel: CancellationToken,
): Promise<DocumentHighlight[] | null> {
  const document = session.document(textDocument.uri);
  if (!document) return null;
  const { positions, revision } = document;
  const found = await session.askAbout(
    'highlights',
    document,
    { offset: positions.offsetAt(position) },
    cancel,
  );
  if (revision !== document.revision) throw new Cancelled();
  if (!found || found.length === 0) return null;
  return found.map(({ start, end, kind }) => ({
    range: { start: positions.positionAt(start), end: positions.positionAt(end) },
    kind: KINDS[kind],
  }));
}
