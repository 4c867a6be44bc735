import { POLICY_RULES } from '../report/ruleIds.ts';
import { check } from './check.ts';
import type { RunFlags } from './options.ts';

/** Lists every extraction and iterator beside the findings; the policy rules are on. */
export function audit(paths: readonly string[], flags: RunFlags): Promise<number> {
  const defaults = Object.fromEntries(POLICY_RULES.map(id => [id, 'hint'] as const));
  return check({ paths, flags, defaults, sites: true });
}
