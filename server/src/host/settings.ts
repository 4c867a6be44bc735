import { BASELINE_NAME } from '../report/baseline.ts';
import type { Severity } from '../report/findings.ts';
import { RULE_IDS } from '../report/ruleIds.ts';
import type { Era } from '../semantics/eras.ts';

/** What the user may set, as the server uses it. */
export interface Settings {
  readonly era: Era | 'auto';
  readonly rules: Readonly<Record<string, Severity | 'off'>>;
  readonly run: 'onType' | 'onSave';
  readonly delay: number;
  readonly leaksWhileTyping: boolean;
  readonly inlayHints: boolean;
  readonly index: 'auto' | 'manual';
  readonly baseline: string;
}

/** One row of the table from which package.json's settings and docs/settings.md are generated. */
export interface SettingRow<Value> {
  readonly description: string;
  readonly default: Value;
  /** JSON schema of the value, without default and description. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly scope: 'resource' | 'window' | 'machine';
  /** Not taken from the workspace while it is untrusted. */
  readonly restricted: boolean;
  readonly accepts: (value: unknown) => value is Value;
}

const oneOf = <const Choices extends readonly string[]>(...choices: Choices) => ({
  schema: { type: 'string', enum: choices },
  accepts: (value: unknown): value is Choices[number] => choices.some(choice => choice === value),
});

const flag = {
  schema: { type: 'boolean' },
  accepts: (value: unknown): value is boolean => typeof value === 'boolean',
};

const SEVERITIES: readonly string[] = ['error', 'warning', 'hint', 'off'];

const SEVERITY_BY_RULE = Object.fromEntries(
  [...RULE_IDS].sort().map(id => [id, { type: 'string', enum: SEVERITIES }]),
);

const isSeverities = (value: unknown): value is Settings['rules'] =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(severity => SEVERITIES.includes(severity));

const LONGEST_DELAY = 10_000;
const LONGEST_PATH = 4096;

/** Every setting, under its name without the prefix `pinsight.`. */
export const SETTINGS: { readonly [Name in keyof Settings]: SettingRow<Settings[Name]> } = {
  era: {
    ...oneOf('auto', 'get-pages', 'extract-mode', 'will-pin'),
    default: 'auto',
    description:
      'Generation of the page extraction API. `auto` reads it from include/linux/uio.h of the nearest tree, else from the functions a file uses.',
    scope: 'resource',
    restricted: false,
  },
  rules: {
    schema: { type: 'object', properties: SEVERITY_BY_RULE, additionalProperties: false },
    accepts: isSeverities,
    default: {},
    description:
      'Severity by rule id, for example `{ "get-for-data": "hint", "missing-dirty": "off" }`. Rules that are not named keep their default. Not taken from an untrusted workspace, which might hide what it does.',
    scope: 'resource',
    restricted: true,
  },
  run: {
    ...oneOf('onType', 'onSave'),
    default: 'onType',
    description:
      'When findings are brought up to date: after each pause in typing, or when the file is saved.',
    scope: 'resource',
    restricted: false,
  },
  delay: {
    schema: { type: 'integer', minimum: 0, maximum: LONGEST_DELAY },
    accepts: (value): value is number =>
      typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LONGEST_DELAY,
    default: 150,
    description: 'Pause in typing, in milliseconds, after which a file is analysed again.',
    scope: 'resource',
    restricted: false,
  },
  leaksWhileTyping: {
    ...flag,
    default: false,
    description:
      'Report `page-leak` and `page-array-leak` also in functions that were edited since the last save, where the release may simply not be written yet.',
    scope: 'resource',
    restricted: false,
  },
  inlayHints: {
    ...flag,
    default: true,
    description: 'Show at each extraction call which hold it leaves on the pages.',
    scope: 'resource',
    restricted: false,
  },
  index: {
    ...oneOf('auto', 'manual'),
    default: 'auto',
    description:
      'When the index of a kernel tree is brought up to date, by which holds are followed into other folders: `auto`, in the background when the first of its files with something of interest is opened, or `manual`, by the command.',
    scope: 'resource',
    restricted: false,
  },
  baseline: {
    schema: { type: 'string', maxLength: LONGEST_PATH },
    accepts: (value): value is string => typeof value === 'string' && value.length <= LONGEST_PATH,
    default: BASELINE_NAME,
    description:
      'File of accepted findings, relative to the root of the kernel tree or checkout; empty for none. It is written by the action "Add to the baseline", and so not taken from an untrusted workspace.',
    scope: 'resource',
    restricted: true,
  },
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The settings when nothing is set. */
export const DEFAULT_SETTINGS: Settings = readSettings({});

/**
 * Reads what an editor sends for the section `pinsight`.
 * @param complain told the name of each value that does not fit; its default is used then.
 */
export function readSettings(raw: unknown, complain: (name: string) => void = () => {}): Settings {
  const given = isRecord(raw) ? raw : {};
  const read = <Name extends keyof Settings>(name: Name): Settings[Name] => {
    const row: SettingRow<Settings[Name]> = SETTINGS[name];
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined || value === null) return row.default;
    if (row.accepts(value)) return value;
    complain(`pinsight.${name}`);
    return row.default;
  };
  return {
    era: read('era'),
    rules: read('rules'),
    run: read('run'),
    delay: read('delay'),
    leaksWhileTyping: read('leaksWhileTyping'),
    inlayHints: read('inlayHints'),
    index: read('index'),
    baseline: read('baseline'),
  };
}
