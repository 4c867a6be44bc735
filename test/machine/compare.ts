import { isDeepStrictEqual } from 'node:util';
import { KernelOops, type KernelVersion } from '../../server/src/semantics/machine/kernels.ts';
import { replayFork, replayHarm } from './experiments.ts';
import { replay } from './replay.ts';
import { isCall, type Vector } from './vectors.ts';

export type Verdict =
  | { readonly kind: 'reproduced' }
  /** The machine stopped and said why. */
  | { readonly kind: 'not modelled'; readonly reason: string }
  | { readonly kind: 'wrong'; readonly differences: readonly string[] };

/** Replays a vector and compares everything the recorder wrote. */
export function judge(version: KernelVersion, vector: Vector): Verdict {
  try {
    const differences = differencesOf(comparable(vector.out), comparable(outcome(version, vector)));
    return differences.length ? { kind: 'wrong', differences } : { kind: 'reproduced' };
  } catch (error) {
    if (error instanceof KernelOops) return { kind: 'not modelled', reason: error.message };
    throw error;
  }
}

function outcome(version: KernelVersion, vector: Vector): unknown {
  if (isCall(vector)) return replay(version, vector);
  return vector.group === 'fork' ? replayFork(version, vector) : replayHarm(version, vector);
}

/** The value as JSON has it, without the frames: the recorded ones are where the replay's came from. */
function comparable(value: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value, (key, part) => (key === 'pfn_rel' ? undefined : part)));
}

function differencesOf(want: Record<string, unknown>, got: Record<string, unknown>): string[] {
  const keys = [...new Set([...Object.keys(want), ...Object.keys(got)])];
  return keys
    .filter(key => !isDeepStrictEqual(want[key], got[key]))
    .map(key => `${key}: recorded ${JSON.stringify(want[key])}, replayed ${JSON.stringify(got[key])}`);
}
