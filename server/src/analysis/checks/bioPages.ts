import type { CallInstruction, FunctionModel } from '../../program/model.ts';
import type { FunctionRow } from '../../semantics/effects.ts';
import { filledBy, forgetFilled, isBio } from '../bioContents.ts';
import type { Context } from '../context.ts';
import type { Term } from '../terms.ts';
import type { Values } from '../values.ts';
import type { Check } from './check.ts';

/** With the last reference, or with its storage, a bio goes; neither drops a page (block/bio.c:811 and :213, 6.12). */
const ENDS = new Set(['bio_put', 'bio_uninit']);

/**
 * A bio that was filled with pages goes without having been submitted for somebody to complete it, and without a
 * release of its pages. After submit_bio_wait() they are still the caller's to release.
 */
export const bioPages: Check = {
  call(context, values, call, row) {
    for (const argument of call.arguments) {
      if (!isBio(argument)) continue;
      const bio = values.value(argument);
      if (ENDS.has(call.callee ?? '')) ended(context, values, call, bio);
      if (mayTakePages(row)) forgetFilled(context, values.state, bio);
    }
  },
  assign(context, values, place, value) {
    // Who finds the bio elsewhere may release its pages.
    if (isBio(value) && place.kind !== 'variable') forgetFilled(context, values.state, values.value(value));
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
  if (!acquisition || values.state.warned || !releasesBios(context)) return;
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

const releasing = new WeakMap<Context['program'], boolean>();

/** Some function of the file releases the pages of bios: there may be user memory behind them. */
function releasesBios({ program, table }: Context): boolean {
  const isRelease = (callee: string): boolean =>
    table.row(callee)?.effects.some(effect => effect.kind === 'release' && effect.pages.form === 'object') ===
    true;
  const hasRelease = ({ blocks }: FunctionModel): boolean =>
    blocks.some(block =>
      block.instructions.some(
        each =>
          each.kind === 'call' &&
          each.callee !== undefined &&
          isRelease(each.callee) &&
          each.arguments.some(isBio),
      ),
    );
  const known = releasing.get(program) ?? [...program.functions.values()].some(hasRelease);
  releasing.set(program, known);
  return known;
}
