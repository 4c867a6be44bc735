import type { Fault, FaultKind } from '../analysis/context.ts';
import type { Span, TextEdit } from '../base/text.ts';

export type Severity = 'error' | 'warning' | 'hint';

/** What a rule says about a fault; the engine adds place, path and severity. */
export interface RuleReport {
  readonly message: string;
  readonly fix?: { readonly title: string; readonly edits: readonly TextEdit[] };
}

/** An example of the rule's page; it is run as a test: `bad` has exactly one finding of the rule, `good` none at all. */
export interface RuleExample {
  readonly title: string;
  readonly bad: string;
  readonly good: string;
}

/** A rule: what it is called, what it means, and what it says about the faults that are its own. */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  /** One line: what is wrong. */
  readonly summary: string;
  readonly faults: readonly FaultKind[];
  /** The user's page, in paragraphs of Markdown: why it matters, what to do. */
  readonly documentation: string;
  readonly examples: readonly RuleExample[];
  report(fault: Fault, text: string): RuleReport;
}

/** Puts another name in the place of a called function's. */
export function renameCall(span: Span, name: string): TextEdit {
  return { start: span.start, end: span.end, newText: name };
}

/** 'pins' or 'references'. */
export function holdsInWords(hold: string): string {
  if (hold === 'pin') return 'pins';
  if (hold === 'get') return 'references';
  if (hold === 'none') return 'no hold of their own';
  if (hold === 'get or pin') return 'pins (destination) or references (source)';
  return 'pins or nothing, depending on the iterator';
}
