import { commonBits, eitherBits } from './bits.ts';
import type { Context } from './context.ts';
import { Facts } from './facts.ts';
import { isKernelBacked } from './iterators.ts';
import { joinFacts, type Merged } from './joinFacts.ts';
import { Memory } from './memory.ts';
import { noteNumbersStored } from './numbers.ts';
import type { Place } from './places.ts';
import { hasFailed } from './reach.ts';
import { type Allocation, addKeeper, type Keeper, type PageSet, type State } from './state.ts';
import { type Atom, mentions, partsOf, type Term } from './terms.ts';

/**
 * Joins two states of one block that agree in their property. Places that hold the same pair of values get the same
 * merged value: that keeps `i` and "released so far" one number through a loop.
 * @param tag names the block and property; merged values of the same tag are the block's own, from this join or an
 *   earlier visit. In `incoming` they mean the turn before.
 */
export function join(context: Context, left: State, incoming: State, tag: string): State {
  const right = incoming.clone();
  renameStale(context, right, context.mergedBy(tag));
  const pairs = new Map<string, Merged>();
  const own = context.mergedBy(tag);
  const taken = new Set<Term>();
  const chosen = (slot: string, x: Term, y: Term): Term => {
    if (right.facts.areEqual(x, y)) return x;
    if (left.facts.areEqual(x, y)) return y;
    for (const pair of pairs.values())
      if (pair.left === x && right.facts.areEqual(pair.right, y)) return pair.result;
    const common = commonPart(context, x, y);
    if (common) {
      // `base + a` and `base + b` meet in `base + φ`: a pointer that walks an array stays in it.
      const { terms } = context;
      return terms.add(common, merge(slot, terms.subtract(x, common), terms.subtract(y, common)));
    }
    if (x.kind === 'page' && y.kind === 'page' && x.set === y.set)
      return context.terms.page(x.set, merge(`${slot}#index`, x.index, y.index));
    const symbol = own.has(x) && !taken.has(x) ? x : mergedSymbol(context, tag, slot, taken);
    own.add(symbol);
    const bits = commonBits(context.terms, x, y);
    if (bits) return eitherBits(context.terms, symbol, bits);
    if ([x, y].every(address => isKernelBacked(context, address))) context.kernelBacked.add(symbol);
    else context.kernelBacked.delete(symbol);
    return symbol;
  };
  const merge = (slot: string, x: Term, y: Term): Term => {
    if (x === y) return x;
    const key = `${x.id}:${y.id}`;
    const known = pairs.get(key);
    if (known) return known.result;
    const result = chosen(slot, x, y);
    taken.add(result);
    pairs.set(key, { left: x, right: y, result });
    return result;
  };
  const result = left.clone();
  joinMemory(context, left, right, result, merge);
  joinSets(left, right, result, merge);
  joinMaps(left, right, result);
  result.facts = joinFacts(context, left, right, result, [...pairs.values()]);
  if ((incoming.trace?.length ?? 0) < (left.trace?.length ?? 0)) result.trace = incoming.trace;
  return result;
}

/** How often a bound may move before it is given up. */
const MAX_MOVES = 3;

/** Which bounds of a block moved, and how often; and the numbers at which they may come to rest. */
export interface Widening {
  readonly moves: Map<string, number>;
  /** Ascending. */
  readonly thresholds: readonly number[];
}

/**
 * Moves the bounds that changed since the last visit of the block on to the next number that the function compares
 * with, and in the end drops them: a loop's values settle.
 */
export function widen(context: Context, before: State, now: State, widening: Widening): void {
  const { moves, thresholds } = widening;
  const moved = (key: string): void => {
    moves.set(key, (moves.get(key) ?? 0) + 1);
  };
  for (const form of new Set([...before.facts.forms(), ...now.facts.forms()])) {
    const old = before.facts.direct(form);
    const { low, high } = now.facts.direct(form);
    if (low < old.low) moved(`${form.id}<`);
    if (high > old.high) moved(`${form.id}>`);
  }
  const rest = (
    key: string,
    bound: number,
    next: (bound: number) => number | undefined,
  ): number | undefined => {
    const times = moves.get(key) ?? 0;
    return times === 0 ? bound : times > MAX_MOVES ? undefined : next(bound);
  };
  const facts = new Facts(context.terms);
  for (const form of now.facts.forms()) {
    const { low, high } = now.facts.direct(form);
    const from =
      rest(`${form.id}<`, low, bound => thresholds.findLast(each => each <= bound)) ??
      Number.NEGATIVE_INFINITY;
    const to =
      rest(`${form.id}>`, high, bound => thresholds.find(each => each >= bound)) ?? Number.POSITIVE_INFINITY;
    if (from > Number.NEGATIVE_INFINITY || to < Number.POSITIVE_INFINITY) facts.assume(form, from, to);
    if (now.facts.isNonZero(form) && before.facts.isNonZero(form)) facts.assumeNot(form, 0);
  }
  now.facts = facts;
}

/**
 * What both terms have and the merged value keeps: the pointer of an address, or a value from before the function, to
 * which a loop adds.
 */
function commonPart(context: Context, x: Term, y: Term): Term | undefined {
  for (const [atom, coefficient] of x.parts)
    if (coefficient === 1 && y.parts.get(atom) === 1 && (context.isPointer(atom) || isFromBefore(atom)))
      return atom;
  return;
}

function isFromBefore(atom: Atom): boolean {
  return atom.kind === 'symbol' && /^(memory|parameter):/.test(atom.name);
}

function mergedSymbol(context: Context, tag: string, slot: string, taken: ReadonlySet<Term>): Term {
  let symbol = context.terms.symbol(`φ${tag}|${slot}`);
  for (let again = 1; taken.has(symbol); again++) symbol = context.terms.symbol(`φ${tag}|${slot}#${again}`);
  return symbol;
}

/** What an incoming state calls by this block's merged values is their value of the turn before. */
function renameStale(context: Context, right: State, own: ReadonlySet<Term>): void {
  if (own.size === 0) return;
  let isMentioned = false;
  const check = (term: Term | undefined): void => {
    isMentioned ||= term !== undefined && mentions(term, atom => own.has(atom));
  };
  for (const value of right.memory.values()) check(value);
  for (const set of right.sets.values())
    for (const term of [set.from, set.to, set.obtained, set.asked, set.base, set.page, set.exists.term])
      check(term);
  for (const form of right.facts.forms()) check(form);
  if (!isMentioned) return;
  context.rename(right, atom => {
    if (atom.kind !== 'symbol' || !own.has(atom)) return;
    const old = context.terms.symbol(`old ${atom.name}`);
    if (context.kernelBacked.has(atom)) context.kernelBacked.add(old);
    return old;
  });
}

type Merge = (slot: string, x: Term, y: Term) => Term;

function joinMemory(context: Context, left: State, right: State, result: State, merge: Merge): void {
  const both = new Set([...left.memory.keys(), ...right.memory.keys()]);
  for (const key of both) {
    const x = left.memory.get(key);
    const y = right.memory.get(key);
    if (x === y) continue;
    const place = context.places.get(key);
    // What one side has not read or written: an untouched place reads the same again, a local is not declared yet.
    if (!place || (place.root.kind === 'local' && !(x && y)) || isPassing(place)) result.memory.delete(key);
    else if (x && y) {
      // Behind the merge the number of the page has another name.
      noteNumbersStored(result, x);
      noteNumbersStored(result, y);
      result.memory.set(key, merge(key, x, y));
    } else if (isUntouched(key, x ?? y!)) result.memory.set(key, x ?? y!);
    else {
      const initial = new Memory(context, x ? right : left).initial(place);
      result.memory.set(key, x ? merge(key, x, initial) : merge(key, initial, y!));
    }
  }
}

/** A place behind a pointer of an earlier turn, or a slot at a changing index: it is not met again under this name. */
function isPassing(place: Place): boolean {
  if (place.root.kind !== 'pointer') return false;
  const { pointer } = place.root;
  return (
    partsOf(pointer).size > 1 ||
    mentions(pointer, atom => atom.kind === 'symbol' && atom.name.startsWith('old '))
  );
}

function isUntouched(key: string, value: Term): boolean {
  return value.kind === 'symbol' && value.name === `memory:${key}`;
}

function joinSets(left: State, right: State, result: State, merge: Merge): void {
  for (const [id, x] of left.sets) {
    const y = right.sets.get(id);
    if (y && x !== y) result.sets.set(id, joinSet(withKeepers(left, x), withKeepers(right, y), merge));
  }
  for (const [id, x] of left.allocations) {
    const y = right.allocations.get(id);
    if (y && x !== y) result.allocations.set(id, joinAllocation(x, y, merge));
  }
}

/** A callee that is known to have failed here has kept nothing, wherever this state goes. */
function withKeepers(state: State, set: PageSet): PageSet {
  const isStale = (keeper: Keeper): boolean => hasFailed(state, keeper);
  if (!set.keepers.some(isStale) && !set.viewers.some(isStale)) return set;
  return {
    ...set,
    keepers: set.keepers.filter(keeper => !isStale(keeper)),
    viewers: set.viewers.filter(keeper => !isStale(keeper)),
  };
}

function joinSet(x: PageSet, y: PageSet, merge: Merge): PageSet {
  const maybe = (slot: string, a: Term | undefined, b: Term | undefined): Term | undefined =>
    a && b ? merge(`${x.id}.${slot}`, a, b) : undefined;
  return {
    ...x,
    base: maybe('base', x.base, y.base),
    pointer: x.pointer === y.pointer ? x.pointer : undefined,
    page: maybe('page', x.page, y.page),
    iterator: x.iterator === y.iterator ? x.iterator : undefined,
    exists: { ...x.exists, term: merge(`${x.id}.exists`, x.exists.term, y.exists.term) },
    obtained: merge(`${x.id}.obtained`, x.obtained, y.obtained),
    asked: maybe('asked', x.asked, y.asked),
    bytes: maybe('bytes', x.bytes, y.bytes),
    from: merge(`${x.id}.from`, x.from, y.from),
    to: merge(`${x.id}.to`, x.to, y.to),
    isViewed: x.isViewed || y.isViewed,
    isNumbered: x.isNumbered || y.isNumbered,
    hasOwnReference: x.hasOwnReference || y.hasOwnReference,
    keepers: union(x.keepers, y.keepers),
    viewers: union(x.viewers, y.viewers),
    dropped: unionReleases(x, y),
  };
}

function joinAllocation(x: Allocation, y: Allocation, merge: Merge): Allocation {
  return {
    ...x,
    // Of page arrays only those meet that are both gone: freed here, NULL there.
    status: x.status === y.status ? x.status : x.isPageArray ? 'freed' : 'live',
    atom: merge(`${x.id}.atom`, x.atom, y.atom),
    isPageArray: x.isPageArray || y.isPageArray,
  };
}

function union(x: readonly Keeper[], y: readonly Keeper[]): readonly Keeper[] {
  return y.reduce(addKeeper, x);
}

function unionReleases(x: PageSet, y: PageSet): PageSet['dropped'] {
  const added = y.dropped.filter(
    release => !x.dropped.some(known => known.span.start === release.span.start),
  );
  return added.length === 0 ? x.dropped : [...x.dropped, ...added];
}

function joinMaps(left: State, right: State, result: State): void {
  for (const [term, x] of left.iterators) {
    const y = right.iterators.get(term);
    if (!y) result.iterators.delete(term);
    else if (x !== y)
      result.iterators.set(term, {
        kinds: new Set([...x.kinds, ...y.kinds]),
        direction: x.direction === y.direction ? x.direction : undefined,
        builtBy: x.direction === y.direction && y.builtBy ? x.builtBy : undefined,
      });
  }
  for (const [term, x] of left.iteratorIdentity)
    if (right.iteratorIdentity.get(term) !== x) result.iteratorIdentity.delete(term);
  for (const [term, id] of right.aliases) if (!left.aliases.has(term)) result.aliases.set(term, id);
  for (const [term, keepers] of right.keepers)
    result.keepers.set(term, union(left.keepers.get(term) ?? [], keepers));
  result.flight.join(right.flight);
  for (const term of left.freed) if (!right.freed.has(term)) result.freed.delete(term);
  for (const [term, { count }] of left.released)
    if (right.released.get(term)?.count !== count) result.released.delete(term);
}

/** Whether a block's state is what it was on the last visit, or less. */
export function isSameState(left: State, result: State): boolean {
  if (left.memory.size !== result.memory.size) return false;
  for (const [key, value] of result.memory) if (left.memory.get(key) !== value) return false;
  for (const [id, set] of result.sets) if (!isSameSet(left.sets.get(id), set)) return false;
  for (const [id, allocation] of result.allocations) {
    const old = left.allocations.get(id);
    if (old?.atom !== allocation.atom) return false;
  }
  for (const form of left.facts.forms()) {
    if (left.facts.agreesWith(result.facts, form)) continue;
    const a = left.facts.direct(form);
    const b = result.facts.direct(form);
    if (b.low < a.low || b.high > a.high) return false;
    if (left.facts.isNonZero(form) && !result.facts.isNonZero(form)) return false;
  }
  for (const [term, facts] of left.iterators)
    if (result.iterators.get(term)?.kinds.size !== facts.kinds.size) return false;
  if (result.flight.size !== left.flight.size) return false;
  return result.keepers.size === left.keepers.size && result.aliases.size === left.aliases.size;
}

function isSameSet(a: PageSet | undefined, b: PageSet): boolean {
  if (!a) return false;
  if (a === b) return true;
  return (
    a.base === b.base &&
    a.page === b.page &&
    a.exists.term === b.exists.term &&
    a.obtained === b.obtained &&
    a.asked === b.asked &&
    a.from === b.from &&
    a.to === b.to &&
    a.keepers.length === b.keepers.length &&
    a.viewers.length === b.viewers.length &&
    a.isViewed === b.isViewed &&
    a.isNumbered === b.isNumbered &&
    (a.keepers[0]?.result === undefined) === (b.keepers[0]?.result === undefined) &&
    a.dropped.length === b.dropped.length &&
    a.hasOwnReference === b.hasOwnReference
  );
}
