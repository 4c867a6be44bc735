import type { Span } from '../../base/text.ts';
import type { CallInstruction, Expression } from '../../program/model.ts';
import type { Acquire, FunctionRow } from '../../semantics/effects.ts';
import { type IteratorKind, USER_BACKED_KINDS } from '../../semantics/holds.ts';
import type { Context } from '../context.ts';
import { calleeOf } from '../releasing.ts';
import type { State } from '../state.ts';
import { mentions, type Term } from '../terms.ts';
import type { Values } from '../values.ts';
import type { Check } from './check.ts';

const ALLOW_P2PDMA = 'ITER_ALLOW_P2PDMA';

/** An extraction from a kind of iterator on which it cannot work, or with a flag that this iterator or queue does not take. */
export const iteratorKindCheck: Check = {
  call(context, values, call, row) {
    const effect = row && iteratorEffect(row);
    const argument = effect?.iterator === undefined ? undefined : call.arguments[effect.iterator - 1];
    if (!row || !effect || !argument || values.state.warned) return;
    const kinds = values.state.iterators.get(values.state.iteratorOf(values.value(argument)))?.kinds;
    const supported = effect.iteratorKinds;
    if (kinds && supported && ![...kinds].some(kind => supported.includes(kind)))
      report(context, values, call, argument, { cause: 'unsupported', kinds: listed(kinds) });
    else checkPeerToPeer(context, values, call, row, effect, kinds);
  },
};

function iteratorEffect(row: FunctionRow): Acquire | undefined {
  return row.effects.find(
    (effect): effect is Acquire => effect.kind === 'acquire' && effect.iterator !== undefined,
  );
}

const listed = (kinds: ReadonlySet<IteratorKind>): string => [...kinds].sort().join(' ');

/** ITER_ALLOW_P2PDMA lets pages of PCI devices through, which only some queues can reach. */
function checkPeerToPeer(
  context: Context,
  values: Values,
  call: CallInstruction,
  row: FunctionRow,
  effect: Acquire,
  kinds: ReadonlySet<IteratorKind> | undefined,
): void {
  const flags = effect.flags === undefined ? undefined : call.arguments[effect.flags - 1];
  if (!flags || context.program.functions.has(row.name) || !isAllowed(values.value(flags))) return;
  const span = wordIn(context, flags.span) ?? flags.span;
  if (kinds && ![...kinds].some(kind => USER_BACKED_KINDS.includes(kind)))
    report(context, values, call, flags, { cause: 'peer-to-kernel', kinds: listed(kinds) }, span);
  else if (!hasAsked(values.state) && !isJudgedAtCallers(context, values))
    report(context, values, call, flags, { cause: 'peer-unasked' }, span);
}

function isAllowed(flags: Term): boolean {
  if (flags.kind === 'symbol') return flags.name === `global:${ALLOW_P2PDMA}`;
  return flags.kind === 'operation' && flags.operator === '|' && flags.operands.some(isAllowed);
}

/** The path has learned that a queue or device takes such pages. */
function hasAsked(state: State): boolean {
  return state.facts
    .forms()
    .some(form => mentions(form, atom => isPeerQuestion(atom)) && state.facts.isNonZero(form));
}

function isPeerQuestion(atom: Term): boolean {
  if (atom.kind === 'operation') return atom.operator === 'peer-to-peer';
  return atom.kind === 'symbol' && /^global:\w*_P2PDMA/.test(atom.name) && !isAllowed(atom);
}

/** A static helper whose callers are in view: it is they who ask. */
function isJudgedAtCallers(context: Context, values: Values): boolean {
  const { function: model, parent } = values.frame;
  if (parent || !model.isStatic || context.table.row(model.name)) return false;
  return (context.program.callers.get(model.name) ?? []).some(name => context.program.functions.has(name));
}

function wordIn(context: Context, span: Span): Span | undefined {
  const at = context.source(span).indexOf(ALLOW_P2PDMA);
  return at < 0 ? undefined : { start: span.start + at, end: span.start + at + ALLOW_P2PDMA.length };
}

function report(
  context: Context,
  values: Values,
  call: CallInstruction,
  argument: Expression,
  details: Readonly<Record<string, string>>,
  span: Span = call.calleeSpan,
): void {
  context.report({
    kind: 'iterator-kind',
    span,
    frame: values.frame,
    origin: {
      span: call.span,
      callee: call.callee ?? '',
      placeText: context.source(argument.span).replace(/^&/, ''),
    },
    confidence: 'certain',
    trace: values.state.trace,
    details,
    callee: calleeOf(call),
  });
}
