import type { Span } from '../base/text.ts';
import { constant } from './builder.ts';
import type { BinaryOperator, Expression } from './model.ts';
import { INT } from './types.ts';

/** WARN_ON(condition), VM_WARN_ON_ONCE_PAGE(condition, page), KVM_BUG_ON(condition, kvm): they go on after the report. */
const WARNS =
  /^(((drm|DRM|GEM|VM|KVM|XFS|RDMA|I915)_)?WARN(_ON|_ONCE|_RATELIMIT|_TAINT|_SMP|_FOLIO|_PAGE|_MM|_VMA)*|KVM_BUG_ON)$/;
const BUGS_ON = /^(VM_)?BUG_ON(_PAGE|_FOLIO|_VMA|_MM)?$/;
const NEVER_RETURNS = new Set([
  'BUG',
  'panic',
  'unreachable',
  '__builtin_unreachable',
  'do_exit',
  'make_task_dead',
]);

/** KUNIT_ASSERT_EQ(test, left, right): the test ends where it does not hold (include/kunit/test.h, 6.12.117). */
const KUNIT_ASSERT =
  /^KUNIT_ASSERT_(?:PTR_)?(EQ|NE|LT|LE|GT|GE|TRUE|FALSE|NULL|NOT_NULL|NOT_ERR_OR_NULL)(?:_MSG)?$/;

const COMPARISONS: Readonly<Record<string, BinaryOperator>> = {
  EQ: '==',
  NE: '!=',
  LT: '<',
  LE: '<=',
  GT: '>',
  GE: '>=',
};

/** Against 0; error pointers are negative. */
const AGAINST_ZERO: Readonly<Record<string, BinaryOperator>> = {
  TRUE: '!=',
  FALSE: '==',
  NULL: '==',
  NOT_NULL: '!=',
  NOT_ERR_OR_NULL: '>',
};

/** Whether the macro goes on where its condition is true, after a report. */
export const isWarning = (name: string): boolean => WARNS.test(name);

/** Whether nothing behind the macro runs where its condition is true. */
export const isBugOn = (name: string): boolean => BUGS_ON.test(name);

export const neverReturns = (name: string): boolean => NEVER_RETURNS.has(name);

/** Whether nothing behind the macro runs where what it says of its arguments, the second and third, does not hold. */
export const isAssertion = (name: string): boolean => KUNIT_ASSERT.test(name);

/** What such a macro says of its arguments; undefined where an argument is missing. */
export function assertedBy(
  name: string,
  left: Expression | undefined,
  right: Expression | undefined,
  span: Span,
): Expression | undefined {
  const suffix = KUNIT_ASSERT.exec(name)?.[1] ?? '';
  const against = AGAINST_ZERO[suffix];
  const operator = against ?? COMPARISONS[suffix];
  const other = against ? constant(0, span) : right;
  if (!operator || !left || !other) return;
  return { kind: 'binary', operator, left, right: other, type: INT, span };
}
