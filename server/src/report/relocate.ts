import type { Span } from '../base/text.ts';
import type { Finding, Place } from './findings.ts';

/** A stretch of a header, or a function of another file, that was read behind a file's own text. */
export interface Piece extends Span {
  readonly file: string;
  /** Where the piece begins in its file. */
  readonly offset: number;
  /** Its functions are analysed for themselves, not only where they are called. */
  readonly isRoot: boolean;
  /** Rules whose findings its file accepts as a whole. */
  readonly allowed: ReadonlySet<string>;
}

/**
 * Says in which file a place really lies. Where a text breaks off, what stands in it seems to go on in the piece behind
 * it: no place reaches out of its own text.
 * @param length of the file's own text; the pieces count from one character behind it.
 */
export function mover(length: number, pieces: readonly Piece[]): <T extends Place>(place: T) => T {
  return place => {
    if (place.end <= length) return place;
    const piece = pieceAt(place, length, pieces);
    if (!piece) return { ...place, start: Math.min(place.start, length), end: length };
    const end = Math.min(place.end, piece.end + length + 1);
    const shift = piece.offset - piece.start - length - 1;
    return { ...place, file: piece.file, start: place.start + shift, end: end + shift };
  };
}

function pieceAt(place: Span, length: number, pieces: readonly Piece[]): Piece | undefined {
  const start = place.start - length - 1;
  return start < 0 ? undefined : pieces.find(each => start >= each.start && start < each.end);
}

/**
 * The findings with the files in which they, the steps of their paths and their edits lie; without those that the file
 * in which they lie accepts.
 */
export function relocate(findings: readonly Finding[], length: number, pieces: readonly Piece[]): Finding[] {
  const moved = mover(length, pieces);
  const isAccepted = (finding: Finding): boolean =>
    pieceAt(finding, length, pieces)?.allowed.has(finding.rule) === true;
  return findings
    .filter(finding => !isAccepted(finding))
    .map(finding => ({
      ...moved(finding),
      path: finding.path.map(moved),
      fixes: finding.fixes.map(fix => ({ ...fix, edits: fix.edits.map(moved) })),
    }));
}
