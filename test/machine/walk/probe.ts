import type { Acquire, FunctionRow } from '../../../server/src/semantics/effects.ts';
import type { Kernel, KernelVersion } from '../../../server/src/semantics/machine/kernels.ts';

/** What one run of the machine showed. */
export interface Attempt {
  /** Where it disagreed with the row; empty: it agreed. */
  readonly complaints: readonly string[];
  /** What the row promises and this run had: each promise must be seen in some run. */
  readonly seen: readonly string[];
}

/** One set-up that can be run on any kernel. */
export interface Trial {
  readonly name: string;
  readonly attempt: (kernel: Kernel) => Attempt;
}

/** How the machine runs the function of a row, and what the row then promises. */
export interface Probe {
  /**
   * Of so many trials that a bounded walk takes one in so many: a prime, which shares no factor with the number of values
   * of a dimension, so that each value is met.
   */
  readonly boundedStride?: number;
  /** The set-ups; of a probe with a `boundedStride` one in `stride`. */
  trials(row: FunctionRow, version: KernelVersion, stride: number): Iterable<Trial>;
  /** Promises of the row that some trial must show. */
  mustSee(row: FunctionRow, version: KernelVersion): readonly string[];
}

/** Collects complaints and sights of one run. */
export class Verdict implements Attempt {
  readonly complaints: string[] = [];
  readonly seen: string[] = [];

  claim(holds: boolean, otherwise: () => string): void {
    if (!holds) this.complaints.push(otherwise());
  }

  saw(what: string, when = true): void {
    if (when) this.seen.push(what);
  }
}

/** A trial that makes its verdict in one function. */
export function trial(name: string, judge: (kernel: Kernel, verdict: Verdict) => void): Trial {
  return {
    name,
    attempt: kernel => {
      const verdict = new Verdict();
      judge(kernel, verdict);
      return verdict;
    },
  };
}

/** The effect by which a row takes pages. @throws Error where it takes none. */
export function acquireOf(row: FunctionRow): Acquire {
  const acquire = row.effects.find(effect => effect.kind === 'acquire');
  if (!acquire) throw new Error(`${row.name} acquires nothing`);
  return acquire;
}
