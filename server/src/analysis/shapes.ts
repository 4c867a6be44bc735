import { liveVariables, targetsOf } from '../program/liveness.ts';
import type { Block, FunctionModel } from '../program/model.ts';

/** What the worklist must know of a function's graph. */
export interface Shape {
  /** Reverse post-order positions by block id: predecessors first, as far as loops allow. */
  readonly order: readonly number[];
  readonly live: readonly ReadonlySet<number>[];
  /** Numbers near those that the function compares with, ascending. */
  readonly thresholds: readonly number[];
}

export function shapeOf(model: FunctionModel): Shape {
  return { order: reversePostOrder(model), live: liveVariables(model), thresholds: thresholdsOf(model) };
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

function reversePostOrder(model: FunctionModel): number[] {
  const position = new Array<number>(model.blocks.length).fill(Number.MAX_SAFE_INTEGER);
  const visited = new Set<Block>();
  const finished: Block[] = [];
  const stack: { block: Block; next: readonly Block[]; at: number }[] = [];
  const open = (block: Block): void => {
    if (visited.has(block)) return;
    visited.add(block);
    // Visiting the last successor first puts the first one earlier in the order.
    stack.push({ block, next: [...targetsOf(block.terminator)].reverse(), at: 0 });
  };
  open(model.entry);
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    if (top.at < top.next.length) open(top.next[top.at++]!);
    else {
      finished.push(top.block);
      stack.pop();
    }
  }
  finished.reverse().forEach((block, at) => {
    position[block.id] = at;
  });
  return position;
}
