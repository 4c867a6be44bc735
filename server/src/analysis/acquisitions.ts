import type { CallInstruction } from '../program/model.ts';
import type { Acquire, FunctionRow, PagesAt } from '../semantics/effects.ts';
import { type Direction, ITERATOR_KINDS, type Mode, USER_BACKED_KINDS } from '../semantics/holds.ts';
import type { Context } from './context.ts';
import { directionOf, kindsOf } from './iterators.ts';
import type { Acquisition, State } from './state.ts';
import { asNumber, mentions, type Term } from './terms.ts';
import type { Values } from './values.ts';

/** What is told of pages that come from a call: which call it is, and how its author names them. */
export function acquisitionOf(
  context: Context,
  values: Values,
  instruction: CallInstruction,
  row: FunctionRow,
  effect: Acquire,
): Acquisition {
  return {
    key: `${values.frame.key}@${instruction.span.start}`,
    callee: row.name,
    row,
    effect,
    span: instruction.span,
    calleeSpan: instruction.calleeSpan,
    frame: values.frame,
    placeText: placeText(context, instruction, effect.pages),
  };
}

/** Tells what the context of this call says of its mode, kinds and direction. */
export function reportSite(
  context: Context,
  values: Values,
  instruction: CallInstruction,
  acquisition: Acquisition,
): void {
  const { state } = values;
  const { effect } = acquisition;
  const argument = (position: number | undefined): Term | undefined => {
    const expression = position ? instruction.arguments[position - 1] : undefined;
    return expression && values.value(expression);
  };
  const address = argument(effect.iterator);
  const iterator = address && state.iteratorOf(address);
  context.onAcquire(
    acquisition,
    modeOf(context, state, effect, address),
    address ? kindsOf(context, state, address) : [],
    iterator
      ? (directionOf(context, state, iterator, values.frame) ?? 'variable')
      : flagsDirection(argument(effect.flags)),
  );
}

/** For get_user_pages() and its kin the direction is FOLL_WRITE. */
function flagsDirection(flags: Term | undefined): Direction | 'variable' {
  if (!flags) return 'variable';
  const number = asNumber(flags);
  if (number !== undefined) return number % 2 === 1 ? 'dest' : 'source';
  if (mentions(flags, atom => atom.kind === 'symbol' && atom.name === 'global:FOLL_WRITE')) return 'dest';
  const isPlain = !mentions(flags, atom => atom.kind === 'symbol' && !atom.name.startsWith('global:FOLL_'));
  return isPlain ? 'source' : 'variable';
}

function placeText(context: Context, instruction: CallInstruction, pages: PagesAt): string {
  const span = 'argument' in pages ? instruction.arguments[pages.argument - 1]?.span : undefined;
  const text = span ? context.source(span) : '';
  return text.replace(/^&/, '').replace(/\s+/g, ' ') || 'the pages';
}

/** Narrows what a row says by what is known of the iterator here. */
export function modeOf(context: Context, state: State, effect: Acquire, address: Term | undefined): Mode {
  if (effect.hold === 'pin' || effect.hold === 'get' || effect.hold === 'none') return effect.hold;
  const kinds = address ? kindsOf(context, state, address) : new Set(ITERATOR_KINDS);
  const user = [...kinds].filter(kind => USER_BACKED_KINDS.includes(kind)).length;
  if (user === 0) return 'none';
  if (user < kinds.size) return effect.hold;
  if (effect.hold === 'pin-if-user-backed') return 'pin';
  if (effect.hold === 'get-if-user-backed') return 'get';
  const direction = address && directionOf(context, state, state.iteratorOf(address));
  return direction === undefined ? 'by-direction' : direction === 'dest' ? 'pin' : 'get';
}
