import { isDeepStrictEqual } from 'node:util';
import { KernelOops, type KernelVersion } from '../../server/src/semantics/machine/kernels.ts';
import { replayFork, replayHarm } from './experiments.ts';
import { CALL_FIELDS, EXPERIMENT_FIELDS, withoutIgnored } from './fields.ts';
import { replay } from './replay.ts';
import { isCall, type Vector } from './vectors.ts';

export type Verdict =
  | { readonly kind: 'reproduced' }
  /** The machine stopped and said why, or the recording has no outcome. */
  | { readonly kind: 'not modelled'; readonly reason: string }
  | { readonly kind: 'wrong'; readonly differences: readonly string[] };

/** Replays a vector and compares everything the recorder wrote, but for the ignored fields of fields.ts. */
export function judge(version: KernelVersion, vector: Vector): Verdict {
  if (!vector.out) return { kind: 'not modelled', reason: 'the recording has no outcome' };
  try {
    const differences = differencesOf(
      comparable(vector, vector.out),
      comparable(vector, outcome(version, vector)),
    );
    return differences.length ? { kind: 'wrong', differences } : { kind: 'reproduced' };
  } catch (error) {
    if (error instanceof KernelOops) return { kind: 'not modelled', reason: error.message };
    return {
      kind: 'wrong',
      differences: [`the replay fails: ${error instanceof Error ? error.stack : error}`],
    };
  }
}

function outcome(version: KernelVersion, vector: Vector): unknown {
  if (isCall(vector)) return replay(version, vector);
  return vector.group === 'fork' ? replayFork(version, vector) : replayHarm(version, vector);
}

function comparable(vector: Vector, out: unknown): Record<string, unknown> {
  const fields = isCall(vector) ? CALL_FIELDS : EXPERIMENT_FIELDS;
  return withoutIgnored(out, fields) as Record<string, unknown>;
}

function differencesOf(want: Record<string, unknown>, got: Record<string, unknown>): string[] {
  const keys = [...new Set([...Object.keys(want), ...Object.keys(got)])];
  return keys
    .filter(key => !isDeepStrictEqual(want[key], got[key]))
    .map(key => `${key}: recorded ${JSON.stringify(want[key])}, replayed ${JSON.stringify(got[key])}`);
}

/** How many vectors of one function, or of one sort of experiment, are reproduced. */
export interface Agreement {
  readonly name: string;
  readonly reproduced: number;
  readonly 'not modelled': number;
  readonly wrong: number;
}

/** What a function or experiment is listed as. */
export function nameOf(vector: Vector): string {
  return 'fn' in vector.in ? vector.in.fn : `${vector.group} ${vector.in.hold}`;
}

/** What is not reproduced, in one line. */
export function lineOf(vector: Vector, verdict: Verdict): string {
  const what = `${vector.id} ${vector.group} ${nameOf(vector)}`;
  if (verdict.kind === 'reproduced') return what;
  return `${what}: ${verdict.kind === 'wrong' ? verdict.differences.join('; ') : `not modelled: ${verdict.reason}`}`;
}

/** A recording against the machine, by function. */
export interface Report {
  readonly agreement: readonly Agreement[];
  readonly failures: readonly string[];
  /** Reasons why something is not modelled, with how often. */
  readonly reasons: ReadonlyMap<string, number>;
}

/** Replays a whole recording. */
export function compareAll(version: KernelVersion, vectors: readonly Vector[]): Report {
  const counts = new Map<string, Record<Verdict['kind'], number>>();
  const reasons = new Map<string, number>();
  const failures: string[] = [];
  for (const vector of vectors) {
    const verdict = judge(version, vector);
    const name = nameOf(vector);
    const count = counts.get(name) ?? { reproduced: 0, 'not modelled': 0, wrong: 0 };
    count[verdict.kind]++;
    counts.set(name, count);
    if (verdict.kind === 'reproduced') continue;
    failures.push(lineOf(vector, verdict));
    if (verdict.kind === 'not modelled') reasons.set(verdict.reason, (reasons.get(verdict.reason) ?? 0) + 1);
  }
  return { agreement: [...counts].map(([name, count]) => ({ name, ...count })), failures, reasons };
}
