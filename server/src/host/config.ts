import type { Severity } from '../report/findings.ts';
import { RULE_IDS } from '../report/ruleIds.ts';
import { ERAS, type Era } from '../semantics/eras.ts';

/** What `pinsight.json` may say. */
export interface Config {
  readonly era?: Era;
  readonly rules?: Readonly<Record<string, Severity | 'off'>>;
  /** File of accepted findings, relative to the configuration's folder. */
  readonly baseline?: string;
}

const SEVERITIES = ['error', 'warning', 'hint', 'off'] as const;

/** Reads the text of a configuration file. Throws an Error with one clear line where it is not one. */
export function parseConfig(text: string): Config {
  const { era, rules, baseline, ...unknown } = asObject(JSON.parse(text), 'the file');
  const [stranger] = Object.keys(unknown).filter(key => key !== '$schema');
  if (stranger !== undefined) throw new Error(`unknown key '${stranger}'`);
  return {
    ...(era === undefined ? {} : { era: parseEra(era) }),
    ...(rules === undefined ? {} : { rules: parseRules(asObject(rules, "'rules'")) }),
    ...(baseline === undefined ? {} : { baseline: parsePath(baseline) }),
  };
}

function asObject(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${name} is not an object`);
  return value as Record<string, unknown>;
}

function parsePath(value: unknown): string {
  if (typeof value !== 'string' || value === '')
    throw new Error(`'baseline' is given ${JSON.stringify(value)}`);
  return value;
}

function parseEra(value: unknown): Era {
  const era = ERAS.find(known => known === value);
  if (!era) throw new Error(`unknown era ${JSON.stringify(value)}`);
  return era;
}

function parseRules(rules: Record<string, unknown>): Record<string, Severity | 'off'> {
  const entries = Object.entries(rules).map(([id, value]) => {
    const severity = SEVERITIES.find(known => known === value);
    if (!RULE_IDS.has(id)) throw new Error(`there is no rule '${id}'`);
    if (!severity) throw new Error(`'${id}' is given ${JSON.stringify(value)}`);
    return [id, severity] as const;
  });
  return Object.fromEntries(entries);
}
