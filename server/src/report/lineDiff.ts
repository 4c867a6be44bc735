import { type StructuredPatchHunk, structuredPatch } from 'diff';

/** Milliseconds after which two texts count as having nothing in common. */
const TIME_LIMIT = 2000;
const CONTEXT = 3;

/** A line of a hunk as a diff shows it; lines count from 1. */
export interface HunkLine {
  readonly sign: ' ' | '+' | '-';
  readonly text: string;
  /** Line of the new text; of a removed line, the one that stands where it stood. */
  readonly line: number;
}

export interface Hunk {
  /** `@@ -12,7 +12,9 @@` */
  readonly header: string;
  readonly lines: readonly HunkLine[];
}

/** What became of the lines of a text, lines counted from 1. */
export interface LineDiff {
  readonly hunks: readonly Hunk[];
  /** The line of the old text that a line of the new text was; undefined where it is added. */
  oldLineOf(line: number): number | undefined;
  /** Whether a line of the old text is gone. */
  isRemoved(line: number): boolean;
}

/** Compares two texts line by line; no text is an empty one. Line ends do not tell lines apart. */
export function diffLines(before: string, after: string): LineDiff {
  const patch = structuredPatch('', '', before, after, '', '', {
    context: CONTEXT,
    timeout: TIME_LIMIT,
    stripTrailingCr: true,
  });
  // Too many differences to count: nothing is known to be the same.
  if (!patch) return { hunks: [], oldLineOf: () => undefined, isRemoved: () => true };
  const added = new Set<number>();
  const removed = new Set<number>();
  /** From which line of the new text on, by how much lines have moved. */
  const shifts: { readonly from: number; readonly by: number }[] = [{ from: 1, by: 0 }];
  for (const hunk of patch.hunks) {
    let { oldStart: oldLine, newStart: newLine } = hunk;
    for (const { 0: sign } of hunk.lines) {
      if (sign === '+') added.add(newLine++);
      else if (sign === '-') removed.add(oldLine++);
      else if (sign === ' ') {
        oldLine++;
        newLine++;
        continue;
      }
      shifts.push({ from: newLine, by: newLine - oldLine });
    }
  }
  return {
    hunks: patch.hunks.map(hunkOf),
    oldLineOf: line => {
      if (added.has(line)) return undefined;
      return line - shifts.findLast(shift => shift.from <= line)!.by;
    },
    isRemoved: line => removed.has(line),
  };
}

function hunkOf({ oldStart, oldLines, newStart, newLines, lines }: StructuredPatchHunk): Hunk {
  let line = newStart;
  const shown: HunkLine[] = [];
  for (const each of lines) {
    const sign = each[0];
    if (sign !== ' ' && sign !== '+' && sign !== '-') continue;
    shown.push({ sign, text: each.slice(1).replace(/\r$/, ''), line });
    if (sign !== '-') line++;
  }
  return { header: `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`, lines: shown };
}

/** As diff writes it: an empty range begins at the line before it. */
function range(start: number, count: number): string {
  return `${count === 0 ? start - 1 : start},${count}`;
}
