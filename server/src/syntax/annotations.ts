import type { Canvas } from './canvas.ts';
import type { Token } from './lexer.ts';
import { ANNOTATION_CALLS, ANNOTATIONS, CLEANUP, SYNONYMS } from './maskTable.ts';
import type { MaskNote } from './notes.ts';

/**
 * Blanks annotations and returns the tokens that are left. `__free(function)` leaves a note.
 * @param notes receives the notes.
 */
export function blankAnnotations(tokens: readonly Token[], canvas: Canvas, notes: MaskNote[]): Token[] {
  const left: Token[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    const synonym = token.kind === 'word' ? SYNONYMS.get(token.text) : undefined;
    const last = token.kind === 'word' ? lastOfAnnotation(tokens, index) : -1;
    if (synonym !== undefined) {
      canvas.write(token.start, synonym);
      left.push({ ...token, text: synonym });
    } else if (last < 0) left.push(token);
    else {
      if (token.text === CLEANUP)
        notes.push({ kind: 'cleanup', function: tokens[index + 2]!.text, start: token.start });
      canvas.blank(token.start, tokens[last]!.end);
      index = last;
    }
  }
  return left;
}

/** Index of the last token of the annotation that begins at `index`, or -1 where none does. */
function lastOfAnnotation(tokens: readonly Token[], index: number): number {
  const name = tokens[index]!.text;
  const isPlain = ANNOTATIONS.has(name);
  if (!isPlain && name !== CLEANUP && !ANNOTATION_CALLS.has(name)) return -1;
  // A member may be called like an annotation.
  if (['.', '->'].includes(tokens[index - 1]?.text ?? '')) return -1;
  if (isPlain) return index;
  if (tokens[index + 1]?.text !== '(') return name.startsWith('__attribute') ? index : -1;
  return closingParenthesis(tokens, index + 1);
}

/** Annotations are short: one that seems longer than this many tokens was never closed. */
const LONGEST_ANNOTATION = 100;

function closingParenthesis(tokens: readonly Token[], opening: number): number {
  let depth = 0;
  for (let at = opening; at < tokens.length && at < opening + LONGEST_ANNOTATION; at++) {
    const { kind, text } = tokens[at]!;
    if (kind !== 'punctuator') continue;
    if (text === '(') depth++;
    else if (text === ')' && --depth === 0) return at;
    else if (text === '{' || text === ';') return -1;
  }
  return -1;
}
