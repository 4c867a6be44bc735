import { readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseConfig } from '../host/config.ts';
import type { RunOptions } from '../host/fileAnalyser.ts';
import { decode } from '../host/files.ts';
import type { Severity } from '../report/findings.ts';
import { RULE_IDS } from '../report/ruleIds.ts';
import { ERAS, type Era } from '../semantics/eras.ts';
import { Failure, reasonOf } from './failure.ts';
import type { Shard } from './targets.ts';

export type Severities = Readonly<Record<string, Severity | 'off'>>;

/** The options that `check` and `audit` share, as commander gives them. */
export interface RunFlags {
  readonly format: 'pretty' | 'json';
  readonly overlay: readonly (readonly [string, string])[];
  readonly era?: Era;
  readonly rule: Severities;
  readonly config?: string;
  readonly jobs: number;
  readonly shard?: Shard;
  readonly color: boolean;
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
    .addOption(
      new Option('--format <format>', 'form of the output').choices(['pretty', 'json']).default('pretty'),
    )
    .option('--overlay <path=file>', 'read FILE wherever PATH would be read (repeatable)', parseOverlay, [])
    .addOption(
      new Option('--era <era>', 'generation of the extraction API; else read from the tree').choices(ERAS),
    )
    .option('--rule <id=severity>', 'error, warning, hint or off (repeatable)', parseRule, {})
    .option('--config <file>', 'configuration; else pinsight.json in the current directory')
    .option('--jobs <n>', 'files analysed at a time', parseJobs, availableParallelism())
    .option('--shard <i/n>', 'the i-th of n equal parts of the files', parseShard)
    .option('--no-color', 'no colours on a terminal');
}

/** Joins the command line and the configuration. Throws Failure where a file named by either cannot be used. */
export function runOptions(flags: RunFlags, cwd: string): RunOptions {
  const config = readConfig(flags.config, cwd);
  const overlays = flags.overlay.map(([path, file]) => {
    const source = resolve(cwd, file);
    if (!isFile(source)) throw new Failure(`cannot read ${file}: no such file`);
    return [resolve(cwd, path), source] as const;
  });
  return {
    era: flags.era ?? config.era,
    severities: { ...config.rules, ...flags.rule },
    overlays: new Map(overlays),
  };
}

function readConfig(given: string | undefined, cwd: string) {
  const path = given === undefined ? join(cwd, 'pinsight.json') : resolve(cwd, given);
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
