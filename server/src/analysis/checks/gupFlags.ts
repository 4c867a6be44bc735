import type { Span } from '../../base/text.ts';
import type { CallInstruction, Expression } from '../../program/model.ts';
import type { Acquire, FunctionRow } from '../../semantics/effects.ts';
import type { Context } from '../context.ts';
import { calleeOf } from '../releasing.ts';
import { asNumber, type Term } from '../terms.ts';
import type { Values } from '../values.ts';
import type { Check } from './check.ts';

/** is_valid_gup_args() refuses them together: a page map must stay unpluggable (mm/gup.c:2631, 6.12). */
const EXCLUSIVE = ['FOLL_LONGTERM', 'FOLL_PCI_P2PDMA'] as const;
const GLOBAL = 'global:';

/** The gup_flags of get_user_pages(), pin_user_pages() and their kin. */
export const gupFlagsCheck: Check = {
  call(context, values, call, row) {
    const effect = row && gupEffect(row);
    const argument = effect?.flags === undefined ? undefined : call.arguments[effect.flags - 1];
    // The file that defines the function passes what outside of mm/ nobody may.
    if (!row || !effect || !argument || context.program.functions.has(row.name)) return;
    const given = givenFlags(values, argument);
    const refused = effect.refusedFlags?.find(flag => given.has(flag));
    if (refused)
      report(context, values, call, argument, { cause: 'refused', flag: refused, hold: effect.hold });
    else if (EXCLUSIVE.every(flag => given.has(flag)))
      report(context, values, call, argument, {
        cause: 'exclusive',
        flag: EXCLUSIVE[1],
        other: EXCLUSIVE[0],
      });
    else {
      const cause = isTruth(values, argument) ? 'truth' : isLiteral(values, argument) ? 'literal' : undefined;
      if (cause) report(context, values, call, argument, { cause });
    }
  },
};

/** What a function that takes gup_flags from its caller does. */
export function gupEffect(row: FunctionRow): Acquire | undefined {
  return row.effects.find(
    (effect): effect is Acquire =>
      effect.kind === 'acquire' && effect.iterator === undefined && effect.refusedFlags !== undefined,
  );
}

function report(
  context: Context,
  values: Values,
  call: CallInstruction,
  argument: Expression,
  details: Readonly<Record<string, string | undefined>>,
): void {
  if (values.state.warned) return;
  context.report({
    kind: 'gup-flags',
    span: (details.flag && wordIn(context, argument.span, details.flag)) || argument.span,
    frame: values.frame,
    origin: { span: call.span, callee: call.callee ?? '', placeText: context.source(argument.span) },
    // FOLL_WRITE is 1 in mainline: a truth value does what was meant.
    isLatent: details.cause === 'truth' || values.value(argument) === values.number(1),
    confidence: 'certain',
    trace: values.state.trace,
    details: { ...details, start: String(argument.span.start), end: String(argument.span.end) },
    callee: calleeOf(call),
  });
}

function wordIn(context: Context, span: Span, word: string): Span | undefined {
  const at = context.source(span).search(new RegExp(`\\b${word}\\b`));
  return at < 0 ? undefined : { start: span.start + at, end: span.start + at + word.length };
}

/** The FOLL_* flags that the argument has on this path, or in one arm of a `? :` in it. */
function givenFlags(values: Values, argument: Expression): ReadonlySet<string> {
  const names = new Set<string>();
  for (const leaf of leaves(values, argument)) {
    addFlags(values.value(leaf), names);
    for (const name of alwaysIn(values, leaf)) names.add(name);
  }
  return names;
}

/** The flags that every plain assignment to a local gives it; `|=` only adds to them. */
function alwaysIn(values: Values, leaf: Expression): ReadonlySet<string> {
  if (leaf.kind !== 'variable' || leaf.variable.kind !== 'local') return new Set();
  let common: ReadonlySet<string> | undefined;
  for (const assigned of assignments(values, leaf)) {
    const parts = leaves(values, assigned);
    if (parts.some(part => part.kind === 'variable' && part.variable === leaf.variable)) continue;
    const names = new Set(parts.flatMap(part => (part.kind === 'global' ? [part.name] : [])));
    common = common ? new Set([...common].filter(name => names.has(name))) : names;
  }
  return common ?? new Set();
}

/** The operands of `|` and `+`, and the arms of the conditional expressions among them. */
function leaves(values: Values, expression: Expression): Expression[] {
  if (expression.kind === 'cast') return leaves(values, expression.operand);
  if (expression.kind === 'binary' && (expression.operator === '|' || expression.operator === '+'))
    return [...leaves(values, expression.left), ...leaves(values, expression.right)];
  if (expression.kind === 'variable' && expression.variable.kind === 'temporary') {
    const arms = assignments(values, expression);
    if (arms.length > 1) return arms.flatMap(arm => leaves(values, arm));
  }
  return [expression];
}

/** What is assigned to a variable anywhere in the function: for a temporary, the arms of a conditional expression. */
function assignments(values: Values, { variable }: Expression & { kind: 'variable' }): Expression[] {
  return values.frame.function.blocks.flatMap(block =>
    block.instructions.flatMap(instruction =>
      instruction.kind === 'assign' &&
      instruction.place.kind === 'variable' &&
      instruction.place.variable === variable
        ? [instruction.value]
        : [],
    ),
  );
}

/** The named flags that are surely among the bits of a value. */
function addFlags(term: Term, names: Set<string>): void {
  if (term.kind === 'symbol' && term.name.startsWith(GLOBAL)) names.add(term.name.slice(GLOBAL.length));
  else if (term.kind === 'operation' && term.operator === '|')
    for (const operand of term.operands) addFlags(operand, names);
  else if (term.kind === 'linear')
    for (const [atom, factor] of term.parts) if (factor === 1) addFlags(atom, names);
}

/** A comparison, a negation or a bool. */
function isTruth(values: Values, argument: Expression): boolean {
  const { type } = argument;
  if (type.kind === 'integer' && type.bits === 1) return asNumber(values.value(argument)) !== 0;
  if (argument.kind === 'cast') return isTruth(values, argument.operand);
  if (argument.kind === 'unary') return argument.operator === '!';
  if (argument.kind === 'binary') return /^(==|!=|<|<=|>|>=)$/.test(argument.operator);
  const term = values.value(argument);
  return term.kind === 'operation' && /^(==|!|<|<=|kinds)$/.test(term.operator);
}

function isLiteral(values: Values, argument: Expression): boolean {
  return leaves(values, argument).some(leaf => {
    const number = asNumber(values.value(leaf));
    return number !== undefined && number !== 0;
  });
}
