import { type LineText, linesInWords } from './fingerprint.ts';
import type { JsonFinding } from './json.ts';
import type { LineDiff } from './lineDiff.ts';

/** The findings and the text of one version of the files that a change touches. */
export interface Version {
  readonly findings: readonly JsonFinding[];
  readonly lineText: LineText;
}

/** One file of a change; the paths are those that findings carry. */
export interface ChangedFile {
  /** Its path before; absent where the change made it. */
  readonly before?: string;
  /** Its path now; absent where the change deleted it. */
  readonly after?: string;
  readonly diff: LineDiff;
}

/** A finding with what it is known by in the other version. */
interface Known {
  readonly finding: JsonFinding;
  readonly change: ChangedFile;
  /** What stands at it, without white space and comments. */
  readonly own: string;
  /** The same of the line where the pages were taken. */
  readonly first: string;
  /** The line itself is not part of the change. */
  readonly isKept: boolean;
  /** The line in the old text, of what is kept and of what is old. */
  readonly oldLine: number | undefined;
}

/** Whether a finding is the same one as before the change. */
type Sameness = (now: Known, then: Known) => boolean;

/**
 * The grounds on which a finding is known from before, the strongest first. Each finding of before accounts for one of
 * now, so of three where two were before, one is new.
 */
const GROUNDS: readonly Sameness[] = [
  // It stands on the same line.
  (now, then) => now.isKept && now.oldLine === then.oldLine && isSameRule(now, then),
  // It says the same of the same words. A line that the change wrote is not one that is still there.
  (now, then) =>
    isInSameFunction(now, then) &&
    now.own === then.own &&
    now.first === then.first &&
    (now.isKept || !then.isKept),
  // What is taken there was lost before, at another place: a change that mends one exit of two breaks none.
  (now, then) => now.isKept && isInSameFunction(now, then) && now.first === then.first,
  // The line was written anew with other names in it.
  (now, then) => !then.isKept && isInSameFunction(now, then) && shapeOf(now.own) === shapeOf(then.own),
  // The code was moved to another function or file.
  (now, then) =>
    !then.isKept &&
    isSameRule(now, then) &&
    now.own === then.own &&
    now.first === then.first &&
    now.finding.message === then.finding.message,
];

const isSameRule = (now: Known, then: Known): boolean => now.finding.rule === then.finding.rule;

const isInSameFunction = (now: Known, then: Known): boolean =>
  isSameRule(now, then) && now.change === then.change && now.finding.function === then.finding.function;

/** A line with its variables blotted out: macros and called functions keep their names. */
function shapeOf(line: string): string {
  return line.replace(/\b[a-z_]\w*\b(?!\s*\()/g, word => (KEYWORDS.has(word) ? word : '$'));
}

const KEYWORDS: ReadonlySet<string> = new Set('return goto if else while for do break continue'.split(' '));

/** The findings that a change introduces, in their order. */
export function introduced(changes: readonly ChangedFile[], before: Version, now: Version): JsonFinding[] {
  const old = known(before, changes, 'before');
  let left = known(now, changes, 'after');
  for (const isSame of GROUNDS)
    left = left.filter(each => {
      const at = old.findIndex(then => isSame(each, then));
      if (at >= 0) old.splice(at, 1);
      return at < 0;
    });
  return left.map(each => each.finding);
}

function known(
  { findings, lineText }: Version,
  changes: readonly ChangedFile[],
  side: 'before' | 'after',
): Known[] {
  const byPath = new Map(changes.map(change => [change[side], change]));
  return findings.flatMap(finding => {
    const change = byPath.get(finding.file);
    if (!change) return [];
    const oldLine = side === 'before' ? finding.line : change.diff.oldLineOf(finding.line);
    const isKept = side === 'before' ? !change.diff.isRemoved(finding.line) : oldLine !== undefined;
    return [{ finding, change, ...linesInWords(finding, lineText), isKept, oldLine }];
  });
}
