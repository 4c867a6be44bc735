import type { Check } from './check.ts';
import { earlyRelease } from './earlyRelease.ts';
import { iteratorNotReverted } from './iteratorNotReverted.ts';
import { useAfterRelease } from './useAfterRelease.ts';

/** The checks that are made on every path, in no particular order. */
export const CHECKS: readonly Check[] = [useAfterRelease, earlyRelease, iteratorNotReverted];
