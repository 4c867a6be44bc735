import { join } from 'node:path';
import { findTree } from '../host/trees.ts';
import { Accepted } from './accepted.ts';
import { analyse } from './analysis.ts';
import { compare, findComparison } from './compare.ts';
import { EXIT } from './failure.ts';
import { type RunFlags, type Severities, setupOf } from './options.ts';
import { write } from './output.ts';
import { type Outcome, print } from './print.ts';
import { findTargets } from './targets.ts';
import { linesOf } from './texts.ts';

/** What a command that analyses files is called with. */
export interface RunRequest {
  readonly paths: readonly string[];
  readonly flags: RunFlags;
  /** Severities that the configuration and the command line override. */
  readonly defaults: Severities;
  /** Whether extractions and iterators are listed too. */
  readonly sites: boolean;
}

/** Analyses files and prints what there is to say. Returns the exit status; throws Failure. */
export async function check(request: RunRequest): Promise<number> {
  const outcome = await run(request);
  const status = outcome.report.findings.some(finding => finding.severity !== 'hint')
    ? EXIT.findings
    : EXIT.clean;
  await write(print(outcome, { ...request.flags, sites: request.sites, status }));
  return status;
}

async function run({ paths, flags, defaults }: RunRequest): Promise<Outcome> {
  const cwd = process.cwd();
  const { run, baseline } = setupOf(flags, defaults, cwd);
  const comparison = findComparison(paths, flags, cwd, run.overlays);
  const targets = comparison ? undefined : findTargets(paths, cwd, run.overlays, flags.shard);
  const first = comparison?.changes[0]?.after?.path ?? targets?.files[0]?.path ?? join(cwd, 'none.c');
  const accepted = Accepted.open(flags, baseline, run.severities, first, cwd);
  const era = run.era ?? findTree(first)?.era ?? 'will-pin';
  if (comparison) {
    const { files: change, ...compared } = await compare(comparison, run, flags.jobs, accepted);
    return { era, ...compared, lineText: linesOf(comparison.after), count: change.length, change };
  }
  const { files, notAnalysed } = targets!;
  const found = await analyse(files, run, flags.jobs, notAnalysed);
  const lineText = linesOf(run.overlays);
  const marks = accepted.marksOf(found.findings, lineText);
  return { era, report: accepted.settle(found, marks, files), marks, lineText, count: files.length };
}
