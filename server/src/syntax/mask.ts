import type { Span } from '../base/text.ts';
import { blankAnnotations } from './annotations.ts';
import { unrelatedBodies } from './bodies.ts';
import { Canvas } from './canvas.ts';
import { chooseArms, type IsConfigSet } from './conditionals.ts';
import { tokensOf } from './lexer.ts';
import { maskMacros } from './macros.ts';
import type { MaskNote } from './notes.ts';
import { Sheet } from './sheet.ts';

export type { MaskNote } from './notes.ts';

export interface MaskOptions {
  /** Whether the workspace's .config sets a symbol; without it every CONFIG_ symbol counts as set. */
  readonly isConfigSet?: IsConfigSet;
  /** Whether a word makes the function it stands in worth parsing; without it all are parsed. */
  readonly isWanted?: (word: string) => boolean;
}

export interface Masked {
  /** As long as the original, with the same line ends: offsets mean the same in both. */
  readonly text: string;
  /** The insides of the functions that are not worth parsing, in order. */
  readonly unwanted: readonly Span[];
  /** What the masking took out of the text, in order of `start`. */
  readonly notes: readonly MaskNote[];
}

/**
 * Rewrites kernel C, at equal length, into C that tree-sitter-c can parse. Linear in the length of the text; never
 * fails, whatever the text.
 */
export function mask(text: string, options: MaskOptions = {}): Masked {
  const canvas = new Canvas(text);
  const notes: MaskNote[] = [];
  const all = tokensOf(text);
  const last = all[all.length - 1];
  // The parser would begin anew behind every slash of such a comment.
  if (last?.kind === 'unclosed') canvas.blank(last.start, last.end);
  const choice = chooseArms(last?.kind === 'unclosed' ? all.slice(0, -1) : all, options.isConfigSet);
  for (const { start, end } of choice.directives) canvas.blank(start, end);
  for (const { start, end } of choice.inactive) {
    canvas.blank(start, end);
    notes.push({ kind: 'inactive', start, end });
  }
  const tokens = blankAnnotations(choice.tokens, canvas, notes);
  const sheet = new Sheet(tokens, canvas, notes);
  maskMacros(sheet);
  notes.sort((a, b) => a.start - b.start);
  const masked = canvas.toString();
  const unwanted = options.isWanted ? unrelatedBodies(sheet, masked, options.isWanted) : [];
  return { text: masked, unwanted, notes };
}
