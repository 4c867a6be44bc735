import type { Span } from '../../base/text.ts';
import type { CallInstruction, Expression, Terminator } from '../../program/model.ts';
import type { FunctionRow } from '../../semantics/effects.ts';
import type { Context } from '../context.ts';
import type { Term } from '../terms.ts';
import type { Values } from '../values.ts';

/** A look at what a function does, in the states of its paths; what is wrong is reported to the context as a fault. */
export interface Check {
  /** A call is about to be carried out. `row` says what is known of the callee. */
  call?(context: Context, values: Values, call: CallInstruction, row: FunctionRow | undefined): void;
  /** A place is about to be assigned a value. */
  assign?(context: Context, values: Values, place: Expression, value: Expression): void;
  /** A branch is about to be taken. */
  branch?(context: Context, values: Values, branch: Terminator & { readonly kind: 'branch' }): void;
  /** The function, or a callee in its context, is about to return. */
  exit?(context: Context, values: Values, value: Term | undefined, span: Span): void;
}
