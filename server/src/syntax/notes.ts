/**
 * What masking took out of a text. `start` is a UTF-16 offset into the text, which is also where the masked text has
 * the node that the note speaks about.
 */
export type MaskNote =
  /** An iteration macro, now a `while` that begins at `start`; its arguments stand as a comma expression. */
  | { readonly kind: 'iteration'; readonly name: string; readonly start: number }
  /** `__free(function)` on the declaration around `start`. */
  | { readonly kind: 'cleanup'; readonly function: string; readonly start: number }
  /** `guard(class)(…)`, a call of a call at `start`; or `scoped_guard(class, …) …`, now an `if` at `start`. */
  | { readonly kind: 'guard'; readonly class: string; readonly scoped: boolean; readonly start: number }
  /** `CLASS(class, variable)(…)`, a call of a call at `start`. */
  | { readonly kind: 'class'; readonly class: string; readonly variable: string; readonly start: number }
  /** `case low ... high:` whose `case` stands at `start`; only `low` is left in the masked text. */
  | { readonly kind: 'caseRange'; readonly low: string; readonly high: string; readonly start: number }
  /** An arm of an #if that was not chosen. */
  | { readonly kind: 'inactive'; readonly start: number; readonly end: number };
