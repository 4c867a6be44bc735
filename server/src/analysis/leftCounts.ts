import { isJudgedAtCallers } from './callers.ts';
import type { Context, Fault } from './context.ts';
import { isErrorExit } from './exits.ts';
import type { Frame } from './frames.ts';
import type { Exit } from './interpret.ts';
import { type MemberKey, structOfMember } from './memberKeys.ts';
import { type MemberRelease, type Members, membersOfSet } from './members.ts';
import type { Acquisition, PageSet, State, Trace } from './state.ts';
import { mentions, type Term } from './terms.ts';

/**
 * A member says how many pages lie beside it: as many as were asked for though fewer may have come, or, where there are
 * none, an error code.
 */
export interface LeftCount {
  /** Where the pages lie; undefined: there are none. */
  readonly pages: MemberKey | undefined;
  readonly count: MemberKey;
  /** Members of objects that are known to be set at that exit. */
  readonly set: ReadonlySet<MemberKey>;
  readonly acquisition: Acquisition;
  readonly trace: Trace | undefined;
}

/** Takes note of the numbers that the exits of a root leave beside the pages they leave in objects. */
export function noteLeftCounts(context: Context, frame: Frame, exits: readonly Exit[]): void {
  const isHelper = isJudgedAtCallers(context.program, frame.function);
  for (const { state, value } of exits) {
    if (state.warned || (isHelper && isErrorExit(frame, state, value))) continue;
    for (const set of state.sets.values()) {
      // What becomes of the pages of a helper is seen at its callers, where it tells them how many there are.
      if (isHelper && isTold(state, set, value)) continue;
      const { acquisition } = set;
      const { trace } = state;
      for (const count of errorsKept(context, state, set))
        context.members.leftCounts.push({
          pages: undefined,
          count,
          set: membersSet(context, state),
          acquisition,
          trace,
        });
      if (!mayBeShort(state, set)) continue;
      for (const pages of membersOfSet(context, state, set))
        for (const count of countsBeside(context, state, set, pages))
          context.members.leftCounts.push({ pages, count, set: new Set(), acquisition, trace });
    }
  }
}

/** Whether the number of pages obtained goes into what a function returns or leaves in memory. */
function isTold({ memory }: State, { obtained }: PageSet, value: Term | undefined): boolean {
  const tells = (term: Term): boolean => mentions(term, atom => obtained.parts.has(atom));
  return (
    (value !== undefined && tells(value)) ||
    [...memory].some(([key, each]) => !key.startsWith('v') && tells(each))
  );
}

/** The members of objects from before the function that hold what a failed call returned. */
function errorsKept(context: Context, state: State, { obtained }: PageSet): MemberKey[] {
  const { low, high } = state.facts.bounds(obtained);
  if (low >= 0 || high > 0) return [];
  const found: MemberKey[] = [];
  for (const [key, value] of state.memory) {
    const place = beforeConversion(value) === obtained ? context.places.get(key) : undefined;
    const isGiven =
      place?.root.kind === 'pointer' &&
      isFromBefore(place.root.pointer) &&
      !state.freed.has(place.root.pointer);
    if (isGiven && place?.owner) found.push(place.owner);
  }
  return found;
}

function membersSet(context: Context, state: State): ReadonlySet<MemberKey> {
  const found = new Set<MemberKey>();
  for (const [key, value] of state.memory) {
    const owner = context.places.get(key)?.owner;
    if (owner && state.facts.isNonZero(value)) found.add(owner);
  }
  return found;
}

const beforeConversion = (value: Term): Term =>
  value.kind === 'operation' && value.operator === 'unsigned' ? value.operands[0]! : value;

const isFromBefore = (pointer: Term): boolean =>
  pointer.kind === 'symbol' && /^(parameter|memory):/.test(pointer.name);

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
  // What a place that nothing has written holds is not in memory, but named after it.
  const untouched = asked?.kind === 'symbol' && /^memory:(.*)/.exec(asked.name)?.[1];
  const isUntouched = untouched && !state.memory.has(untouched);
  for (const [key, value] of [...state.memory, ...(isUntouched ? [[untouched, asked] as const] : [])]) {
    const place = value === asked ? context.places.get(key) : undefined;
    const isGone = place?.root.kind === 'pointer' && state.freed.has(place.root.pointer);
    if (place?.owner && !isGone && structOfMember(place.owner) === structOfMember(pages))
      found.push(place.owner);
  }
  return found;
}

/** Counts that a release elsewhere in the file goes by. */
export function judgeLeftCounts(members: Members): Fault[] {
  const faults = new Map<number, Fault>();
  for (const left of members.leftCounts) {
    const { pages, count, acquisition, trace } = left;
    const release = releasesOf(members, pages).find(
      each => each.countedBy === count && (pages !== undefined || isStillMade(each, left)),
    );
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
      details: { cause: pages === undefined ? 'left-error' : 'left', count, callee: release.callee },
    });
  }
  return [...faults.values()];
}

const releasesOf = (members: Members, pages: MemberKey | undefined): readonly MemberRelease[] =>
  pages === undefined ? [...members.releases.values()].flat() : (members.releases.get(pages) ?? []);

/** What guards the release says that there are pages. Without that an object whose pages could not be had is not released. */
const isStillMade = ({ guards }: MemberRelease, { count, set }: LeftCount): boolean =>
  !guards.has(count) && [...guards].some(([key, isSet]) => isSet && set.has(key));
