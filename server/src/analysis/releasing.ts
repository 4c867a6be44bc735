import type { Span } from '../base/text.ts';
import type { CallInstruction } from '../program/model.ts';
import type { Release } from '../semantics/effects.ts';
import { type Hold, ITERATOR_KINDS, USER_BACKED_KINDS } from '../semantics/holds.ts';
import type { Context } from './context.ts';
import type { PageSet, State } from './state.ts';
import type { Term } from './terms.ts';
import type { Values } from './values.ts';

/** A release while it is carried out. */
export interface Releasing {
  readonly context: Context;
  readonly values: Values;
  readonly state: State;
  readonly instruction: CallInstruction;
  readonly effect: Release;
  readonly block: number;
}

/** The set a page value belongs to, with its slot. */
export function pageOf(state: State, term: Term): { set: PageSet; index: Term | undefined } | undefined {
  if (term.kind === 'page') {
    const set = state.sets.get(term.set);
    return set && { set, index: term.index };
  }
  for (const set of state.sets.values()) if (set.page === term) return { set, index: undefined };
  if (term.kind === 'operation' && term.operator === 'address') return pageOf(state, term.operands[0]!);
  return;
}

/** Notes where a set is released: leaks are told from where no such place can be reached any more. */
export function record(releasing: Releasing, set: PageSet): void {
  const { context, state, values, instruction, block } = releasing;
  const callee = instruction.callee ?? '';
  context.releases.note(set.acquisition.key, values.frame, block, {
    callee,
    span: instruction.calleeSpan,
    frame: values.frame,
  });
  const known = set.dropped.some(release => release.span.start === instruction.calleeSpan.start);
  if (!known) {
    const dropped = [...set.dropped, { callee, span: instruction.calleeSpan, frame: values.frame }];
    state.updateSet(set.id, { dropped });
  }
  state.step({
    kind: 'release',
    span: instruction.span,
    frame: values.frame,
    message: `${callee}() drops ${set.acquisition.placeText}`,
    subject: set.acquisition.key,
  });
}

/** Notes where an allocation is freed: losses are told from where no such place can be reached any more. */
export function markFreed(context: Context, values: Values, call: CallInstruction, id: string): void {
  values.state.updateAllocation(id, { status: 'freed' });
  context.releases.note(id, values.frame, context.block, {
    callee: call.callee ?? '',
    span: call.calleeSpan,
    frame: values.frame,
  });
}

/** The holds a set may carry under what the path knows of its iterator. */
export function possibleHolds(state: State, set: PageSet): ReadonlySet<Hold> {
  if (set.mode === 'pin' || set.mode === 'get' || set.mode === 'none') return new Set([set.mode]);
  const facts = set.iterator && state.iterators.get(set.iterator);
  const direction = facts?.direction && state.facts.bounds(facts.direction);
  const holds = new Set<Hold>();
  for (const kind of facts?.kinds ?? ITERATOR_KINDS) {
    if (!USER_BACKED_KINDS.includes(kind)) holds.add('none');
    else if (set.mode === 'pin-if-user-backed') holds.add('pin');
    else if (set.mode === 'get-if-user-backed') holds.add('get');
    else {
      if (direction?.low !== 1) holds.add('pin');
      if (direction?.high !== 0) holds.add('get');
    }
  }
  return holds;
}

/** Pages without any hold: what is wrong with a release of them is its kind, not its count. */
export function isUnheld(state: State, set: PageSet): boolean {
  const holds = possibleHolds(state, set);
  return holds.size === 1 && holds.has('none') && !set.hasOwnReference;
}

export function isShortPossible(state: State, set: PageSet): boolean {
  if (!set.asked || set.acquisition.effect.partial === false) return false;
  return !state.facts.isAtMost(set.asked, set.obtained);
}

/** Whether a count is a fixed number below the number asked for: where all pages were obtained, it leaves some. */
export function isFewerThanAsked({ facts }: State, { asked }: PageSet, count: Term): boolean {
  const missing = asked && facts.difference(asked, count);
  return missing !== undefined && missing > 0;
}

/** The called name; for a call that the end of a scope makes, the variable that asks for it. */
export function placeOfCall(instruction: CallInstruction): Span {
  const [variable] = instruction.arguments;
  return instruction.implicit && variable?.kind === 'variable'
    ? variable.variable.span
    : instruction.calleeSpan;
}

export function originOf(set: PageSet) {
  const { span, callee, placeText } = set.acquisition;
  return { span, callee, placeText };
}

/** The called function as the rules see it. */
export function calleeOf(instruction: CallInstruction) {
  return {
    name: instruction.callee ?? '',
    span: instruction.calleeSpan,
    arguments: instruction.arguments.map(argument => argument.span),
    isImplicit: instruction.implicit === true,
  };
}
