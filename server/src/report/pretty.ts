import type { Severity } from './findings.ts';
import type { LineText } from './fingerprint.ts';
import type { JsonFinding, JsonNotAnalysed, JsonReport } from './json.ts';

export interface PrettyOptions {
  readonly color: boolean;
  readonly lineText: LineText;
}

type Paint = (text: string) => string;

interface Palette {
  readonly severity: Readonly<Record<Severity, Paint>>;
  readonly strong: Paint;
  readonly faint: Paint;
  readonly fix: Paint;
}

const TAB = '    ';

function palette(color: boolean): Palette {
  const code =
    (number: number): Paint =>
    text =>
      color ? `\u001b[${number}m${text}\u001b[0m` : text;
  return {
    severity: { error: code(31), warning: code(33), hint: code(36) },
    strong: code(1),
    faint: code(2),
    fix: code(32),
  };
}

/** Findings with code frames, the steps of their paths and the names of their fixes, for people. */
export function prettyFindings(findings: readonly JsonFinding[], options: PrettyOptions): string {
  const paint = palette(options.color);
  return findings.map(finding => `${prettyFinding(finding, options, paint)}\n`).join('\n');
}

function prettyFinding(finding: JsonFinding, options: PrettyOptions, paint: Palette): string {
  const { file, line, column, severity, rule, message } = finding;
  const guess = finding.confidence === 'guess' ? paint.faint(' (rests on a guess)') : '';
  const where = finding.function ? paint.faint(` in ${finding.function}()`) : '';
  const marks = [
    ...finding.path.map(step => ({ ...step, own: false })),
    { file, line, message: '', own: true },
  ];
  const width = String(Math.max(...marks.map(mark => mark.line))).length;
  const lines = [
    `${paint.strong(`${file}:${line}:${column}`)}: ${paint.severity[severity](severity)}: ${message} [${rule}]${guess}${where}`,
    ...codeFrame(finding, width, options, paint.severity[severity]),
    ...finding.path.flatMap((step, at) => [
      `${' '.repeat(width)} ${paint.faint(`${at + 1}. ${step.file}:${step.line}:`)} ${step.message}`,
      ...sourceLine(step.file, step.line, width, options, paint.faint),
    ]),
    ...finding.fixes.map(fix => `${' '.repeat(width)} ${paint.fix('fix:')} ${fix.title}`),
  ];
  return lines.join('\n');
}

/** The line of the finding with its range underlined. */
function codeFrame(finding: JsonFinding, width: number, options: PrettyOptions, paint: Paint): string[] {
  const text = options.lineText(finding.file, finding.line);
  if (text === undefined) return [];
  const end = finding.endLine === finding.line ? finding.endColumn : text.length + 1;
  const before = expand(text.slice(0, finding.column - 1));
  const marked = expand(text.slice(finding.column - 1, end - 1));
  const gutter = `${' '.repeat(width)} | `;
  return [
    `${String(finding.line).padStart(width)} | ${expand(text)}`,
    `${gutter}${' '.repeat(before.length)}${paint('^'.repeat(Math.max(1, marked.length)))}`,
  ];
}

function sourceLine(
  file: string,
  line: number,
  width: number,
  options: PrettyOptions,
  paint: Paint,
): string[] {
  const text = options.lineText(file, line);
  return text === undefined ? [] : [`${paint(`${String(line).padStart(width)} |`)} ${expand(text)}`];
}

/** Tabs become spaces, and control characters cannot reach the terminal. */
function expand(text: string): string {
  return [...text.replaceAll('\t', TAB)].map(char => (char < ' ' || char === '\u007f' ? '?' : char)).join('');
}

/** What was not analysed, one line each. */
export function prettyNotAnalysed(parts: readonly JsonNotAnalysed[]): string {
  return parts
    .map(
      part =>
        `${part.file}:${part.line}: not analysed${part.function && ` (${part.function})`}: ${part.reason}\n`,
    )
    .join('');
}

/** Every extraction and iterator of a report, one line each. */
export function prettySites(report: JsonReport): string {
  const extractions = report.extractions.map(site => {
    const kinds = site.iterKinds.length > 0 ? ` on ${site.iterKinds.join('|')}` : '';
    const releases = site.releases.map(at => `${at.callee} (${at.file}:${at.line})`).join(', ');
    const dropped = `released in: ${site.releasedWhere}${releases && ` by ${releases}`}`;
    return `${site.file}:${site.line}: ${site.callee} in ${site.function}(): ${site.mode}, ${site.direction}${kinds}; ${dropped}\n`;
  });
  const iterators = report.iterators.map(
    site =>
      `${site.file}:${site.line}: ${site.constructor} in ${site.function}(): ${site.direction}; pages: ${site.pageSafety} (${site.why})\n`,
  );
  return [...extractions, ...iterators].join('');
}

/**
 * A run in one line.
 * @param isChange whether the findings are those that a change introduces.
 */
export function summaryOf(
  findings: readonly JsonFinding[],
  files: number,
  unanalysed: number,
  isChange = false,
): string {
  const count = (severity: Severity) => findings.filter(finding => finding.severity === severity).length;
  const amounts = (['error', 'warning', 'hint'] as const)
    .map(severity => [count(severity), severity] as const)
    .filter(([amount]) => amount > 0)
    .map(([amount, severity]) => `${amount} ${severity}${amount === 1 ? '' : 's'}`);
  const found = `${isChange && amounts.length > 0 ? 'new: ' : ''}${amounts.join(', ') || `no ${isChange ? 'new ' : ''}findings`}`;
  const rest = unanalysed > 0 ? `, ${unanalysed} not analysed` : '';
  return `${found} in ${files} ${isChange ? 'changed ' : ''}file${files === 1 ? '' : 's'}${rest}`;
}
