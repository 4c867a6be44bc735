import type { CancellationToken, InlayHint, InlayHintParams } from 'vscode-languageserver/node';
import { Cancelled } from '../../base/cancel.ts';
import type { Session } from '../session.ts';

/** textDocument/inlayHint: the hold that each extraction call in the range leaves. */
export async function inlayHints(
  session: Session,
  { textDocument, range }: InlayHintParams,
  cancel: CancellationToken,
): Promise<InlayHint[]> {
  const document = session.document(textDocument.uri);
  if (!document || !(await session.settings(document)).inlayHints) return [];
  const { positions, revision } = document;
  const span = { start: positions.offsetAt(range.start), end: positions.offsetAt(range.end) };
  const hints = await session.askAbout('inlayHints', document, { range: span }, cancel);
  if (revision !== document.revision) throw new Cancelled();
  return (hints ?? []).map(({ offset, label, tooltip }) => ({
    position: positions.positionAt(offset),
    label,
    tooltip: { kind: 'markdown', value: tooltip },
    paddingLeft: true,
  }));
}
