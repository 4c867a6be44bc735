import type { CallInstruction, Expression } from '../program/model.ts';
import { PAGES_OVER, type Term } from './terms.ts';
import { CONSTANTS, MAX_ERRNO, PAGE_SIZE, type Values } from './values.ts';

const INT_MAX = CONSTANTS.INT_MAX!;

type Builtin = (values: Values, operands: readonly Term[], call: CallInstruction) => Term | undefined;

const identity: Builtin = (_, operands) => operands[0];

const smaller: Builtin = (values, [a, b]) => (a && b ? choose(values, 'min', a, b) : undefined);
const larger: Builtin = (values, [a, b]) => (a && b ? choose(values, 'max', a, b) : undefined);

/** ceil(a / b). */
function quotientRoundedUp(values: Values, a: Term, b: Term): Term {
  return values.arithmetic('/', values.plus(values.sum(a, b), -1), b);
}

function multipleAbove(values: Values, a: Term, b: Term): Term {
  return values.arithmetic('*', quotientRoundedUp(values, a, b), b);
}

/** IS_ERR_VALUE() is asked of an unsigned long: the sign that its conversion took away. */
function beforeConversion(value: Term): Term {
  return value.kind === 'operation' && value.operator === 'unsigned' ? value.operands[0]! : value;
}

const divideRoundingUp: Builtin = (values, [a, b]) => (a && b ? quotientRoundedUp(values, a, b) : undefined);
const roundUp: Builtin = (values, [a, b]) => (a && b ? multipleAbove(values, a, b) : undefined);

/** INT_MAX as a limit is none (lib/iov_iter.c, 6.1 and 6.12). */
const pagesOver: Builtin = (values, [address, limit], call) => {
  if (!address || !limit || values.state.facts.bounds(limit).low < INT_MAX) return;
  const counted = values.fresh(`pages${values.frame.key}@${call.span.start}`);
  const pages = values.operation(PAGES_OVER, values.state.iteratorOf(address), counted);
  values.state.facts.assume(pages, 0, INT_MAX);
  return pages;
};

/** container_of(pointer, type, member): the object that the pointer leads into. */
const container: Builtin = (values, [pointer], call) => {
  const path = call.arguments[2] && memberPath(call.arguments[2]);
  return pointer && path ? values.container(pointer, path) : undefined;
};

/** `.dwork.work` of a member's name as the last argument of container_of(). */
function memberPath(expression: Expression): string | undefined {
  if (expression.kind === 'global') return `.${expression.name}`;
  // The member has the name of a variable.
  if (expression.kind === 'variable') return `.${expression.variable.name}`;
  if (expression.kind !== 'member') return;
  const before = memberPath(expression.object);
  return before && `${before}.${expression.member}`;
}

/** Macros and inline functions that only compute, and are written by everybody. */
const BUILTINS: Readonly<Record<string, Builtin>> = {
  // Only error codes, or 0, are made pointers (include/linux/err.h).
  ERR_PTR: (values, [code]) => {
    if (code) values.state.facts.assume(code, -MAX_ERRNO, 0);
    return code;
  },
  PTR_ERR: identity,
  ERR_CAST: identity,
  ERR_OR_NULL: identity,
  container_of: container,
  container_of_const: container,
  // include/linux/workqueue.h:211 (6.12).
  to_delayed_work: (values, [work]) => work && values.container(work, '.work'),
  to_rcu_work: (values, [work]) => work && values.container(work, '.work'),
  cpu_to_le32: identity,
  le32_to_cpu: identity,
  u64_to_user_ptr: identity,
  IS_ERR: (values, [pointer]) => pointer && values.isNegative(pointer),
  IS_ERR_VALUE: (values, [value]) => value && values.isNegative(beforeConversion(value)),
  IS_ERR_OR_NULL: (values, [pointer]) => pointer && values.isAtMostZero(pointer),
  PTR_ERR_OR_ZERO: (values, [pointer]) => {
    if (!pointer) return;
    const { low, high } = values.state.facts.bounds(pointer);
    return high < 0 ? pointer : low >= 0 ? values.number(0) : undefined;
  },
  min: smaller,
  min_not_zero: smaller,
  umin: smaller,
  min_t: (values, [, a, b], call) => smaller(values, [a!, b!], call),
  max: larger,
  umax: larger,
  max_t: (values, [, a, b], call) => larger(values, [a!, b!], call),
  iov_iter_npages: pagesOver,
  DIV_ROUND_UP: divideRoundingUp,
  DIV_ROUND_UP_ULL: divideRoundingUp,
  roundup: roundUp,
  round_up: roundUp,
  ALIGN: roundUp,
  PFN_UP: (values, [a]) => a && quotientRoundedUp(values, a, values.number(PAGE_SIZE)),
  PFN_DOWN: (values, [a]) => a && values.quotient(a, PAGE_SIZE),
  PFN_PHYS: (values, [a]) => a && values.arithmetic('*', a, values.number(PAGE_SIZE)),
  PAGE_ALIGN: (values, [a]) => a && multipleAbove(values, a, values.number(PAGE_SIZE)),
  offset_in_page: (values, [a]) => a && values.arithmetic('%', a, values.number(PAGE_SIZE)),
  calc_pages_for: (values, [offset, length]) =>
    offset &&
    length &&
    values.difference(values.pagesCovered(offset, length), values.quotient(offset, PAGE_SIZE)),
  ARRAY_SIZE: (values, _, call) => {
    const type = call.arguments[0]?.type;
    return type?.kind === 'array' && type.length !== undefined ? values.number(type.length) : undefined;
  },
};

/** Whether a call only computes. */
export const isBuiltin = ({ callee }: CallInstruction): boolean =>
  callee !== undefined && Object.hasOwn(BUILTINS, callee);

/** The value of a call that only computes, or undefined where the name is none of these. */
export function builtinValue(values: Values, call: CallInstruction): Term | undefined {
  const builtin = isBuiltin(call) ? BUILTINS[call.callee!] : undefined;
  if (!builtin) return;
  return builtin(
    values,
    call.arguments.map(argument => values.value(argument)),
    call,
  );
}

function choose(values: Values, which: 'min' | 'max', a: Term, b: Term): Term {
  const { facts } = values.state;
  if (facts.isAtMost(a, b)) return which === 'min' ? a : b;
  if (facts.isAtMost(b, a)) return which === 'min' ? b : a;
  const result = values.context.terms.operation(which, a, b);
  values.context.choices.add(result);
  const first = facts.bounds(a);
  const second = facts.bounds(b);
  for (const side of [a, b]) {
    const difference = values.difference(result, side);
    if (which === 'min') facts.assume(difference, Number.NEGATIVE_INFINITY, 0);
    else facts.assume(difference, 0, Number.POSITIVE_INFINITY);
  }
  if (which === 'min')
    facts.assume(result, Math.min(first.low, second.low), Math.min(first.high, second.high));
  else facts.assume(result, Math.max(first.low, second.low), Math.max(first.high, second.high));
  return result;
}
