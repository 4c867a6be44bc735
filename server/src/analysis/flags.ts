import type { Span } from '../base/text.ts';
import type { CallInstruction } from '../program/model.ts';
import type { Flag } from '../semantics/effects.ts';
import { RESULT } from '../semantics/effects.ts';
import type { Hold } from '../semantics/holds.ts';
import type { Context } from './context.ts';
import type { Frame } from './frames.ts';
import type { Place } from './places.ts';
import type { Term } from './terms.ts';
import type { Values } from './values.ts';

/**
 * The bio flags that say how its pages are dropped (include/linux/blk_types.h): BIO_PAGE_PINNED since 6.5,
 * BIO_NO_PAGE_REF until 6.4, BIO_PAGE_REFFED beside BIO_PAGE_PINNED in the series of January 2023.
 */
export type HoldFlag = 'BIO_PAGE_PINNED' | 'BIO_PAGE_REFFED' | 'BIO_NO_PAGE_REF';

const HOLD_FLAGS: readonly HoldFlag[] = ['BIO_PAGE_PINNED', 'BIO_PAGE_REFFED', 'BIO_NO_PAGE_REF'];

/** A call that set a flag. */
export interface FlagSite {
  readonly span: Span;
  readonly frame: Frame;
}

const sites = new WeakMap<Term, FlagSite>();

/** Where the flag whose value this is was set, if one call did it. */
export const siteOf = (flag: Term): FlagSite | undefined => sites.get(flag);

/** The value of a flag on this path: non-zero where it is set. */
export function flagValue(context: Context, values: Values, container: Term, flag: HoldFlag): Term {
  return values.load(cellOf(context, container, flag));
}

/** What is known of a flag on this path; undefined: it may be set or not. */
export function isSet(
  context: Context,
  values: Values,
  container: Term,
  flag: HoldFlag,
): boolean | undefined {
  const value = flagValue(context, values, container, flag);
  if (values.state.facts.isZero(value)) return false;
  return values.state.facts.isNonZero(value) ? true : undefined;
}

/** The flag that a call sets, clears or asks for; undefined for those that say nothing about holds. */
export function flagOfCall(values: Values, call: CallInstruction, effect: Flag): HoldFlag | undefined {
  const expression = effect.flag === undefined ? undefined : call.arguments[effect.flag - 1];
  const flag = expression && values.value(expression);
  return HOLD_FLAGS.find(name => flag?.kind === 'symbol' && flag.name === `global:${name}`);
}

export function containerOf(values: Values, call: CallInstruction, effect: Flag): Term | undefined {
  const expression = call.arguments[effect.container - 1];
  return expression && values.value(expression);
}

/** Nothing that the path did to the flags of a container is known any more: somebody else may have set them. */
export function forgetFlags(context: Context, values: Values, container: Term): void {
  for (const flag of HOLD_FLAGS) values.state.memory.delete(cellOf(context, container, flag).key);
}

/**
 * Carries out what a call does to the flags of a container.
 * @param result what the call returns, if it is no flag.
 * @returns what the call returns.
 */
export function carryOutFlag(
  context: Context,
  values: Values,
  call: CallInstruction,
  effect: Flag,
  result: Term,
): Term {
  const container = effect.container === RESULT ? result : containerOf(values, call, effect);
  if (!container) return result;
  if (effect.act === 'new') {
    for (const flag of HOLD_FLAGS) values.store(cellOf(context, container, flag), values.number(0));
    return result;
  }
  const flag = flagOfCall(values, call, effect);
  if (!flag) return result;
  if (effect.act === 'ask') return flagValue(context, values, container, flag);
  const value =
    effect.act === 'clear' ? values.number(0) : values.fresh(`set:${values.frame.key}@${call.span.start}`);
  if (effect.act === 'set') {
    values.state.facts.assume(value, 1, 1);
    sites.set(value, { span: call.span, frame: values.frame });
  }
  values.store(cellOf(context, container, flag), value);
  return result;
}

/** What the flags of a bio say on this path about how its pages are dropped; undefined: not known. */
export function holdByFlags(context: Context, values: Values, bio: Term): Hold | 'both' | undefined {
  const { features } = context.table.tree;
  if (!features.has('bio-page-pinned')) {
    const isExempt = isSet(context, values, bio, 'BIO_NO_PAGE_REF');
    return isExempt === undefined ? undefined : isExempt ? 'none' : 'get';
  }
  const isPinned = isSet(context, values, bio, 'BIO_PAGE_PINNED');
  const isReferenced = features.has('bio-page-reffed')
    ? isSet(context, values, bio, 'BIO_PAGE_REFFED')
    : false;
  if (isPinned) return isReferenced ? 'both' : 'pin';
  if (isReferenced) return 'get';
  return isPinned === false && isReferenced === false ? 'none' : undefined;
}

/** A page that a call has put into a container which may have had it already. */
export interface Added {
  readonly page: Term;
  /** What the call returned: non-zero where it took the page. */
  readonly result: Term;
  /** The address of a bool that is set where the page was merged into the entry before. */
  readonly merged: Term;
}

export function noteAdded(context: Context, values: Values, container: Term, added: Added): void {
  for (const [name, value] of Object.entries(added)) values.store(cellOf(context, container, name), value);
}

/** The page that was added last on this path. */
export function lastAdded(context: Context, values: Values, container: Term): Added {
  const cell = (name: keyof Added): Term => values.load(cellOf(context, container, name));
  return { page: cell('page'), result: cell('result'), merged: cell('merged') };
}

function cellOf(context: Context, container: Term, name: string): Place {
  const unknown = { kind: 'unknown', name: '' } as const;
  return context.places.member(context.places.target(container, unknown), `__${name}`, unknown);
}
