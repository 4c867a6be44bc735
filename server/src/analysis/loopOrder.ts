import { targetsOf } from '../program/liveness.ts';
import type { Block, FunctionModel } from '../program/model.ts';

/**
 * A weak topological order of a function's blocks (F. Bourdoncle, Efficient chaotic iteration strategies with
 * widenings, 1993): predecessors first, the blocks of a loop in one piece behind its head. A worklist that takes the
 * first block always lets an inner loop settle before it goes on behind it, also where a break or goto leaves it.
 * @returns positions by block id; blocks that cannot be reached have none below `Number.MAX_SAFE_INTEGER`.
 */
export function weakTopologicalOrder(model: FunctionModel): number[] {
  const order = new LoopOrder().of(model.entry);
  const position = new Array<number>(model.blocks.length).fill(Number.MAX_SAFE_INTEGER);
  order.forEach((block, at) => {
    position[block.id] = at;
  });
  return position;
}

/** Which block was seen when: none yet, while it is on the way, or for good. */
const UNSEEN = 0;
const PLACED = Number.POSITIVE_INFINITY;

class LoopOrder {
  private readonly numbers = new Map<Block, number>();
  private readonly open: Block[] = [];
  private count = 0;

  of(entry: Block): Block[] {
    const placed: Block[] = [];
    this.visit(entry, placed);
    return placed.reverse();
  }

  /**
   * @param placed what was placed behind this block so far, last first.
   * @returns the number of the first open block that can be reached from it.
   */
  private visit(block: Block, placed: Block[]): number {
    this.open.push(block);
    const own = ++this.count;
    this.numbers.set(block, own);
    let head = own;
    let isLoop = false;
    for (const next of successors(block)) {
      const number = this.numberOf(next);
      const first = number === UNSEEN ? this.visit(next, placed) : number;
      if (first > head) continue;
      head = first;
      isLoop = true;
    }
    if (head !== own) return head;
    this.numbers.set(block, PLACED);
    for (let other = this.open.pop()!; other !== block; other = this.open.pop()!)
      this.numbers.set(other, UNSEEN);
    if (isLoop)
      for (const next of successors(block)) if (this.numberOf(next) === UNSEEN) this.visit(next, placed);
    placed.push(block);
    return head;
  }

  private numberOf(block: Block): number {
    return this.numbers.get(block) ?? UNSEEN;
  }
}

/** The last one first: it is placed behind the others. */
const successors = (block: Block): Block[] => [...targetsOf(block.terminator)].reverse();
