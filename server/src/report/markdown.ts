import type { LineText } from './fingerprint.ts';
import type { JsonFinding, JsonReport } from './json.ts';
import { summaryOf } from './pretty.ts';
import { plain } from './wrap.ts';

export interface MarkdownOptions {
  readonly lineText: LineText;
  /** How many files were looked at. */
  readonly files: number;
  readonly sites: boolean;
  readonly isChange: boolean;
}

/** The text of `--format markdown`: for comments on pull requests and summaries of CI jobs. */
export function markdown(report: JsonReport, options: MarkdownOptions): string {
  const { findings, notAnalysed } = report;
  const parts = [
    `## Pinsight: ${summaryOf(findings, options.files, notAnalysed.length, options.isChange)}`,
    ...findings.map(finding => findingPart(finding, options.lineText)),
    ...(options.sites ? sitesPart(report) : []),
    ...(notAnalysed.length > 0
      ? [
          '### Not analysed',
          table(
            ['place', 'function', 'reason'],
            notAnalysed.map(part => [place(part), code(part.function), literal(part.reason)]),
          ),
        ]
      : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

function findingPart(finding: JsonFinding, lineText: LineText): string {
  const text = lineText(finding.file, finding.line);
  const where = finding.function ? ` in ${code(`${finding.function}()`)}` : '';
  const guess = finding.confidence === 'guess' ? ' (rests on a guess)' : '';
  const steps = finding.path.map((step, at) => `${at + 1}. ${place(step)}: ${literal(step.message)}`);
  return [
    `### ${finding.severity}: ${finding.rule}${where}`,
    `${place(finding)}${guess}: ${literal(finding.message)}`,
    ...(text === undefined ? [] : [fenced(plain(text))]),
    ...(steps.length > 0 ? [steps.join('\n')] : []),
    ...finding.fixes.map(fix => `Fix: ${literal(fix.title)}`),
  ].join('\n\n');
}

function sitesPart({ extractions, iterators }: JsonReport): string[] {
  return [
    '### Extractions',
    table(
      ['place', 'function', 'call', 'mode', 'direction', 'released in', 'by'],
      extractions.map(site => [
        place(site),
        code(site.function),
        code(site.callee),
        site.mode,
        site.direction,
        site.releasedWhere,
        site.releases.map(at => `${code(at.callee)} (${place(at)})`).join(', '),
      ]),
    ),
    '### Iterators',
    table(
      ['place', 'function', 'constructor', 'direction', 'pages', 'why'],
      iterators.map(site => [
        place(site),
        code(site.function),
        code(site.constructor),
        site.direction,
        site.pageSafety,
        literal(site.why),
      ]),
    ),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const place = ({ file, line }: { readonly file: string; readonly line: number }): string =>
  code(`${file}:${line}`);

const longest = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map(run => run.length));

function code(text: string): string {
  if (text === '') return '';
  const fence = '`'.repeat(longest(text) + 1);
  const pad = fence.length > 1 ? ' ' : '';
  return `${fence}${pad}${plain(text)}${pad}${fence}`;
}

function fenced(text: string): string {
  const fence = '`'.repeat(Math.max(3, longest(text) + 1));
  return `${fence}c\n${text}\n${fence}`;
}

/** Text in which only `code` is meant as markup. */
function literal(text: string): string {
  return plain(text)
    .split(/(`[^`]*`)/)
    .map((part, at) =>
      at % 2 === 1
        ? part
        : part.replace(/[\\<>&*[\]#`]|(?<!\w)_|_(?!\w)/g, char => ENTITIES[char] ?? `\\${char}`),
    )
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };
