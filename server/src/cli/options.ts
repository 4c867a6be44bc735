import { readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Config, parseConfig } from '../host/config.ts';
import type { RunOptions } from '../host/fileAnalyser.ts';
import { decode } from '../host/files.ts';
import { BASELINE_NAME } from '../report/baseline.ts';
import type { Severity } from '../report/findings.ts';
import { RULE_IDS } from '../report/ruleIds.ts';
import { ERAS, type Era } from '../semantics/eras.ts';
import { Failure, reasonOf } from './failure.ts';
import type { Shard } from './targets.ts';

export type Severities = Readonly<Record<string, Severity | 'off'>>;

export const FORMATS = ['pretty', 'json', 'sarif', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];

/** The options that `check` and `audit` share, as commander gives them, and the two that only `check` has. */
export interface RunFlags {
  readonly format: Format;
  readonly overlay: readonly (readonly [string, string])[];
  readonly era?: Era;
  readonly rule: Severities;
  readonly config?: string;
  readonly jobs: number;
  readonly shard?: Shard;
  readonly color: boolean;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly changed?: string;
  readonly patch?: string;
}

const SEVERITIES: readonly string[] = ['error', 'warning', 'hint', 'off'];
const isSeverity = (value: string): value is Severity | 'off' => SEVERITIES.includes(value);

function parseOverlay(value: string, before: RunFlags['overlay']): RunFlags['overlay'] {
  const at = value.indexOf('=');
  if (at <= 0 || at === value.length - 1) throw new InvalidArgumentError('Expected PATH=FILE.');
  return [...before, [value.slice(0, at), value.slice(at + 1)]];
}

function parseRule(value: string, before: Severities): Severities {
  const [id = '', severity = '', ...rest] = value.split('=');
  if (rest.length > 0 || !isSeverity(severity))
    throw new InvalidArgumentError('Expected RULE=error, warning, hint or off.');
  if (!RULE_IDS.has(id)) throw new InvalidArgumentError(`There is no rule '${id}'.`);
  return { ...before, [id]: severity };
}

function parseJobs(value: string): number {
  const jobs = Number(value);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 256)
    throw new InvalidArgumentError('Expected a number from 1 to 256.');
  return jobs;
}

function parseShard(value: string): Shard {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(value) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (index === undefined || shard.index < 1 || shard.index > shard.count)
    throw new InvalidArgumentError('Expected i/n with i from 1 to n.');
  return shard;
}

/** Adds the options that `check` and `audit` share. */
export function addRunOptions(command: Command): Command {
  return command
    .addOption(new Option('--format <format>', 'form of the output').choices(FORMATS).default('pretty'))
    .option('--overlay <path=file>', 'read FILE wherever PATH would be read (repeatable)', parseOverlay, [])
    .addOption(
      new Option('--era <era>', 'generation of the extraction API; else read from the tree').choices(ERAS),
    )
    .option('--rule <id=severity>', 'error, warning, hint or off (repeatable)', parseRule, {})
    .option('--config <file>', 'configuration; else pinsight.json in the current directory')
    .option('--jobs <n>', 'files analysed at a time', parseJobs, availableParallelism())
    .option('--shard <i/n>', 'the i-th of n equal parts of the files', parseShard)
    .option('--baseline <file>', `accepted findings; else ${BASELINE_NAME} at the root of the tree`)
    .option(
      '--write-baseline <file>',
      'accept all that is found now; with --baseline: keep of it what is still needed',
    )
    .option('--no-color', 'no colours on a terminal');
}

/** Adds the options that compare with the tree before a change. */
export function addChangeOptions(command: Command): Command {
  const others = ['shard', 'writeBaseline'];
  return command
    .addOption(
      new Option('--changed <rev>', 'only what changes since a git revision introduce').conflicts([
        ...others,
        'patch',
      ]),
    )
    .addOption(
      new Option('--patch <file|->', 'only what a patch introduces; it is applied in memory').conflicts([
        ...others,
        'changed',
      ]),
    );
}

/** What the command line and the configuration say together. */
export interface Setup {
  readonly run: RunOptions;
  /** Absolute path of the baseline that the configuration names. */
  readonly baseline?: string;
}

/** Throws Failure where a file named by the command line or the configuration cannot be used. */
export function setupOf(flags: RunFlags, defaults: Severities, cwd: string): Setup {
  const configPath = resolve(cwd, flags.config ?? 'pinsight.json');
  const config = readConfig(flags.config, configPath);
  const overlays = flags.overlay.map(([path, file]) => {
    const source = resolve(cwd, file);
    if (!isFile(source)) throw new Failure(`cannot read ${file}: no such file`);
    return [resolve(cwd, path), source] as const;
  });
  return {
    run: {
      era: flags.era ?? config.era,
      severities: { ...defaults, ...config.rules, ...flags.rule },
      overlays: new Map(overlays),
    },
    baseline: config.baseline === undefined ? undefined : resolve(dirname(configPath), config.baseline),
  };
}

function readConfig(given: string | undefined, path: string): Config {
  if (given === undefined && !isFile(path)) return {};
  try {
    return parseConfig(decode(readFileSync(path)));
  } catch (error) {
    throw new Failure(`cannot use ${given ?? 'pinsight.json'}: ${reasonOf(error)}`);
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
