/**
 * The ids of the rule catalogue. They are stable: settings, suppression comments, baselines and documentation links
 * carry them, those of rules among them that this version does not check yet.
 */
export const RULE_IDS: ReadonlySet<string> = new Set([
  'async-user-iter',
  'bio-cleanup-flag',
  'double-release',
  'early-release',
  'get-for-data',
  'gup-flags',
  'iovec-only-test',
  'iter-not-reverted',
  'kernel-page-ref',
  'kmap-local-iter',
  'legacy-extraction',
  'longterm-pin',
  'missing-dirty',
  'mixed-holds',
  'page-array-leak',
  'page-leak',
  'release-count',
  'release-mismatch',
  'slab-page-zerocopy',
  'stack-iter-escape',
  'unconditional-release',
  'unsafe-iter-pages',
  'untracked-hold',
  'unused-allow',
  'use-after-release',
  'wrong-direction',
  'wrong-iter-kind',
]);

/** Rules that state a policy, not a bug: off in the editor unless asked for. */
export const POLICY_RULES: readonly string[] = ['get-for-data', 'legacy-extraction', 'longterm-pin'];
