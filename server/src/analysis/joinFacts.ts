import type { Context } from './context.ts';
import { Facts } from './facts.ts';
import type { State } from './state.ts';
import { mentions, partsOf, type Term } from './terms.ts';

/** Pairs of merged numbers whose order is worth keeping: index against count, count against total. */
const MAX_PAIRS = 6;

/** A pair of values that differ, and the value they merge to. */
export interface Merged {
  readonly left: Term;
  readonly right: Term;
  readonly result: Term;
}

/** What a place held on entry, what was computed from that, and an iterator's direction: it is read again where nothing has written it. */
function isInitial(term: Term): boolean {
  if (term.kind === 'symbol') return /^(memory|global|uninitialised):/.test(term.name);
  if (term.kind === 'operation') return term.operator === 'direction' || term.operands.every(isInitial);
  return term.kind === 'linear' && [...term.parts.keys()].every(isInitial);
}

/** The atoms that a state still speaks of. */
function atomsIn(context: Context, state: State): Set<Term> {
  const found = new Set<Term>();
  const add = (term: Term | undefined): void => {
    if (!term || found.has(term)) return;
    if (term.kind === 'linear') for (const atom of term.parts.keys()) add(atom);
    else {
      found.add(term);
      if (term.kind === 'operation') term.operands.forEach(add);
      else if (term.kind === 'page') add(term.index);
    }
  };
  for (const [key, value] of state.memory) {
    add(value);
    const place = context.places.get(key);
    if (place?.root.kind === 'pointer') add(place.root.pointer);
  }
  for (const set of state.sets.values())
    for (const term of [
      set.obtained,
      set.asked,
      set.bytes,
      set.base,
      set.page,
      set.from,
      set.to,
      set.exists.term,
    ])
      add(term);
  for (const set of state.sets.values())
    for (const keeper of [...set.keepers, ...set.viewers]) add(keeper.result);
  for (const keepers of state.keepers.values()) for (const keeper of keepers) add(keeper.result);
  for (const allocation of state.allocations.values()) add(allocation.atom);
  for (const { direction } of state.iterators.values()) add(direction);
  return found;
}

/** The facts that both sides know, with those of the merged values and of what remains of each set. */
export function joinFacts(
  context: Context,
  left: State,
  right: State,
  result: State,
  merged: readonly Merged[],
): Facts {
  const facts = new Facts(context.terms);
  const add = (form: Term, x: Term, y: Term, isRelation = false): void => {
    const a = isRelation ? left.facts.bounds(x) : left.facts.direct(x);
    const b = isRelation ? right.facts.bounds(y) : right.facts.direct(y);
    const low = Math.min(a.low, b.low);
    const high = Math.max(a.high, b.high);
    // Of two values only their order is worth keeping.
    if (isRelation && low < -1 && high > 1) return;
    if (low > Number.NEGATIVE_INFINITY || high < Number.POSITIVE_INFINITY) facts.assume(form, low, high);
    if (left.facts.isNonZero(x) && right.facts.isNonZero(y)) facts.assumeNot(form, 0);
  };
  const own = new Set(merged.map(pair => pair.result));
  const spokenOf = atomsIn(context, result);
  const isMerged = (form: Term): boolean =>
    mentions(form, atom => own.has(atom)) ||
    [...form.parts.keys()].some(atom => !spokenOf.has(atom) && !isInitial(atom));
  for (const form of left.facts.forms()) {
    if (isMerged(form)) continue;
    if (left.facts.agreesWith(right.facts, form)) facts.take(left.facts, form);
    else add(form, form, form);
  }
  for (const form of right.facts.forms())
    if (!isMerged(form) && !left.facts.agreesWith(right.facts, form)) add(form, form, form);
  for (const { result: form, left: x, right: y } of merged) add(form, x, y);
  keepExtents(context, left, right, result, facts);
  addRelations(context, left, right, result, merged, own, add);
  keepInvariants(context, left, right, merged, own, facts);
  return facts;
}

/**
 * What remains of each set, and where sets lie in one array, was often known by way of a variable that nobody reads any
 * more: it is kept for its own sake.
 */
function keepExtents(context: Context, left: State, right: State, result: State, facts: Facts): void {
  const ids = [...result.sets.keys()];
  const forms = extentForms(context, result, ids);
  const [a, b] = [extentForms(context, left, ids), extentForms(context, right, ids)];
  forms.forEach((form, at) => {
    const [x, y] = [a[at], b[at]];
    if (!form || !x || !y || form.parts.size === 0) return;
    const [known, alsoKnown] = [left.facts.bounds(x), right.facts.bounds(y)];
    facts.assume(form, Math.min(known.low, alsoKnown.low), Math.max(known.high, alsoKnown.high));
  });
}

/** For each set the slots that remain, and for each two of one array the gap between them. */
function extentForms(context: Context, state: State, ids: readonly string[]): (Term | undefined)[] {
  const { terms } = context;
  const sets = ids.map(id => state.sets.get(id));
  return sets.flatMap((set, at) => [
    set && terms.subtract(set.to, set.from),
    ...sets.slice(at + 1).map(other => {
      if (!set?.base || !other?.base || set.pointer !== other.pointer) return undefined;
      const distance = terms.subtract(other.base, set.base);
      return terms.subtract(terms.add(distance, other.from), set.to);
    }),
  ]);
}

/** What is known between a merged value and other values, merged or not. */
function addRelations(
  context: Context,
  left: State,
  right: State,
  result: State,
  merged: readonly Merged[],
  own: ReadonlySet<Term>,
  add: (form: Term, x: Term, y: Term, isRelation: boolean) => void,
): void {
  const { terms } = context;
  const landmarks = new Set<Term>();
  for (const set of result.sets.values())
    for (const term of [set.obtained, set.asked, set.to]) if (term && !own.has(term)) landmarks.add(term);
  for (const { result: form, left: x, right: y } of merged) {
    const related = new Set(landmarks);
    for (const atom of partsOf(x).keys()) for (const other of left.facts.relatives(atom)) related.add(other);
    for (const atom of partsOf(y).keys()) for (const other of right.facts.relatives(atom)) related.add(other);
    for (const other of related)
      if (!mentions(other, atom => own.has(atom)))
        add(terms.subtract(form, other), terms.subtract(x, other), terms.subtract(y, other), true);
  }
  eachPair(merged, (first, second) => {
    add(
      terms.subtract(first.result, second.result),
      terms.subtract(first.left, second.left),
      terms.subtract(first.right, second.right),
      true,
    );
  });
}

function eachPair(merged: readonly Merged[], visit: (first: Merged, second: Merged) => void): void {
  const pairs = merged.slice(0, MAX_PAIRS);
  pairs.forEach((first, at) => {
    for (const second of pairs.slice(at + 1)) visit(first, second);
  });
}

/**
 * Affine equalities (Karr 1976), of two merged values with coefficients 1 and -1: a pointer goes up while a count goes
 * down, and their sum stays what it was.
 */
function keepInvariants(
  context: Context,
  left: State,
  right: State,
  merged: readonly Merged[],
  own: ReadonlySet<Term>,
  facts: Facts,
): void {
  const { terms } = context;
  eachPair(merged, (first, second) => {
    for (const sign of [1, -1]) {
      const x = left.facts.reduce(terms.add(first.left, second.left, sign));
      const y = right.facts.reduce(terms.add(first.right, second.right, sign));
      if (x !== y || mentions(x, atom => own.has(atom))) continue;
      const form = terms.subtract(terms.add(first.result, second.result, sign), x);
      if (form.parts.size > 0) facts.assume(form, 0, 0);
    }
  });
}
