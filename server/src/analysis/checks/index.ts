import { bioFlagsCheck } from './bioFlags.ts';
import type { Check } from './check.ts';
import { gupFlagsCheck } from './gupFlags.ts';
import { iteratorKindCheck } from './iteratorKind.ts';
import { mixedHoldsCheck } from './mixedHolds.ts';
import { modeComparisonCheck } from './modeComparison.ts';

/** The checks that are made on every path, in no particular order. */
export const CHECKS: readonly Check[] = [
  bioFlagsCheck,
  gupFlagsCheck,
  iteratorKindCheck,
  mixedHoldsCheck,
  modeComparisonCheck,
];
