import type { LineText } from './fingerprint.ts';
import type { ChangedFile } from './introduced.ts';
import type { JsonFinding, JsonNotAnalysed, JsonPathStep } from './json.ts';
import type { Hunk, HunkLine } from './lineDiff.ts';
import { plain, wrap } from './wrap.ts';

/** How many lines of a hunk are quoted around the one that matters. */
const QUOTED = 5;
/** More lines than a file has. */
const FAR = 1e9;

/** Findings that a change introduces, as a reviewer writes them below the lines of the patch. */
export function replies(
  findings: readonly JsonFinding[],
  files: readonly ChangedFile[],
  lineText: LineText,
): string {
  const byPath = new Map(files.map(file => [file.after, file]));
  let last = '';
  const parts = findings.map(finding => {
    // What goes wrong in one file may have been changed in another that its path comes from.
    const touched = [finding, ...finding.path].map(place => place.file);
    const file = touched.find(each => byPath.get(each)?.diff.hunks.length);
    const quoted = file === undefined ? '' : quote(finding, file, byPath.get(file)!.diff.hunks, lineText);
    const isSame = quoted !== '' && quoted === last;
    last = quoted;
    const isBelowOwn = quoted !== '' && file === finding.file;
    return [...(isSame || quoted === '' ? [] : [quoted, '']), ...remark(finding, isBelowOwn, lineText)];
  });
  return parts.map(lines => `${lines.join('\n')}\n`).join('\n');
}

function remark(finding: JsonFinding, isQuoted: boolean, lineText: LineText): string[] {
  const where = finding.function ? `${finding.function}(): ` : '';
  const place = isQuoted ? '' : `${finding.file}:${finding.line}: `;
  const guess = finding.confidence === 'guess' ? ', rests on a guess' : '';
  return [
    ...wrap(plain(`${place}${where}${finding.message}.`)),
    `[${finding.rule}, ${finding.severity}${guess}]`,
    '',
    ...steps(finding, lineText),
    ...finding.fixes.slice(0, 1).flatMap(fix => ['', ...wrap(plain(`${fix.title}?`))]),
  ];
}

/** The parts about which nothing is claimed, in lines of a mail. */
export function unanalysed(parts: readonly JsonNotAnalysed[]): string {
  return parts
    .flatMap(({ file, line, function: name, reason }) =>
      wrap(plain(`${file}:${line}: not analysed${name && ` (${name})`}: ${reason}`), '', '    '),
    )
    .map(line => `${line}\n`)
    .join('');
}

/** The way from where the pages are taken to where it goes wrong, with the lines. */
function steps(finding: JsonFinding, lineText: LineText): string[] {
  const end: JsonPathStep = { file: finding.file, line: finding.line, message: 'here' };
  const isAtEnd = finding.path.some(step => step.file === finding.file && step.line === finding.line);
  return [...finding.path, ...(isAtEnd ? [] : [end])].flatMap((step, at, all) => {
    const next = all[at + 1];
    const isShownBelow = next?.file === step.file && next.line === step.line;
    const place = step.file === finding.file ? `line ${step.line}` : `${step.file}:${step.line}`;
    const code = isShownBelow ? undefined : lineText(step.file, step.line)?.trim();
    return [
      ...wrap(plain(`${place}: ${step.message}`), '  ', '    '),
      ...(code ? [`        ${plain(code)}`] : []),
    ];
  });
}

/** The lines of the change that the finding is about, quoted as in a mail. */
function quote(finding: JsonFinding, file: string, hunks: readonly Hunk[], lineText: LineText): string {
  const path = finding.path.filter(step => step.file === file).map(step => step.line);
  const end = file === finding.file ? finding.line : path.at(-1)!;
  const at = nearest(end, path, hunks);
  if (!at) return '';
  const { hunk, index } = at;
  const own = hunk.lines.findIndex(line => line.sign !== '-' && line.line === end);
  const isShown = (each: number): boolean =>
    each === own || (Math.abs(each - index) <= QUOTED && isInRun(hunk.lines, each, index));
  const quoted: string[] = [];
  let last = -1;
  hunk.lines.forEach((line, each) => {
    if (!isShown(each)) return;
    if (last >= 0 && each > last + 1) quoted.push('> [...]');
    quoted.push(`> ${line.sign}${plain(line.text)}`);
    last = each;
  });
  const heading = headingOf(file, hunk.lines[index]!.line, lineText);
  const name = file.startsWith('/') ? file : `b/${file}`;
  return [`> +++ ${name}`, `> ${hunk.header}${heading ? ` ${plain(heading)}` : ''}`, ...quoted].join('\n');
}

/**
 * The changed line that a finding is about: its own, else the last one on its path, else the nearest.
 * @param end where the path ends in this file. @param path the lines of its steps there.
 */
function nearest(
  end: number,
  path: readonly number[],
  hunks: readonly Hunk[],
): { readonly hunk: Hunk; readonly index: number } | undefined {
  const start = Math.min(...path);
  const weight = ({ sign, line }: HunkLine): number => {
    const distance = Math.abs(line - end);
    if (sign === '+' && (line === end || path.includes(line))) return distance - FAR;
    return line >= start && line <= end ? distance : distance + FAR;
  };
  let best: { readonly hunk: Hunk; readonly index: number; readonly weight: number } | undefined;
  for (const hunk of hunks)
    for (const [index, line] of hunk.lines.entries())
      if (line.sign !== ' ' && (!best || weight(line) < best.weight))
        best = { hunk, index, weight: weight(line) };
  return best;
}

/** Whether a line belongs to the changed lines around another, or is the context next to them. */
function isInRun(lines: readonly HunkLine[], index: number, at: number): boolean {
  const [from, to] = index < at ? [index + 1, at] : [at, index - 1];
  for (let each = from; each <= to; each++) if (lines[each]!.sign === ' ') return false;
  return true;
}

/** The line that git shows behind the numbers of a hunk: the last one above it that begins a definition. */
function headingOf(file: string, line: number, lineText: LineText): string | undefined {
  for (let at = line - 1; at > 0; at--) {
    const text = lineText(file, at);
    if (text !== undefined && /^[A-Za-z_$]/.test(text) && !/^\w+:/.test(text)) return text.trimEnd();
  }
  return undefined;
}
