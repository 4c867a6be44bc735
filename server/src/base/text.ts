/** A stretch of text: UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place as people read it: line and column from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Translates between UTF-16 offsets and lines of one text. Understands `\n`, `\r\n` and a lone `\r`. */
export class LineIndex {
  private readonly starts: number[] = [0];

  constructor(private readonly text: string) {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) this.starts.push(at + 1);
    }
  }

  get lineCount(): number {
    return this.starts.length;
  }

  /** @param offset UTF-16 offset; clamped to the text. */
  position(offset: number): Position {
    const at = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - this.starts[low]! + 1 };
  }

  /** @param line from 1. Returns the offset of its first character, clamped to the text. */
  offset(line: number, column = 1): number {
    const start = this.starts[Math.max(0, Math.min(line - 1, this.starts.length - 1))]!;
    return Math.min(start + column - 1, this.text.length);
  }

  /** The text of a line (from 1) without its line end. */
  lineText(line: number): string {
    const start = this.offset(line);
    const end = line < this.starts.length ? this.starts[line]! : this.text.length;
    return this.text.slice(start, end).replace(/[\r\n]+$/, '');
  }
}

/** A replacement of a stretch of one text. */
export interface TextEdit extends Span {
  readonly newText: string;
}

/** Applies edits that do not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = text;
  for (const edit of [...edits].sort((a, b) => b.start - a.start))
    result = result.slice(0, edit.start) + edit.newText + result.slice(edit.end);
  return result;
}

/** The identifier an offset lies in or touches. */
export function wordAt(text: string, offset: number): Span | undefined {
  const isWord = (at: number): boolean => /\w/.test(text.charAt(at));
  let start = offset;
  let end = offset;
  while (start > 0 && isWord(start - 1)) start--;
  while (end < text.length && isWord(end)) end++;
  return end > start ? { start, end } : undefined;
}

/** Behind the `)` that closes the call whose name ends at `from`. */
export function closingParenthesis(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at + 1;
    else if (character === ';' || character === '{') break;
  }
  return from;
}
