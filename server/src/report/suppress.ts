import { LineIndex, type Span } from '../base/text.ts';
import type { Finding, Fix, Severity } from './findings.ts';
import { RULE_IDS } from './ruleIds.ts';

/** A comment that accepts findings: allow(rule, …) for a line, allow-file(rule, …) for the file it stands in. */
interface Allow extends Span {
  readonly rules: readonly string[];
  /** The line (from 1) it speaks about; absent for the whole file. */
  readonly line?: number;
}

export interface SuppressOptions {
  /** Whether the rule was checked: an allow of a rule that is off is not unused. Absent: all were. */
  readonly isChecked?: (rule: string) => boolean;
  /** Severity of `unused-allow`; absent: hint. */
  readonly unusedAllow?: Severity | 'off';
  /** Name of the definition that encloses an offset, '' at file scope. */
  readonly functionAt?: (offset: number) => string;
}

/**
 * Takes out the findings that a comment of their file accepts, and adds an `unused-allow` for each accepted rule that
 * no finding needs any more. A comment behind code speaks about its own line, one that stands alone about the line below.
 * @param file the path under which `findings` name the text; findings in other files are left alone.
 */
export function applyAllows(
  text: string,
  file: string,
  findings: readonly Finding[],
  options: SuppressOptions = {},
): Finding[] {
  if (!text.includes('pinsight:')) return [...findings];
  const lines = new LineIndex(text);
  const allows = findAllows(text, lines);
  const used = new Map(allows.map(allow => [allow, new Set<string>()]));
  const byLine = new Map<number | undefined, Allow[]>();
  for (const allow of allows) {
    const sameLine = byLine.get(allow.line);
    if (sameLine) sameLine.push(allow);
    else byLine.set(allow.line, [allow]);
  }
  const kept = findings.filter(finding => {
    if (finding.file !== file) return true;
    const { line } = lines.position(finding.start);
    const near = [...(byLine.get(line) ?? []), ...(byLine.get(undefined) ?? [])];
    const matching = near.filter(allow => allow.rules.includes(finding.rule));
    for (const allow of matching) used.get(allow)?.add(finding.rule);
    return matching.length === 0;
  });
  const severity = options.unusedAllow ?? 'hint';
  if (severity === 'off') return kept;
  const unused = allows.flatMap(allow => unusedOf(allow, used.get(allow)!, text, file, severity, options));
  return [...kept, ...unused];
}

/** The rules whose findings a comment of a text accepts for the whole file. */
export function allowedInFile(text: string): ReadonlySet<string> {
  if (!text.includes('pinsight:')) return new Set();
  const allows = findAllows(text, new LineIndex(text)).filter(({ line }) => line === undefined);
  return new Set(allows.flatMap(({ rules }) => rules));
}

function unusedOf(
  allow: Allow,
  used: ReadonlySet<string>,
  text: string,
  file: string,
  severity: Severity,
  options: SuppressOptions,
): Finding[] {
  const isUnused = (rule: string) =>
    !used.has(rule) && (!RULE_IDS.has(rule) || (options.isChecked?.(rule) ?? true));
  const unused = allow.rules.filter(isUnused);
  const fixes = unused.length === allow.rules.length ? [removal(allow, text, file)] : [];
  return unused.map(rule => ({
    file,
    start: allow.start,
    end: allow.end,
    rule: 'unused-allow',
    severity,
    confidence: 'certain',
    function: options.functionAt?.(allow.start) ?? '',
    message: RULE_IDS.has(rule)
      ? `no finding of ${rule} needs this comment`
      : `there is no rule '${rule}' to allow`,
    path: [],
    fixes,
  }));
}

/** Takes the comment away, with its line where it stands alone. */
function removal(allow: Allow, text: string, file: string): Fix {
  let start = allow.start;
  while (start > 0 && (text[start - 1] === ' ' || text[start - 1] === '\t')) start--;
  const lineEnd = /^[ \t]*(?:\r\n|\n|\r|$)/.exec(text.slice(allow.end))?.[0];
  const alone = lineEnd !== undefined && isBlankBefore(text, start);
  const edit = {
    file,
    start: lineEnd === undefined ? allow.start : start,
    end: allow.end + (alone ? lineEnd.length : 0),
    newText: '',
  };
  return { title: 'Remove the comment', edits: [edit] };
}

/**
 * String and character literals are matched so that nothing within them is taken for a comment. What is not closed is
 * matched too: the scan takes each character once.
 */
const LITERAL_OR_COMMENT =
  /"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|\/\*[\s\S]*?(?:\*\/|$)|\/\/(?:\\\r?\n|[^\r\n])*/g;
const ALLOW = /^\/[*/]\s*pinsight:\s*allow(-file)?\(([^)]*)\)/;

function findAllows(text: string, lines: LineIndex): Allow[] {
  const comments = [...text.matchAll(LITERAL_OR_COMMENT)]
    .filter(match => match[0].startsWith('/'))
    .map(match => ({ start: match.index, end: match.index + match[0].length }));
  const below = linesBelow(comments, text, lines);
  return comments.flatMap(comment => {
    const match = ALLOW.exec(text.slice(comment.start, comment.end));
    if (!match) return [];
    const rules = match[2]!.split(',').map(rule => rule.trim());
    if (match[1]) return [{ ...comment, rules }];
    const { line } = lines.position(comment.start);
    return [{ ...comment, rules, line: below.get(line) ?? line }];
  });
}

/** By the first line of a comment that stands alone: the line below it and below those that stand alone with it. */
function linesBelow(comments: readonly Span[], text: string, lines: LineIndex): Map<number, number> {
  const below = new Map<number, number>();
  for (const comment of [...comments].reverse()) {
    if (!standsAlone(comment, text)) continue;
    const next = lines.position(comment.end).line + 1;
    below.set(lines.position(comment.start).line, below.get(next) ?? next);
  }
  return below;
}

const REST_OF_LINE = /[ \t]*\\?[ \t]*(?:[\r\n]|$)/y;

function standsAlone(comment: Span, text: string): boolean {
  REST_OF_LINE.lastIndex = comment.end;
  // A backslash behind it goes on with a macro.
  return isBlankBefore(text, comment.start) && REST_OF_LINE.test(text);
}

/** Whether only white space stands between an offset and the start of its line. */
function isBlankBefore(text: string, offset: number): boolean {
  let at = offset;
  while (at > 0 && (text[at - 1] === ' ' || text[at - 1] === '\t')) at--;
  return at === 0 || text[at - 1] === '\n' || text[at - 1] === '\r';
}
