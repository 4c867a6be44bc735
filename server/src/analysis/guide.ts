import { targetsOf } from '../program/liveness.ts';
import type { Block, FunctionModel } from '../program/model.ts';
import { isInBio } from './bioContents.ts';
import type { Fault } from './context.ts';
import { childOn, type Frame, isWithin } from './frames.ts';
import type { State } from './state.ts';

/** A block from which the aim cannot be reached any more is tried last. */
const FAR = 10_000;

/** Estimates how many blocks a path still has before it: to where the thing is taken, and from there to the fault. */
export class Guide {
  private readonly distances = new Map<string, readonly number[]>();

  constructor(private readonly fault: Fault) {}

  /** @param isPast whether the path has been at the fault's place. */
  distance(frame: Frame, block: Block, state: State, isPast: boolean): number {
    if (isPast) return this.distanceTo('end', frame, block);
    if (this.isTaken(state)) return this.distanceTo('place', frame, block);
    const behind = this.originsIn(frame).map(origin => this.distanceTo('place', frame, origin));
    return this.distanceTo('origin', frame, block) + Math.min(...behind, FAR);
  }

  /**
   * Whether a path that leaves this block holding the thing has been at the fault's place.
   * @param state how it leaves: the block itself may have taken the thing.
   */
  isPlace(frame: Frame, block: Block, state: State): boolean {
    return this.isTaken(state) && this.distanceTo('place', frame, block) === 0;
  }

  private distanceTo(aim: 'origin' | 'place' | 'end', frame: Frame, block: Block): number {
    const key = `${frame.key}|${aim}`;
    let distances = this.distances.get(key);
    if (!distances) {
      const aims = { origin: this.originsIn, place: this.placesIn, end: endsOf }[aim];
      distances = distancesTo(frame.function, aims.call(this, frame));
      this.distances.set(key, distances);
    }
    return distances[block.id] ?? FAR;
  }

  /** Whether the fault is in this activation or below. */
  isAhead(frame: Frame): boolean {
    return isWithin(this.fault.frame, frame);
  }

  /** Whether the thing is taken in this activation or below. */
  takesThing(frame: Frame): boolean {
    const { acquisition } = this.fault;
    return acquisition !== undefined && isWithin(acquisition.frame, frame);
  }

  private isTaken(state: State): boolean {
    const { start } = this.fault.origin.span;
    for (const set of state.sets.values()) if (set.acquisition.span.start === start) return true;
    for (const allocation of state.allocations.values()) if (allocation.span.start === start) return true;
    return isInBio(state, start);
  }

  /** The blocks of this activation that take the thing, or call what does. */
  private originsIn(frame: Frame): Block[] {
    const { origin, acquisition } = this.fault;
    const below = acquisition && childOn(acquisition.frame, frame);
    if (below) return [frame.function.blocks[below.callBlock]!];
    return frame.function.blocks.filter(block => hasCallAt(block, origin.span.start));
  }

  /** The blocks of this activation where the fault is, or that call what has it; else the ends of the function. */
  private placesIn(frame: Frame): Block[] {
    const ends = endsOf(frame);
    // What is lost everywhere is told where it was taken, and seen where the root ends.
    if (this.fault.details.everywhere) return ends;
    const below = childOn(this.fault.frame, frame);
    if (below) return [frame.function.blocks[below.callBlock]!];
    if (frame.key !== this.fault.frame.key) return ends;
    const places = frame.function.blocks.filter(block => isIn(block, this.fault.span.start));
    return places.length > 0 ? places : ends;
  }
}

function endsOf(frame: Frame): Block[] {
  return frame.function.blocks.filter(block => block.terminator.kind === 'return');
}

function hasCallAt(block: Block, start: number): boolean {
  return block.instructions.some(each => each.kind === 'call' && each.span.start === start);
}

/** Whether the fault's place is the block's end, or what one of its instructions calls. */
function isIn(block: Block, start: number): boolean {
  return (
    block.terminator.span.start === start ||
    block.instructions.some(
      each =>
        each.span.start === start ||
        // What is used after its release is an argument.
        (each.kind === 'call' && each.span.start <= start && start < each.span.end),
    )
  );
}

/** Blocks on the shortest way from each block to one of the aims. */
function distancesTo(model: FunctionModel, aims: readonly Block[]): readonly number[] {
  const before = new Map<number, Block[]>();
  for (const block of model.blocks)
    for (const next of targetsOf(block.terminator))
      before.set(next.id, [...(before.get(next.id) ?? []), block]);
  const distances: number[] = [];
  let edge = [...aims];
  for (const aim of aims) distances[aim.id] = 0;
  for (let distance = 1; edge.length > 0; distance++) {
    const next: Block[] = [];
    for (const block of edge)
      for (const previous of before.get(block.id) ?? [])
        if (distances[previous.id] === undefined) {
          distances[previous.id] = distance;
          next.push(previous);
        }
    edge = next;
  }
  return distances;
}
