import type { Span, TextEdit } from '../base/text.ts';
import type { Severity } from '../rules/rule.ts';

export type { Severity };
export type Confidence = 'certain' | 'guess';

/** A place in a file; `file` is the path the file was given under. */
export interface Place extends Span {
  readonly file: string;
}

export interface PathStep extends Place {
  readonly message: string;
}

export interface FixEdit extends TextEdit {
  readonly file: string;
}

export interface Fix {
  readonly title: string;
  readonly edits: readonly FixEdit[];
}

export interface Finding extends Place {
  readonly rule: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** Name of the definition that encloses the range, '' at file scope. */
  readonly function: string;
  readonly message: string;
  readonly path: readonly PathStep[];
  readonly fixes: readonly Fix[];
}

/** A stretch of a file about which nothing is claimed, with the reason. */
export interface NotAnalysed extends Place {
  readonly function: string;
  readonly reason: string;
}
