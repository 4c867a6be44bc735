import { readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { rootOf } from '../host/baselineFile.ts';
import { bystanders } from '../host/bystanders.ts';
import { changesSince, type FileChange, type FileVersion, overlaysOf, textOf } from '../host/change.ts';
import type { RunOptions } from '../host/fileAnalyser.ts';
import { displayPath, type Overlays } from '../host/files.ts';
import { readPatch } from '../host/patch.ts';
import { applyPatches } from '../host/patchedTree.ts';
import { type ChangedFile, introduced } from '../report/introduced.ts';
import type { JsonReport } from '../report/json.ts';
import { diffLines } from '../report/lineDiff.ts';
import type { Accepted, Marks } from './accepted.ts';
import { analyse } from './analysis.ts';
import { Failure, reasonOf } from './failure.ts';
import type { RunFlags } from './options.ts';
import { linesOf } from './texts.ts';

/** What is to be compared: the tree before and after a change. */
export interface Comparison {
  readonly changes: readonly FileChange[];
  readonly before: Overlays;
  readonly after: Overlays;
}

/**
 * The change that --changed or --patch names, as far as it lies in the given paths; undefined where neither is given.
 * Throws Failure.
 */
export function findComparison(
  paths: readonly string[],
  { changed, patch }: RunFlags,
  cwd: string,
  overlays: Overlays,
): Comparison | undefined {
  if (changed === undefined && patch === undefined) return undefined;
  try {
    const all =
      changed === undefined ? patchedFiles(patch!, cwd, overlays) : changesSince(changed, cwd, overlays);
    const chosen = paths.map(path => resolve(cwd, path));
    const isChosen = (version: FileVersion | undefined): boolean =>
      version !== undefined &&
      chosen.some(path => version.path === path || version.path.startsWith(path + sep));
    const changes =
      chosen.length === 0 ? all : all.filter(({ before, after }) => isChosen(before) || isChosen(after));
    return { changes, ...overlaysOf(all, overlays) };
  } catch (error) {
    const source = patch === '-' ? 'the patch on standard input' : `the patch ${patch}`;
    const what = changed === undefined ? `use ${source}` : `compare with ${changed}`;
    throw new Failure(`cannot ${what}: ${reasonOf(error)}`);
  }
}

function patchedFiles(patch: string, cwd: string, overlays: Overlays): FileChange[] {
  const bytes = readFileSync(patch === '-' ? 0 : resolve(cwd, patch));
  const root = rootOf(join(cwd, 'any.c')) ?? cwd;
  return applyPatches(readPatch(bytes), root, overlays);
}

export interface Compared {
  /** What is said about the tree after the change, with nothing that was said before it. */
  readonly report: JsonReport;
  readonly marks: Marks;
  readonly files: readonly ChangedFile[];
}

/** Analyses the files of a change after it and, where there is anything to compare with, before it. */
export async function compare(
  { changes, before, after }: Comparison,
  run: RunOptions,
  jobs: number,
  accepted: Accepted,
): Promise<Compared> {
  const cwd = process.cwd();
  const shown = (version: { readonly path: string } | undefined) => version && displayPath(version.path, cwd);
  const diffed = changes.map(change => ({
    change,
    diff: diffLines(textOf(change.before), textOf(change.after)),
  }));
  const near = bystanders(diffed, after).map(path => ({ before: { path }, after: { path } }));
  const analysed = async (side: 'before' | 'after', overlays: Overlays) => {
    const requests = [...changes, ...near].flatMap(({ [side]: version }) =>
      version ? [{ path: version.path, display: shown(version)! }] : [],
    );
    const report = await analyse(requests, { ...run, overlays }, jobs);
    const lineText = linesOf(overlays);
    const marks = accepted.marksOf(report.findings, lineText);
    return { report, marks, lineText, findings: accepted.leftOf(report.findings, marks) };
  };
  const now = await analysed('after', after);
  const files = diffed.map(({ change, diff }) => ({
    before: shown(change.before),
    after: shown(change.after),
    diff,
  }));
  const all = [
    ...files,
    ...near.map(each => ({ before: shown(each.before), after: shown(each.after), diff: SAME })),
  ];
  const findings =
    now.findings.length > 0 ? introduced(all, await analysed('before', before), now) : now.findings;
  const changed = new Set(files.map(file => file.after));
  const notAnalysed = now.report.notAnalysed.filter(part => changed.has(part.file));
  return { report: { ...now.report, findings, notAnalysed }, marks: now.marks, files };
}

/** What became of the lines of a file that a change does not touch. */
const SAME = diffLines('', '');
