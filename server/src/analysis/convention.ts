import type { FunctionModel } from '../program/model.ts';
import type { Exit } from './interpret.ts';
import { MAX_ERRNO } from './values.ts';

/**
 * A function that returns 0 and otherwise only errors passes on, after `if (ret) return ret;`, an error as well: that
 * its caller asks for `ret < 0` is no mistake (Documentation/process/coding-style.rst, "Function return values").
 */
export function countErrorsAsNegative({ returnType }: FunctionModel, exits: readonly Exit[]): void {
  if (returnType.kind !== 'integer' || !returnType.signed) return;
  const unsure: Exit[] = [];
  let canSucceed = false;
  for (const exit of exits) {
    const { state, value } = exit;
    if (!value) return;
    const { low, high } = state.facts.bounds(value);
    if (low < 0 && high > 0 && state.facts.isNonZero(value)) unsure.push(exit);
    else if (high > 0) return;
    canSucceed ||= low <= 0 && high === 0;
  }
  if (canSucceed) for (const { state, value } of unsure) state.facts.assume(value!, -MAX_ERRNO, -1);
}
