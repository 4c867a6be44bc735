import { bindings } from './bindings.ts';
import { bioFlagsCheck } from './bioFlags.ts';
import { bioPages } from './bioPages.ts';
import type { Check } from './check.ts';
import { direction } from './direction.ts';
import { earlyRelease } from './earlyRelease.ts';
import { gupFlagsCheck } from './gupFlags.ts';
import { iteratorKindCheck } from './iteratorKind.ts';
import { iteratorNotReverted } from './iteratorNotReverted.ts';
import { keptIterators } from './keptIterators.ts';
import { kindTest } from './kindTest.ts';
import { mixedHoldsCheck } from './mixedHolds.ts';
import { modeComparisonCheck } from './modeComparison.ts';
import { untrackedHold } from './untrackedHold.ts';
import { useAfterRelease } from './useAfterRelease.ts';
import { writeDirection } from './writeDirection.ts';

/** The checks that are made on every path, in no particular order. */
export const CHECKS: readonly Check[] = [
  bindings,
  bioFlagsCheck,
  bioPages,
  direction,
  earlyRelease,
  gupFlagsCheck,
  iteratorKindCheck,
  iteratorNotReverted,
  keptIterators,
  kindTest,
  mixedHoldsCheck,
  modeComparisonCheck,
  untrackedHold,
  useAfterRelease,
  writeDirection,
];
