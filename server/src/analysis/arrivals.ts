import type { Block } from '../program/model.ts';
import type { Context } from './context.ts';
import type { Frame } from './frames.ts';
import { isSameState, join, widen } from './join.ts';
import { LIMITS } from './limits.ts';
import type { Shape } from './shapes.ts';
import type { State } from './state.ts';

/** Marks the property of states that come round a loop. */
const AGAIN = ' again';

/** A state about to run through a block. */
export interface Arrival {
  readonly block: Block;
  readonly state: State;
  readonly property: string;
}

/** A state on its way to a block. */
interface Entry {
  readonly block: Block;
  readonly state: State;
  /** Names the edge, and the state of its block, that it comes from. */
  readonly edge: string;
  /** It comes round a loop. */
  readonly isAgain: boolean;
}

/** What arrived at one block in one property, by the edge it came over. */
interface Meeting {
  readonly arrivals: Map<string, State>;
  /** All that had arrived when the block was last run. */
  joined: State | undefined;
  visits: number;
  /** Bounds that did not settle yet. */
  readonly moves: Map<string, number>;
}

/** The worklist of one run of a function body: each block has one state a property. */
export class Arrivals {
  private readonly meetings = new Map<number, Map<string, Meeting>>();
  private readonly pending: { block: Block; property: string }[] = [];

  /** @param giveUp called where a loop does not settle. */
  constructor(
    private readonly context: Context,
    private readonly frame: Frame,
    private readonly shape: Shape,
    private readonly giveUp: () => never,
  ) {}

  /**
   * What came over the same edge on an earlier visit is replaced; what came over other edges is joined with it.
   * @returns false where the block has too many states, and this one is left out.
   */
  add({ block, state, edge, isAgain }: Entry): boolean {
    const meetings = this.meetings.get(block.id) ?? new Map<string, Meeting>();
    this.meetings.set(block.id, meetings);
    // The first turn of a loop is kept apart from the later ones: what a loop does at least once is then known behind it.
    const property = state.property() + (isAgain ? AGAIN : '');
    const known = meetings.get(property);
    if (!known && meetings.size >= LIMITS.statesPerBlock) return false;
    const meeting: Meeting = known ?? { arrivals: new Map(), joined: undefined, visits: 0, moves: new Map() };
    meetings.set(property, meeting);
    meeting.arrivals.set(edge, state);
    if (!this.pending.some(each => each.block === block && each.property === property))
      this.pending.push({ block, property });
    return true;
  }

  /** The next block with news, in the order of the function's shape. */
  next(): Arrival | undefined {
    for (let next = this.first(); next; next = this.first()) {
      const meeting = this.meetings.get(next.block.id)!.get(next.property)!;
      if (this.rejoin(next.block, next.property, meeting)) return { ...next, state: meeting.joined!.clone() };
    }
    return;
  }

  private first(): { block: Block; property: string } | undefined {
    const { order } = this.shape;
    let best = 0;
    for (let at = 1; at < this.pending.length; at++)
      if (order[this.pending[at]!.block.id]! < order[this.pending[best]!.block.id]!) best = at;
    return this.pending.splice(best, 1)[0];
  }

  /** Joins all that arrived at a block; false where that is no news. */
  private rejoin(block: Block, property: string, meeting: Meeting): boolean {
    if (++meeting.visits > LIMITS.visitsPerBlock) this.giveUp();
    const tag = `${this.frame.key}|${block.id}|${this.context.number(property)}`;
    const [first, ...others] = meeting.arrivals.values();
    let joined = first!;
    for (const other of others) joined = join(this.context, joined, other, tag);
    if (others.length === 0) joined = joined.clone();
    // Every loop passes its head again: bounds are given up there first, so that the loop's own condition can restore them.
    const patience = property.endsWith(AGAIN) ? 1 : LIMITS.wideningElsewhere;
    const before = meeting.joined;
    if (before && meeting.visits > LIMITS.visitsBeforeWidening * patience)
      widen(this.context, before, joined, { moves: meeting.moves, thresholds: this.shape.thresholds });
    if (before && isSameState(before, joined)) return false;
    meeting.joined = joined;
    return true;
  }
}
