/** What scripts/machine.mjs is made of. */
export { compareAll } from './compare.ts';
export { parseVectors } from './vectors.ts';
export { PROBES } from './walk/probes.ts';
export { rowsInScope, summary, versionsOf, walkRow } from './walk/walk.ts';
