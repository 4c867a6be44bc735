import type { Context } from './context.ts';
import { rootOf } from './frames.ts';
import { type MemberKey, memberOf, memberOfNumber, structsAround, testedMembers } from './memberKeys.ts';
import { knowsIterator, membersOfSet } from './members.ts';
import { calleeOf, placeOfCall, type Releasing, record } from './releasing.ts';
import type { PageSet } from './state.ts';
import { isMerged, memoryKey, mentions, PAGE_BEHIND, type Term } from './terms.ts';

/** Pages of unknown origin: what other functions put into the member they were found in tells more. */
export function releaseForeign(releasing: Releasing, term: Term, count: Term | undefined): void {
  const { context, state, instruction, values, effect } = releasing;
  const isOwnFunction = context.program.functions.has(instruction.callee ?? '');
  if (state.warned || isOwnFunction || state.facts.isZero(term)) return;
  if (count && state.facts.isZero(count)) return;
  const release = {
    callee: instruction.callee ?? '',
    span: instruction.calleeSpan,
    frame: values.frame,
  };
  const key = memberOf(context, term);
  if (key) releaseThroughMember(releasing, key);
  if (isCounted(context, term)) context.releases.noteCounted(rootOf(values.frame).function);
  context.members.noteRelease(key, {
    ...release,
    hold: effect.hold,
    call: calleeOf(instruction),
    placeText: context.source(instruction.arguments[effect.pages.argument - 1]!.span),
    countedBy: count && memberOf(context, count),
    numberIn: memberOfNumber(context, term),
    around: structsAround(context, term),
    parameter: parameterIn(term),
    trace: state.trace,
    guards: testedMembers(context, state),
    isDecided: knowsIterator(state),
  });
  if (effect.pages.form !== 'array' && !isPlainMember(term)) return;
  // page_ref_sub() and its like drop some of a page's references: what is left of them may follow.
  if (effect.pages.form === 'page' && effect.count) return;
  const before = state.released.get(term);
  if (before && before.count === count) reportForeignSecond(releasing, before.release);
  state.released.set(term, { count, release });
}

/** The id of the root's parameter that a value still is. */
function parameterIn(term: Term): number | undefined {
  const id = term.kind === 'symbol' ? /^parameter:(\d+):/.exec(term.name)?.[1] : undefined;
  return id === undefined ? undefined : Number(id);
}

/** A page that a loop finds by counting its number up or down, or by numbers that lie in slots which it counts. */
function isCounted(context: Context, term: Term): boolean {
  return term.kind === 'operation' && term.operator === PAGE_BEHIND && dependsOnTurn(context, term);
}

/** Places behind places that are looked through for the number of a loop's turn. */
const MAX_STEPS = 4;

function dependsOnTurn(context: Context, term: Term, steps = MAX_STEPS): boolean {
  return mentions(term, atom => {
    if (atom.kind !== 'symbol') return false;
    if (isMerged(atom)) return true;
    const key = memoryKey(atom);
    const place = key === undefined ? undefined : context.places.get(key);
    if (place?.root.kind !== 'pointer' || steps === 0) return false;
    return dependsOnTurn(context, place.root.pointer, steps - 1);
  });
}

/** Pages that lie in such a member may be among those that are released. */
function releaseThroughMember(releasing: Releasing, key: MemberKey): void {
  const { context, state } = releasing;
  for (const set of state.sets.values()) {
    if (set.status !== 'held' || !state.mayExist(set) || !membersOfSet(context, state, set).has(key))
      continue;
    record(releasing, set);
    state.updateSet(set.id, { isExact: false });
  }
}

/** What a member, not an array's slot, held when the function began. */
function isPlainMember(term: Term): boolean {
  return term.kind === 'symbol' && /^memory:.*\./.test(term.name);
}

function reportForeignSecond(releasing: Releasing, first: PageSet['dropped'][number]): void {
  const { state, context, instruction, values, effect } = releasing;
  const placeText = context.source(instruction.arguments[effect.pages.argument - 1]!.span);
  context.report({
    kind: 'second-release',
    span: placeOfCall(instruction),
    frame: values.frame,
    origin: { span: first.span, callee: '', placeText },
    confidence: 'guess',
    trace: state.trace,
    details: { first: first.callee, firstAt: String(first.span.start) },
    callee: calleeOf(instruction),
  });
}
