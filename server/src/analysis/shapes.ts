import { liveVariables } from '../program/liveness.ts';
import type { FunctionModel } from '../program/model.ts';
import { weakTopologicalOrder } from './loopOrder.ts';

/** What the worklist must know of a function's graph. */
export interface Shape {
  /** Positions by block id: predecessors first but for loops, and what lies behind a loop behind all of its blocks. */
  readonly order: readonly number[];
  readonly live: readonly ReadonlySet<number>[];
  /** Numbers near those that the function compares with, ascending. */
  readonly thresholds: readonly number[];
}

export function shapeOf(model: FunctionModel): Shape {
  return { order: weakTopologicalOrder(model), live: liveVariables(model), thresholds: thresholdsOf(model) };
}

/** Each constant of a comparison, with its neighbours: a counter stops beside one. */
function thresholdsOf(model: FunctionModel): number[] {
  const found = new Set<number>([-1, 0, 1]);
  for (const block of model.blocks) {
    if (block.terminator.kind !== 'branch' || block.terminator.condition.kind !== 'binary') continue;
    const { left, right } = block.terminator.condition;
    for (const side of [left, right])
      if (side.kind === 'constant') for (const step of [-2, -1, 0, 1]) found.add(side.value + step);
  }
  return [...found].sort((a, b) => a - b);
}
