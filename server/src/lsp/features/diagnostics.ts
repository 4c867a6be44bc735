import { createHash } from 'node:crypto';
import {
  type Diagnostic,
  DiagnosticSeverity,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
  LSPErrorCodes,
  ResponseError,
} from 'vscode-languageserver/node';
import { Cancelled } from '../../base/cancel.ts';
import type { Finding, NotAnalysed, Severity } from '../../report/findings.ts';
import type { ExtractionSite } from '../../report/sites.ts';
import type { OpenDocument } from '../documents.ts';
import type { Analysis } from '../messages.ts';
import type { Lines } from '../places.ts';
import { ruleDocumentation } from '../ruleDocumentation.ts';
import type { Session } from '../session.ts';
import { withoutHeldBack } from './heldBack.ts';

export const SOURCE = 'pinsight';

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  hint: DiagnosticSeverity.Hint,
};

/** textDocument/diagnostic. The result id is a digest: the same findings are not sent twice. */
export async function pullDiagnostics(
  session: Session,
  { textDocument, previousResultId }: DocumentDiagnosticParams,
): Promise<DocumentDiagnosticReport> {
  const document = session.document(textDocument.uri);
  if (!document) return { kind: 'full', items: [] };
  if (previousResultId && (await waitsForSave(session, document)))
    return { kind: 'unchanged', resultId: previousResultId };
  const { items, resultId } = await diagnosticsOf(session, document).catch(askAgain);
  document.shown = resultId;
  return resultId === previousResultId ? { kind: 'unchanged', resultId } : { kind: 'full', resultId, items };
}

/** The client shall keep what it has and ask again: an empty answer would make the findings flicker. */
function askAgain(error: unknown): never {
  if (!(error instanceof Cancelled)) throw error;
  throw new ResponseError(LSPErrorCodes.ServerCancelled, 'the text has changed', { retriggerRequest: true });
}

/** Sends the diagnostics of a document to a client that does not ask for them. */
export async function pushDiagnostics(session: Session, document: OpenDocument): Promise<void> {
  if (session.client.pullsDiagnostics || !document.isC) return;
  if (await waitsForSave(session, document)) return;
  const { revision } = document;
  const { items, resultId } = await diagnosticsOf(session, document);
  if (revision !== document.revision) return;
  document.shown = resultId;
  const { uri, version } = document;
  await session.connection.sendDiagnostics({ uri, version, diagnostics: items });
}

/** Takes back what was sent for a closed document. */
export async function clearDiagnostics(session: Session, uri: string): Promise<void> {
  if (!session.client.pullsDiagnostics) await session.connection.sendDiagnostics({ uri, diagnostics: [] });
}

/** Brings the diagnostics of all open documents up to date. */
export async function refreshDiagnostics(session: Session): Promise<void> {
  if (session.client.refreshesDiagnostics) session.connection.languages.diagnostics.refresh();
  await Promise.all([...session.openDocuments].map(document => pushDiagnostics(session, document)));
}

/**
 * Brings up to date what the client shows of documents that are read with what has changed in the editor, or on disk. A
 * client that asks for diagnostics is told to, once for all and only where there is something new.
 * @param onDisk absolute paths of files that have changed there; all: any may have.
 */
export async function refreshReaders(session: Session, onDisk?: readonly string[] | 'all'): Promise<void> {
  const { client, connection } = session;
  const readers = await session.outdateReaders(onDisk);
  if (client.pullsDiagnostics && !client.refreshesDiagnostics) return;
  const isNew = async (document: OpenDocument): Promise<boolean> => {
    // A client that has not asked yet, or whose question came to nothing, will.
    const willAsk = client.pullsDiagnostics && document.shown === undefined;
    if (willAsk || (await waitsForSave(session, document))) return false;
    return (await diagnosticsOf(session, document)).resultId !== document.shown;
  };
  const update = async (document: OpenDocument): Promise<boolean> => {
    const hasNews = await isNew(document);
    if (hasNews) await pushDiagnostics(session, document);
    return hasNews;
  };
  const updates = await Promise.all(readers.map(each => update(each).catch(unlessCancelled)));
  if (!updates.includes(true)) return;
  if (client.refreshesInlayHints) connection.languages.inlayHint.refresh();
  if (client.refreshesDiagnostics) connection.languages.diagnostics.refresh();
}

/** Who has outdated the work brings it up to date. */
function unlessCancelled(error: unknown): boolean {
  if (error instanceof Cancelled) return false;
  throw error;
}

async function waitsForSave(session: Session, document: OpenDocument): Promise<boolean> {
  const { run } = await session.settings(document);
  return run === 'onSave' && document.isFile && document.text !== document.savedText;
}

/** What is shown of a document; the result id stands for that and for the holds that its extractions leave. */
interface Shown {
  readonly items: Diagnostic[];
  readonly resultId: string;
}

async function diagnosticsOf(session: Session, document: OpenDocument): Promise<Shown> {
  const { revision } = document;
  const [settings, subject, analysis] = await Promise.all([
    session.settings(document),
    session.subject(document),
    session.analysis(document),
  ]);
  if (revision !== document.revision) throw new Cancelled();
  if (!analysis) return shown([]);
  const left = session.baselines.left(subject, analysis.report.findings);
  const isAllTold = settings.leaksWhileTyping || !document.isFile;
  const findings = isAllTold ? left : withoutHeldBack(document, left, analysis);
  const lines = await session.lines(analysis, placesOf(document, findings));
  const items = [
    ...findings
      .filter(finding => finding.file === document.path)
      .map(finding => toDiagnostic(session, finding, lines)),
    ...notAnalysedHere(document, analysis).map(item => toNotice(item, lines)),
  ];
  return shown(items, analysis.report.extractions);
}

function shown(items: Diagnostic[], extractions: readonly ExtractionSite[] = []): Shown {
  const resultId = createHash('sha1')
    .update(JSON.stringify([items, extractions]))
    .digest('base64url');
  return { items, resultId };
}

const placesOf = (document: OpenDocument, findings: readonly Finding[]): string[] => [
  document.path,
  ...findings.flatMap(finding => finding.path.map(step => step.file)),
];

const notAnalysedHere = (document: OpenDocument, { report }: Analysis): NotAnalysed[] =>
  report.notAnalysed.filter(item => item.file === document.path);

/** A finding as the protocol wants it; a client without related information finds the path in the message. */
export function toDiagnostic(session: Session, finding: Finding, lines: Lines): Diagnostic {
  const related = session.client.relatedInformation;
  const documentation = ruleDocumentation(finding.rule);
  return {
    range: lines.range(finding.file, finding),
    severity: SEVERITIES[finding.severity],
    code: finding.rule,
    ...(documentation && { codeDescription: { href: documentation } }),
    source: SOURCE,
    message: related ? finding.message : [finding.message, ...pathAsText(finding, lines)].join('\n'),
    ...(related && {
      relatedInformation: finding.path.map(step => ({
        location: { uri: session.uri(step.file), range: lines.range(step.file, step) },
        message: step.message,
      })),
    }),
  };
}

const pathAsText = (finding: Finding, lines: Lines): string[] =>
  finding.path.map(step => {
    const { start } = lines.range(step.file, step);
    const file = step.file === finding.file ? 'line ' : `${step.file}:`;
    return `  ${file}${start.line + 1}: ${step.message}`;
  });

/** A stretch about which nothing is claimed: said quietly, at its first line. */
function toNotice(item: NotAnalysed, lines: Lines): Diagnostic {
  const { start } = lines.range(item.file, item);
  return {
    range: { start, end: { line: start.line, character: start.character + 1 } },
    severity: DiagnosticSeverity.Hint,
    code: 'not-analysed',
    source: SOURCE,
    message: `${item.function === '' ? 'This file' : `${item.function}()`} is not analysed: ${item.reason}`,
  };
}
