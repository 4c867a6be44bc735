import { isJudgedAtCallers } from './callers.ts';
import type { Context, Fault } from './context.ts';
import type { Frame } from './frames.ts';
import type { Exit } from './interpret.ts';
import { type MemberKey, type Members, membersOfSet, structOfMember } from './members.ts';
import type { Acquisition, PageSet, State, Trace } from './state.ts';

/** Pages are left in a member, and a member beside it says how many: as many as were asked for, though fewer may have come. */
export interface LeftCount {
  readonly pages: MemberKey;
  readonly count: MemberKey;
  readonly acquisition: Acquisition;
  readonly trace: Trace | undefined;
}

/** Takes note of the numbers that the exits of a root leave beside the pages they leave in objects. */
export function noteLeftCounts(context: Context, frame: Frame, exits: readonly Exit[]): void {
  // What becomes of the pages of a helper is seen at its callers.
  if (isJudgedAtCallers(context.program, frame.function)) return;
  for (const { state } of exits) {
    if (state.warned) continue;
    for (const set of state.sets.values()) {
      if (!mayBeShort(state, set)) continue;
      for (const pages of membersOfSet(context, state, set))
        for (const count of countsBeside(context, state, set, pages))
          context.members.leftCounts.push({
            pages,
            count,
            acquisition: set.acquisition,
            trace: state.trace,
          });
    }
  }
}

function mayBeShort(state: State, set: PageSet): boolean {
  return (
    set.asked !== undefined &&
    set.isExact &&
    state.mayRemain(set) &&
    !state.facts.isAtMost(set.asked, set.obtained)
  );
}

/** The members of the object with the pages that hold the number asked for. */
function countsBeside(context: Context, state: State, { asked }: PageSet, pages: MemberKey): MemberKey[] {
  const found: MemberKey[] = [];
  for (const [key, value] of state.memory) {
    const owner = value === asked ? context.places.get(key)?.owner : undefined;
    if (owner && structOfMember(owner) === structOfMember(pages)) found.push(owner);
  }
  return found;
}

/** Counts that a release elsewhere in the file goes by. */
export function judgeLeftCounts(members: Members): Fault[] {
  const faults = new Map<number, Fault>();
  for (const { pages, count, acquisition, trace } of members.leftCounts) {
    const release = members.releases.get(pages)?.find(each => each.countedBy === count);
    const { span, calleeSpan, callee, frame, placeText } = acquisition;
    if (!release || faults.has(span.start)) continue;
    faults.set(span.start, {
      kind: 'wrong-count',
      span: calleeSpan,
      frame,
      origin: { span, callee, placeText },
      acquisition,
      confidence: 'certain',
      trace,
      details: { cause: 'left', count, callee: release.callee },
    });
  }
  return [...faults.values()];
}
