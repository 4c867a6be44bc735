import { LineIndex } from '../../server/src/base/text.ts';
import type { Finding } from '../../server/src/report/findings.ts';
import { RULES } from '../../server/src/rules/index.ts';

/** A mark stands below the line it speaks about: carets under the span, then the rule and the message. */
const MARK = /^\/\/ *\^+ /;
const TAB_WIDTH = 8;

/** The width that a text has on a screen with tab stops every 8 columns. */
function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += char === '\t' ? TAB_WIDTH - (width % TAB_WIDTH) : 1;
  return width;
}

/** The text without its marks. */
export function withoutMarks(text: string): string {
  return text
    .split('\n')
    .filter(line => !MARK.test(line))
    .join('\n');
}

/** The text with a mark for each finding. Findings must be those of the text without marks. */
export function withMarks(unmarked: string, findings: readonly Finding[]): string {
  const index = new LineIndex(unmarked);
  const marks = new Map<number, string[]>();
  for (const finding of findings) {
    const { line } = index.position(finding.start);
    marks.set(line, [...(marks.get(line) ?? []), markOf(finding, index)]);
  }
  return unmarked
    .split('\n')
    .flatMap((text, at) => [text, ...(marks.get(at + 1) ?? [])])
    .join('\n');
}

function markOf(finding: Finding, index: LineIndex): string {
  const start = index.position(finding.start);
  const end = index.position(finding.end);
  const text = index.lineText(start.line);
  const from = widthOf(text.slice(0, start.column - 1));
  const to = widthOf(end.line === start.line ? text.slice(0, end.column - 1) : text);
  if (from < 2) throw new Error(`line ${start.line}: a span in the first two columns cannot be marked`);
  const usual = RULES.find(rule => rule.id === finding.rule)?.severity;
  const severity = finding.severity === usual ? '' : ` (${finding.severity})`;
  return `//${' '.repeat(from - 2)}${'^'.repeat(Math.max(1, to - from))} ${finding.rule}${severity}: ${finding.message}`;
}
