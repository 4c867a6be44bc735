import { join, resolve } from 'node:path';
import { LineIndex } from '../base/text.ts';
import { type Overlays, readText } from '../host/files.ts';
import { analyseFiles } from '../host/pool.ts';
import { findTree } from '../host/trees.ts';
import { checkJson, type JsonReport, merge } from '../report/json.ts';
import { prettyFindings, prettyNotAnalysed, prettySites, prettySummary } from '../report/pretty.ts';
import { EXIT } from './failure.ts';
import { type RunFlags, runOptions, type Severities } from './options.ts';
import { write } from './output.ts';
import { progressLine } from './progress.ts';
import { findTargets } from './targets.ts';

/** What a command that analyses files is called with. */
export interface RunRequest {
  readonly paths: readonly string[];
  readonly flags: RunFlags;
  /** Severities that the configuration and the command line override. */
  readonly defaults: Severities;
  /** Whether extractions and iterators are listed too. */
  readonly sites: boolean;
}

/** A file of the kernel takes some 10 ms; one that needs this long (in ms) never ends. */
const TIME_LIMIT = 20_000;

/** Analyses files and prints what there is to say. Returns the exit status; throws Failure. */
export async function check(request: RunRequest): Promise<number> {
  const { flags } = request;
  const cwd = process.cwd();
  const given = runOptions(flags, cwd);
  const run = { ...given, severities: { ...request.defaults, ...given.severities } };
  const targets = findTargets(request.paths, cwd, run.overlays, flags.shard);
  const progress = progressLine(targets.files.length);
  const results = await analyseFiles(targets.files, run, {
    jobs: flags.jobs,
    script: join(__dirname, 'worker.js'),
    timeLimit: TIME_LIMIT,
    onProgress: progress.show,
  });
  progress.clear();
  const nothing: JsonReport = { findings: [], notAnalysed: [], extractions: [], iterators: [] };
  const walked = { ...nothing, notAnalysed: targets.notAnalysed };
  const report = merge([...results.map(result => result.report), walked]);
  const firstFile = targets.files[0]?.path ?? join(cwd, 'none.c');
  const era = run.era ?? findTree(firstFile)?.era ?? 'will-pin';
  const text =
    flags.format === 'json'
      ? checkJson(era, report, request.sites)
      : pretty(report, request, targets.files.length, run.overlays);
  await write(text);
  return report.findings.some(finding => finding.severity !== 'hint') ? EXIT.findings : EXIT.clean;
}

function pretty(report: JsonReport, request: RunRequest, files: number, overlays: Overlays): string {
  const color = request.flags.color && process.stdout.isTTY === true && !process.env.NO_COLOR;
  const indexes = new Map<string, LineIndex | undefined>();
  const lineText = (file: string, line: number) => {
    if (!indexes.has(file)) {
      const text = readText(resolve(file), overlays);
      indexes.set(file, text === undefined ? undefined : new LineIndex(text));
    }
    return indexes.get(file)?.lineText(line);
  };
  const parts = [
    prettyFindings(report.findings, { color, lineText }),
    request.sites ? prettySites(report) : '',
    prettyNotAnalysed(report.notAnalysed),
    prettySummary(report.findings, files, report.notAnalysed.length),
  ];
  return parts.filter(part => part !== '').join('\n');
}
