import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { Cancelled } from '../../base/cancel.ts';
import type { BaselineEntry } from '../../report/baseline.ts';
import type { Finding, Fix } from '../../report/findings.ts';
import type { OpenDocument } from '../documents.ts';
import type { Lines } from '../places.ts';
import type { Session } from '../session.ts';
import { allowComment } from './allowComment.ts';
import { ADD_TO_BASELINE, SHOW_RULE } from './commands.ts';
import { toDiagnostic } from './diagnostics.ts';

/** textDocument/codeAction: fixes of the findings in the range, ways to accept them, and their documentation. */
export async function codeActions(
  session: Session,
  { textDocument, range, context }: CodeActionParams,
): Promise<CodeAction[]> {
  const document = session.document(textDocument.uri);
  if (!document || !session.client.literalCodeActions || !wantsQuickFixes(context.only)) return [];
  const { positions, revision } = document;
  const from = positions.offsetAt(range.start);
  const to = positions.offsetAt(range.end);
  const analysis = await session.analysis(document);
  const subject = await session.subject(document);
  const all = analysis?.report.findings ?? [];
  const findings = session.baselines
    .left(subject, all)
    .filter(finding => finding.file === document.path && finding.start <= to && finding.end >= from);
  if (!analysis || findings.length === 0) return [];
  const lines = await session.lines(analysis, findings.flatMap(filesOf));
  if (revision !== document.revision) throw new Cancelled();
  const isInPlace = ({ edits }: Fix): boolean =>
    edits.every(({ file }) => session.isAsAnalysed(file, analysis));
  return findings.flatMap(finding => {
    const entry = session.baselines.entryFor(subject, all, finding);
    return actionsFor(session, document, finding, finding.fixes.filter(isInPlace), entry, lines);
  });
}

const wantsQuickFixes = (only: readonly string[] | undefined): boolean =>
  only === undefined || only.some(kind => kind === '' || kind === CodeActionKind.QuickFix);

const filesOf = ({ file, path, fixes }: Finding): string[] => [
  file,
  ...path.map(step => step.file),
  ...fixes.flatMap(fix => fix.edits.map(edit => edit.file)),
];

function actionsFor(
  session: Session,
  document: OpenDocument,
  finding: Finding,
  fixesInPlace: readonly Fix[],
  entry: BaselineEntry | undefined,
  lines: Lines,
): CodeAction[] {
  const diagnostics = [toDiagnostic(session, finding, lines)];
  const quickFix = (title: string, edit: WorkspaceEdit): CodeAction => ({
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics,
    edit,
  });
  const commandAction = (title: string, command: string, args: unknown[]): CodeAction => ({
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics,
    command: { title, command, arguments: args },
  });
  const fixes = fixesInPlace.map(fix => quickFix(fix.title, editOf(session, fix, lines)));
  if (fixes.length === 1 && finding.confidence === 'certain') fixes[0]!.isPreferred = true;
  if (finding.rule === 'unused-allow') return fixes;
  const { newText, ...span } = allowComment(document.text, finding);
  const comment = { range: lines.range(document.path, span), newText };
  return [
    ...fixes,
    ...(entry
      ? [commandAction(`Add this ${finding.rule} to the baseline`, ADD_TO_BASELINE, [document.uri, entry])]
      : []),
    quickFix(`Allow ${finding.rule} here with a comment`, workspaceEdit(session, [[document.path, comment]])),
    commandAction(`Show documentation of ${finding.rule}`, SHOW_RULE, [finding.rule]),
  ];
}

const editOf = (session: Session, fix: Fix, lines: Lines): WorkspaceEdit =>
  workspaceEdit(
    session,
    fix.edits.map(edit => [edit.file, { range: lines.range(edit.file, edit), newText: edit.newText }]),
  );

/** Edits by path; with the documents' versions where the client checks them. */
function workspaceEdit(
  session: Session,
  edits: readonly (readonly [path: string, edit: TextEdit])[],
): WorkspaceEdit {
  const changes: Record<string, TextEdit[]> = {};
  for (const [path, edit] of edits) {
    const uri = session.uri(path);
    changes[uri] = [...(changes[uri] ?? []), edit];
  }
  if (!session.client.versionedEdits) return { changes };
  return {
    documentChanges: Object.entries(changes).map(([uri, edits]) => ({
      textDocument: { uri, version: session.document(uri)?.version ?? null },
      edits,
    })),
  };
}
