import type { Span } from '../../base/text.ts';
import type { CallInstruction, Expression } from '../../program/model.ts';
import type { FunctionRow } from '../../semantics/effects.ts';
import type { Context } from '../context.ts';
import { callSpan, type Frame, isWithin } from '../frames.ts';
import { pageOf } from '../releasing.ts';
import { mentions, type Term } from '../terms.ts';
import type { Values } from '../values.ts';
import type { Check } from './check.ts';
import { type Gone, goneBehind, goneSet, isAnythingGone, isMapped, noteReferences } from './gone.ts';

/**
 * Pages that are used after their hold was dropped: given to a call that maps, copies, stores or dirties them, or read
 * and written through an address that was made before.
 */
export const useAfterRelease: Check = {
  call(context, values, call, row) {
    if (row)
      noteReferences(
        context,
        values.state,
        row,
        at => call.arguments[at - 1] && values.value(call.arguments[at - 1]!),
      );
    if (!isAnythingGone(values.state)) return;
    if (row) checkRow(context, values, call, row);
    else if (!call.callee || !context.program.functions.has(call.callee) || !context.touches(call.callee))
      checkUnknown(context, values, call);
    for (const argument of call.arguments) checkReads(context, values, argument, false);
  },
  assign(context, values, place, value) {
    if (!isAnythingGone(values.state)) return;
    checkReads(context, values, place, false);
    checkReads(context, values, value, false);
  },
  branch(context, values, branch) {
    if (isAnythingGone(values.state)) checkReads(context, values, branch.condition, false);
  },
};

/** The call does with its arguments what its row says. */
function checkRow(context: Context, values: Values, call: CallInstruction, row: FunctionRow): void {
  for (const effect of row.effects)
    switch (effect.kind) {
      case 'view':
        if (effect.contents) checkPage(context, values, call, effect.of, row.name);
        break;
      case 'dirty':
        checkPage(context, values, call, effect.argument, row.name);
        break;
      case 'store':
        if (effect.form === 'page') checkPage(context, values, call, effect.page, row.name);
        else checkArray(context, values, call, effect.page, row.name);
        break;
      case 'acquire':
        if (effect.pages.form === 'argument')
          checkPage(context, values, call, effect.pages.argument, row.name);
        break;
      case 'borrow':
        for (let at = 1; at <= call.arguments.length; at++) {
          const isTouched = effect.arguments ? effect.arguments.includes(at) : true;
          if (!isTouched || !row.parameters) continue;
          const term = values.value(call.arguments[at - 1]!);
          if (row.parameters[at - 1] === 'pages') checkArray(context, values, call, at, row.name);
          else if (effect.contents || !isMapped(term)) checkPage(context, values, call, at, row.name);
        }
        break;
      default:
    }
}

/** A function of which nothing is known is given a page, an address in it, or a local object with such an address. */
function checkUnknown(context: Context, values: Values, call: CallInstruction): void {
  const { state } = values;
  const name = call.callee ?? 'a function pointer';
  for (const argument of call.arguments) {
    // A pfn or a physical address may be looked at as the number that it is: only a pointer is there to be followed.
    if (argument.type.kind === 'integer') continue;
    const term = values.value(argument);
    const gone = goneBehind(context, state, term) ?? goneInside(context, values, term);
    if (gone) report(context, values, argument.span, { ...gone, mayBeKept: true }, name);
  }
}

/** An address in a page that a member of the local object carries. */
function goneInside(context: Context, values: Values, term: Term): Gone | undefined {
  const { state } = values;
  if (term.kind !== 'address' || context.places.get(term.place)?.root.kind !== 'local') return;
  for (const [key, value] of state.memory) {
    if (!key.startsWith(`${term.place}.`) || !isMapped(value)) continue;
    const gone = goneBehind(context, state, value);
    if (gone) return gone;
  }
  return;
}

function checkPage(context: Context, values: Values, call: CallInstruction, at: number, name: string): void {
  const argument = call.arguments[at - 1];
  const gone = argument && goneBehind(context, values.state, values.value(argument));
  if (gone) report(context, values, argument.span, gone, name);
}

/** An array of which every page was dropped is given away as an array of pages. */
function checkArray(context: Context, values: Values, call: CallInstruction, at: number, name: string): void {
  const argument = call.arguments[at - 1];
  if (!argument) return;
  const { state } = values;
  const term = values.value(argument);
  const inArray = [...state.sets.values()].filter(
    set => set.pointer && state.mayExist(set) && mentions(term, atom => atom === set.pointer),
  );
  const [set] = inArray;
  if (!set || inArray.length > 1 || set.status !== 'dropped') return;
  const gone = goneSet(context, state, set);
  if (gone) report(context, values, argument.span, gone, name);
}

/** Reads and writes through pointers into a page, or of the page's own struct. */
function checkReads(context: Context, values: Values, expression: Expression, isAddress: boolean): void {
  const again = (inner: Expression, address = false): void => checkReads(context, values, inner, address);
  switch (expression.kind) {
    case 'dereference':
      if (!isAddress) checkPointer(context, values, values.value(expression.pointer), expression.span);
      again(expression.pointer);
      break;
    case 'index':
      if (!isAddress) checkPointer(context, values, values.value(expression.array), expression.span);
      again(expression.array);
      again(expression.index);
      break;
    case 'member':
      again(expression.object, isAddress);
      break;
    case 'address':
      again(expression.of, true);
      break;
    case 'unary':
    case 'cast':
      again(expression.operand);
      break;
    case 'binary':
      again(expression.left);
      again(expression.right);
      break;
    default:
  }
}

function checkPointer(context: Context, values: Values, pointer: Term, span: Span): void {
  if (!isMapped(pointer) && !pageOf(values.state, pointer)) return;
  const gone = goneBehind(context, values.state, pointer);
  if (gone) report(context, values, span, gone, undefined);
}

/** Releases of which the first use that follows was told: later ones go when the release moves behind them all. */
const told = new WeakMap<Context, Map<string, number>>();

function report(context: Context, values: Values, span: Span, gone: Gone, user: string | undefined): void {
  const { acquisition } = gone.set;
  const given = givenAfter(values.frame, gone.release.frame);
  const uses = told.get(context) ?? new Map<string, number>();
  told.set(context, uses);
  const key = `${acquisition.key}:${gone.release.frame.key}:${gone.release.span.start}`;
  if ((uses.get(key) ?? span.start) !== span.start) return;
  uses.set(key, span.start);
  context.report({
    kind: 'use-after-release',
    span: given?.span ?? span,
    frame: given?.frame ?? values.frame,
    origin: { span: acquisition.span, callee: acquisition.callee, placeText: acquisition.placeText },
    acquisition,
    confidence: gone.mayBeKept ? 'guess' : 'certain',
    trace: values.state.trace,
    details: {
      user: given?.callee ?? user,
      used: given ? acquisition.placeText : context.source(span).replace(/\s+/g, ' '),
      release: gone.release.callee,
    },
  });
}

/** A helper that uses what it is given is not wrong: the place is its call in the function that released before. */
function givenAfter(frame: Frame, released: Frame): { span: Span; frame: Frame; callee: string } | undefined {
  let place: { span: Span; frame: Frame; callee: string } | undefined;
  for (let at = frame; at.parent && !isWithin(released, at); at = at.parent) {
    const span = callSpan(at);
    if (span) place = { span, frame: at.parent, callee: at.function.name };
  }
  return place;
}
