import { type DefectId, defectsOf } from '../../../server/src/semantics/defects.ts';
import type { FunctionRow } from '../../../server/src/semantics/effects.ts';
import {
  type Kernel,
  KernelOops,
  type KernelVersion,
  kernelOf,
  treeOfKernel,
} from '../../../server/src/semantics/machine/kernels.ts';
import { ROW_GROUPS } from '../../../server/src/semantics/table.ts';
import { appliesTo } from '../../../server/src/semantics/trees.ts';
import type { Attempt, Trial } from './probe.ts';
import { PROBES } from './probes.ts';

export const VERSIONS: readonly KernelVersion[] = ['6.1', '6.12', 'v7'];

/** The groups of rows that the machine is about: iterators, user pages, bios, releases, references of single pages. */
const GROUPS = ['iov', 'gup', 'bio', 'release', 'pages', 'async'] as const;

/** Rows in scope, that is in a tree which the machine can be. */
export function rowsInScope(): FunctionRow[] {
  return GROUPS.flatMap(group => ROW_GROUPS[group] ?? []).filter(row => versionsOf(row).length > 0);
}

export function versionsOf(row: FunctionRow): KernelVersion[] {
  return VERSIONS.filter(version => appliesTo(row, treeOfKernel(version)));
}

/** What came of all trials of one row on one kernel. */
export interface Walked {
  readonly row: FunctionRow;
  readonly version: KernelVersion;
  readonly runs: number;
  /** Runs that only a named defect of the kernel explains. */
  readonly excused: ReadonlyMap<DefectId, number>;
  readonly complaints: readonly string[];
}

/**
 * Runs the machine on every trial of a row and holds what it did against the row.
 * @param extent `bounded`: probes with many trials run a sample of them.
 */
export function walkRow(row: FunctionRow, version: KernelVersion, extent: 'bounded' | 'all'): Walked {
  const probe = PROBES[row.name];
  if (!probe) throw new Error(`${row.name} has no probe`);
  const stride = extent === 'all' ? 1 : (probe.boundedStride ?? 1);
  const kernel = kernelOf(version);
  const seen = new Set<string>();
  const excused = new Map<DefectId, number>();
  const complaints: string[] = [];
  let runs = 0;
  for (const trial of probe.trials(row, version, stride)) {
    runs++;
    const attempt = run(trial, kernel);
    for (const what of attempt.seen) seen.add(what);
    if (attempt.complaints.length === 0) continue;
    const excuses = excusesFor(row, trial, kernel);
    if (excuses.length === 0) complaints.push(`${trial.name}: ${attempt.complaints.join('; ')}`);
    for (const id of excuses) excused.set(id, (excused.get(id) ?? 0) + 1);
  }
  for (const promise of probe.mustSee(row, version))
    if (!seen.has(promise)) complaints.push(`never seen: ${promise}`);
  return { row, version, runs, excused, complaints };
}

function run(trial: Trial, kernel: Kernel): Attempt {
  try {
    return trial.attempt(kernel);
  } catch (error) {
    if (error instanceof KernelOops) return { complaints: [`stops: ${error.message}`], seen: [] };
    throw error;
  }
}

/** The fewest defects of this function without which the kernel agrees with its row: one, or all together. */
function excusesFor(row: FunctionRow, trial: Trial, kernel: Kernel): DefectId[] {
  const known = defectsOf(row.name, treeOfKernel(kernel.version)).map(({ id }) => id);
  const agreesWithout = (ids: readonly DefectId[]) => {
    const defects = new Set([...kernel.defects].filter(id => !ids.includes(id)));
    return run(trial, { ...kernel, defects }).complaints.length === 0;
  };
  const single = known.find(id => agreesWithout([id]));
  if (single) return [single];
  return known.length > 1 && agreesWithout(known) ? known : [];
}

/** A line a kernel: what was run, what only a defect explains. */
export function summary(walked: readonly Walked[]): Record<string, string | number>[] {
  return VERSIONS.map(version => {
    const of = walked.filter(each => each.version === version);
    const excused = new Map<DefectId, number>();
    for (const each of of)
      for (const [id, count] of each.excused) excused.set(id, (excused.get(id) ?? 0) + count);
    return {
      kernel: version,
      rows: of.length,
      runs: of.reduce((sum, { runs }) => sum + runs, 0),
      complaints: of.reduce((sum, { complaints }) => sum + complaints.length, 0),
      'explained by defects': [...excused].map(([id, count]) => `${id} ${count}`).join(', '),
    };
  });
}
