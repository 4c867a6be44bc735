import { targetsOf } from '../program/liveness.ts';
import type { FunctionModel } from '../program/model.ts';
import type { Frame } from './frames.ts';
import type { Release } from './state.ts';

/** Where the pages of each acquisition were seen released, or may be, and which blocks can still lead there. */
export class ReleaseSites {
  private readonly blocks = new Map<string, Map<FunctionModel, Set<number>>>();
  private readonly sites = new Map<string, Map<number, Release>>();
  private readonly counting = new Set<FunctionModel>();
  private readonly reach = new Map<FunctionModel, Map<number, ReadonlySet<number>>>();

  /** Notes a release in `block` of the frame, and with it the calls that led there. */
  note(acquisition: string, frame: Frame, block: number, release: Release): void {
    this.noteTaker(acquisition, frame, block);
    const sites = this.sites.get(acquisition) ?? new Map<number, Release>();
    this.sites.set(acquisition, sites.set(release.span.start, release));
  }

  /** Notes a call in `block` of the frame that may release the pages, and the calls that led there. */
  noteTaker(acquisition: string, frame: Frame, block: number): void {
    const byFunction = this.blocks.get(acquisition) ?? new Map<FunctionModel, Set<number>>();
    this.blocks.set(acquisition, byFunction);
    let at: number = block;
    for (let each: Frame | undefined = frame; each; each = each.parent) {
      const blocks = byFunction.get(each.function) ?? new Set<number>();
      byFunction.set(each.function, blocks.add(at));
      at = each.callBlock;
    }
  }

  /** Notes that a function, or what it calls, releases pages by going through their numbers in a loop. */
  noteCounted(root: FunctionModel): void {
    this.counting.add(root);
  }

  /** Whether a function releases pages by going through their numbers: the loop may always take no turn. */
  countsIn(root: FunctionModel): boolean {
    return this.counting.has(root);
  }

  of(acquisition: string): Release[] {
    return [...(this.sites.get(acquisition)?.values() ?? [])];
  }

  /** Whether the pages were seen released in a function, or in what that calls, or may be. */
  isIn(acquisition: string, model: FunctionModel): boolean {
    return this.blocks.get(acquisition)?.has(model) === true;
  }

  /** The releases of what the call at this offset acquired, in any calling context. */
  ofCall(start: number): Release[] {
    return [...this.sites].flatMap(([key, sites]) => (key.endsWith(`@${start}`) ? [...sites.values()] : []));
  }

  /** Whether a release of the acquisition, or what may be one, may still follow once control enters `block` (-1: has left the function). */
  mayFollow(acquisition: string, frame: Frame, block: number): boolean {
    const byFunction = this.blocks.get(acquisition);
    if (!byFunction) return false;
    const wanted = byFunction.get(frame.function);
    if (block >= 0 && wanted && this.meets(frame.function, block, wanted)) return true;
    if (!frame.parent) return false;
    const parent = frame.parent.function;
    return targetsOf(parent.blocks[frame.callBlock]!.terminator).some(next =>
      this.mayFollow(acquisition, frame.parent!, next.id),
    );
  }

  private meets(model: FunctionModel, from: number, wanted: ReadonlySet<number>): boolean {
    const reached = this.reachableFrom(model, from);
    for (const block of wanted) if (reached.has(block)) return true;
    return false;
  }

  private reachableFrom(model: FunctionModel, from: number): ReadonlySet<number> {
    const known = this.reach.get(model) ?? new Map<number, ReadonlySet<number>>();
    this.reach.set(model, known);
    const cached = known.get(from);
    if (cached) return cached;
    const seen = new Set<number>([from]);
    const queue = [model.blocks[from]!];
    while (queue.length > 0)
      for (const next of targetsOf(queue.pop()!.terminator))
        if (!seen.has(next.id)) {
          seen.add(next.id);
          queue.push(next);
        }
    known.set(from, seen);
    return seen;
  }
}
