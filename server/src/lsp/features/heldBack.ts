import type { Finding } from '../../report/findings.ts';
import type { OpenDocument, TextAnalysis } from '../documents.ts';

/** Rules that a release not yet written would set off. */
const WAITING_RULES: ReadonlySet<string> = new Set(['page-leak', 'page-array-leak']);

/**
 * The findings without leaks that wait for a save: those in a function that was edited since its last save, and those
 * that the same text did not show while the other open files were as saved.
 */
export function withoutHeldBack(
  document: OpenDocument,
  findings: readonly Finding[],
  { areOthersSaved, failed }: TextAnalysis,
): readonly Finding[] {
  const { text } = document;
  const leaks = findings.filter(({ rule }) => WAITING_RULES.has(rule));
  if (areOthersSaved && !failed) document.leaks = { text, places: new Set(leaks.map(placeOf)) };
  const before = document.leaks?.text === text ? document.leaks.places : undefined;
  const waits = (leak: Finding): boolean =>
    isBeingWritten(leak, text, document.savedText) || before?.has(placeOf(leak)) === false;
  const held = new Set(leaks.filter(waits));
  return findings.filter(finding => !held.has(finding));
}

const placeOf = ({ rule, file, start }: Finding): string => `${rule} ${start} ${file}`;

function isBeingWritten(leak: Finding, text: string, saved: string): boolean {
  return text !== saved && !saved.includes(definitionAround(text, leak.start));
}

/**
 * The definition around an offset, in kernel style: from behind the last line that begins with a closing brace to
 * the next such line.
 */
function definitionAround(text: string, offset: number): string {
  const before = text.lastIndexOf('\n}', offset - 1);
  const after = text.indexOf('\n}', offset);
  return text.slice(before < 0 ? 0 : before + 2, after < 0 ? text.length : after + 2);
}
