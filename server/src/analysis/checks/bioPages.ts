import type { CallInstruction } from '../../program/model.ts';
import { ENDS_BIO } from '../../semantics/completions.ts';
import type { FunctionRow } from '../../semantics/effects.ts';
import { filledBy, forgetFilled, handOnFilled, isBio } from '../bioContents.ts';
import type { Context } from '../context.ts';
import type { Term } from '../terms.ts';
import type { Values } from '../values.ts';
import type { Check } from './check.ts';

/**
 * A bio that was filled with pages goes without having been submitted for somebody to complete it, and without a
 * release of its pages. After submit_bio_wait() they are still the caller's to release.
 */
export const bioPages: Check = {
  call(context, values, call, row) {
    for (const argument of call.arguments) {
      if (!isBio(argument)) continue;
      const bio = values.value(argument);
      if (ENDS_BIO.has(call.callee ?? '')) ended(context, values, call, bio);
      if (row?.effects.some(({ kind }) => kind === 'release')) forgetFilled(context, values.state, bio);
      else if (mayTakePages(row)) handOnFilled(context, values.state, bio);
    }
  },
  assign(context, values, place, value) {
    // Who finds the bio elsewhere may release its pages.
    if (isBio(value) && place.kind !== 'variable') handOnFilled(context, values.state, values.value(value));
  },
};

/** What only looks at a bio, marks its pages dirty, or waits for its end leaves the pages in it. */
function mayTakePages(row: FunctionRow | undefined): boolean {
  return !row?.effects.every(
    effect =>
      /^(borrow|dirty|flag|query)$/.test(effect.kind) || (effect.kind === 'submit' && effect.synchronous),
  );
}

function ended(context: Context, values: Values, call: CallInstruction, bio: Term): void {
  const acquisition = filledBy(context, values, bio);
  if (!acquisition || values.state.warned) return;
  context.report({
    kind: 'leak',
    span: call.calleeSpan,
    frame: values.frame,
    origin: acquisition,
    acquisition,
    confidence: 'certain',
    trace: values.state.trace,
    details: { end: call.callee },
  });
}
