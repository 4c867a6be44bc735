import { type Brackets, pairBrackets } from './brackets.ts';
import type { Canvas } from './canvas.ts';
import type { Token } from './lexer.ts';
import type { MaskNote } from './notes.ts';

/** Tokens `from` up to, not including, `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** `word(…)`: indexes of the word and of its parentheses. */
export interface Invocation {
  readonly name: string;
  readonly word: number;
  readonly opening: number;
  readonly closing: number;
}

/** The tokens of a file, their brackets, and the text that is rewritten: what every rule of masking works on. */
export class Sheet {
  readonly brackets: Brackets;
  /** Tokens that have been rewritten; the rules leave them alone. */
  readonly done: Uint8Array;

  constructor(
    readonly tokens: readonly Token[],
    readonly canvas: Canvas,
    readonly notes: MaskNote[],
  ) {
    this.brackets = pairBrackets(tokens);
    this.done = new Uint8Array(tokens.length);
  }

  text(index: number): string {
    return this.tokens[index]?.text ?? '';
  }

  invocationAt(word: number): Invocation | undefined {
    if (this.text(word + 1) !== '(') return undefined;
    const closing = this.brackets.partner[word + 1]!;
    return closing < 0 ? undefined : { name: this.text(word), word, opening: word + 1, closing };
  }

  /** The arguments between the parentheses, split at commas of their own level. */
  argumentsOf(invocation: Invocation): Range[] {
    const ranges: Range[] = [];
    let from = invocation.opening + 1;
    if (from === invocation.closing) return ranges;
    for (let at = from; at < invocation.closing; at++) {
      const partner = this.brackets.partner[at]!;
      if (partner > at) at = partner;
      else if (this.text(at) === ',') {
        ranges.push({ from, to: at });
        from = at + 1;
      }
    }
    ranges.push({ from, to: invocation.closing });
    return ranges;
  }

  sourceOf({ from, to }: Range): string {
    return this.tokens
      .slice(from, to)
      .map(token => token.text)
      .join(' ');
  }

  finish(from: number, to: number): void {
    this.done.fill(1, from, to + 1);
  }

  /** Blanks tokens `from` to `to`, both included, and what lies between them. */
  blank(from: number, to: number): void {
    if (to < from) return;
    this.canvas.blank(this.tokens[from]!.start, this.tokens[to]!.end);
    this.finish(from, to);
  }

  /** Makes one name of tokens `from` to `to`, both included; what stands on further lines is blanked. */
  join(from: number, to: number): void {
    let last = from;
    const start = this.tokens[from]!.start;
    while (last < to && this.canvas.isOneLine(this.tokens[last]!.start, this.tokens[last + 1]!.end)) last++;
    this.canvas.join(start, this.tokens[last]!.end);
    if (/^\d/.test(this.text(from))) this.canvas.write(start, '_');
    this.blank(last + 1, to);
    this.finish(from, to);
  }
}
