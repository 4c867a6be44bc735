import type { Expression } from '../../program/model.ts';
import type { Context } from '../context.ts';
import { asNumber, type Term } from '../terms.ts';
import type { Values } from '../values.ts';
import type { Check } from './check.ts';

const FLAG = /^global:FOLL_\w+$/;

/** What iov_iter_extract_mode() or iov_iter_extract_will_pin() answered, compared with something it never is. */
export const modeComparisonCheck: Check = {
  branch(context, values, branch) {
    visit(branch.condition, expression => {
      if (expression.kind !== 'binary' || !/^(==|!=|&)$/.test(expression.operator)) return;
      look(context, values, expression, expression.left, expression.right);
      look(context, values, expression, expression.right, expression.left);
    });
  },
};

function visit(expression: Expression, look: (expression: Expression) => void): void {
  look(expression);
  if (expression.kind === 'unary' || expression.kind === 'cast') visit(expression.operand, look);
  if (expression.kind === 'binary') {
    visit(expression.left, look);
    visit(expression.right, look);
  }
}

function look(
  context: Context,
  values: Values,
  comparison: Expression,
  asked: Expression,
  against: Expression,
): void {
  const answer = values.value(asked);
  const other = values.value(against);
  const cause = wrongness(answer, other);
  if (!cause || values.state.warned) return;
  context.report({
    kind: 'gup-flags',
    span: comparison.span,
    frame: values.frame,
    origin: { span: comparison.span, callee: '', placeText: context.source(asked.span) },
    confidence: 'certain',
    trace: values.state.trace,
    details: { cause, other: context.source(against.span) },
  });
}

/** A mode is compared with FOLL_PIN, FOLL_GET or 0, the answer of will_pin() with true or false. */
function wrongness(answer: Term, other: Term): 'mode' | 'will-pin' | undefined {
  if (answer.kind !== 'operation') return;
  const number = asNumber(other);
  if (answer.operator === 'mode') return number !== undefined && number !== 0 ? 'mode' : undefined;
  if (answer.operator !== 'kinds') return;
  const isFlag = other.kind === 'symbol' && FLAG.test(other.name);
  return isFlag || (number !== undefined && number !== 0 && number !== 1) ? 'will-pin' : undefined;
}
