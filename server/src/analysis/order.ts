import type { Span } from '../base/text.ts';
import { targetsOf } from '../program/liveness.ts';
import type { Block, FunctionModel } from '../program/model.ts';

/**
 * Whether every way through a function to one instruction leads through another one.
 * @param first where the text of the one begins that comes before.
 * @param then the same of the other; in a loop its first turn counts.
 */
export function isOnlyBehind({ entry }: FunctionModel, first: Span, then: Span): boolean {
  const seen = new Set<Block>([entry]);
  for (const block of seen) {
    const next = block.instructions.find(
      ({ span: { start } }) => start === first.start || start === then.start,
    );
    if (next?.span.start === then.start) return false;
    if (!next) for (const target of targetsOf(block.terminator)) seen.add(target);
  }
  return true;
}
