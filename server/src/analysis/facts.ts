import { LIMITS } from './limits.ts';
import { type Atom, asNumber, constantOf, partsOf, type Term, type Terms } from './terms.ts';

/** What is known of a number: from `low` to `high`, both inclusive, without `holes`. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

interface Fact {
  /** The linear form without its constant; the first atom's coefficient is positive. */
  readonly form: Term;
  readonly low: number;
  readonly high: number;
  readonly holes: readonly number[];
}

/** Forms that are gone through one by one before the map of relations is made anew. */
const MAX_LATER = 12;

const NO_FORMS: readonly Term[] = [];

/** Equalities used one after another on one term. */
const MAX_REDUCTIONS = 6;

export const ANY: Bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** Bounds of linear forms: the sign, range and order of values. `x < y` is the form x - y with high -1. */
export class Facts {
  private facts: Map<number, Fact>;
  private isShared = false;
  /** What follows from the facts, made when it is first asked for; see put(). */
  private equalities: ReadonlyMap<Atom, Fact> | undefined;
  /** The forms that tie an atom to others: those at the time the map was made, and those that came since. */
  private relations: ReadonlyMap<Atom, readonly Term[]> | undefined;
  private laterRelations: readonly Term[] = [];
  private known: Map<Term, Bounds> | undefined;
  /** How many symbols were known to be unsigned when `known` was begun. */
  private unsigned = 0;

  constructor(
    private readonly terms: Terms,
    facts: Map<number, Fact> = new Map(),
  ) {
    this.facts = facts;
  }

  clone(): Facts {
    const copy = new Facts(this.terms, this.facts);
    copy.isShared = true;
    this.isShared = true;
    copy.equalities = this.equalities;
    copy.relations = this.relations;
    copy.laterRelations = this.laterRelations;
    copy.known = this.known;
    copy.unsigned = this.unsigned;
    return copy;
  }

  /** What is known of a term's value. */
  bounds(term: Term, depth = 1): Bounds {
    const number = asNumber(term);
    if (number !== undefined) return { low: number, high: number };
    if (depth !== 1) return this.findBounds(term, depth);
    if (!this.known || this.unsigned !== this.terms.unsigned.size) {
      this.known = new Map();
      this.unsigned = this.terms.unsigned.size;
    }
    let bounds = this.known.get(term);
    if (!bounds) {
      bounds = this.findBounds(term, depth);
      this.known.set(term, bounds);
    }
    return bounds;
  }

  private findBounds(term: Term, depth: number): Bounds {
    const direct = this.lookup(term);
    let low = direct.low;
    let high = direct.high;
    const sum = this.sumOfParts(term, depth);
    low = Math.max(low, sum.low);
    high = Math.min(high, sum.high);
    if (depth > 0 && low !== high) {
      const reduced = this.reduce(term);
      if (reduced !== term) {
        const through = this.bounds(reduced, depth);
        low = Math.max(low, through.low);
        high = Math.min(high, through.high);
      }
      for (const atom of term.parts.keys())
        for (const form of this.formsWith(atom)) {
          const through = this.through(term, this.facts.get(form.id)!, atom, depth);
          if (!through) continue;
          low = Math.max(low, through.low);
          high = Math.min(high, through.high);
        }
    }
    return this.withoutHoles(term, low, high);
  }

  isNonZero(term: Term): boolean {
    const { low, high } = this.bounds(term);
    return low > 0 || high < 0 || this.hasHole(term, 0) || this.areDistinctObjects(term);
  }

  isZero(term: Term): boolean {
    const { low, high } = this.bounds(term);
    return low === 0 && high === 0;
  }

  areEqual(left: Term, right: Term): boolean {
    return left === right || this.isZero(this.terms.subtract(left, right));
  }

  /** Whether a value is a certain error code: -EINVAL by its name. */
  isError(value: Term, name: string): boolean {
    return this.areEqual(value, this.terms.scale(this.terms.symbol(`errno:${name}`), -1));
  }

  /** left <= right on every path. */
  isAtMost(left: Term, right: Term): boolean {
    return left === right || this.bounds(this.terms.subtract(left, right)).high <= 0;
  }

  isLess(left: Term, right: Term): boolean {
    return this.bounds(this.terms.subtract(left, right)).high < 0;
  }

  /** By how much left is more than right, where that is one number. */
  difference(left: Term, right: Term): number | undefined {
    const { low, high } = this.bounds(this.terms.subtract(left, right));
    return low === high ? low : undefined;
  }

  /** Nothing is known of the order of two values. */
  isUnrelated(left: Term, right: Term): boolean {
    const { low, high } = this.bounds(this.terms.subtract(left, right));
    return low < 0 && high > 0;
  }

  /** Adds low <= term <= high. False: that contradicts what is known. */
  assume(term: Term, low: number, high: number): boolean {
    const known = this.bounds(term);
    if (known.low > high || known.high < low) return false;
    if (known.low >= low && known.high <= high) return true;
    const narrow = (fact: Fact): Fact => ({
      ...fact,
      low: Math.max(fact.low, low),
      high: Math.min(fact.high, high),
    });
    const reduced = this.reduce(term);
    if (reduced !== term && reduced.parts.size > 0) this.refine(reduced, narrow);
    this.refine(term, narrow);
    const now = this.bounds(term);
    if (now.low === now.high) this.shareBounds(term);
    return now.low <= now.high;
  }

  /** Of two values that lie a known number apart each has the bounds of the other: they are kept, as `bounds` looks only so far. */
  private shareBounds(difference: Term): void {
    const { form } = this.terms.normal(difference);
    if (form.parts.size !== 2) return;
    for (const atom of form.parts.keys()) {
      const { low, high } = this.bounds(atom);
      const known = this.lookup(atom);
      if (low > known.low || high < known.high) this.refine(atom, fact => ({ ...fact, low, high }));
    }
  }

  /** Adds term != value. False: that contradicts what is known. */
  assumeNot(term: Term, value: number): boolean {
    const known = this.bounds(term);
    if (known.low > value || known.high < value) return true;
    if (known.low === value && known.high === value) return false;
    if (known.low === value) return this.assume(term, value + 1, known.high);
    if (known.high === value) return this.assume(term, known.low, value - 1);
    if (this.hasHole(term, value)) return true;
    this.refine(term, fact => ({ ...fact, holes: [...fact.holes, value].slice(-4) }));
    return true;
  }

  /** The terms x for which something is known about x - term. */
  relatives(atom: Atom): Term[] {
    const found: Term[] = [];
    for (const form of this.formsWith(atom)) {
      if (form.parts.size !== 2) continue;
      for (const other of form.parts.keys()) if (other !== atom) found.push(other);
    }
    return found;
  }

  /** The forms about which something is known. */
  forms(): Term[] {
    return [...this.facts.values()].map(fact => fact.form);
  }

  /** Whether both know the very same of a form: nothing has been learned of it since they parted. */
  agreesWith(other: Facts, form: Term): boolean {
    const fact = this.facts.get(form.id);
    return fact !== undefined && fact === other.facts.get(form.id);
  }

  /** Takes over what another knows of a form. */
  take(other: Facts, form: Term): void {
    const fact = other.facts.get(form.id);
    if (fact) this.put(fact);
  }

  /** What is known of a form without going by way of others. */
  direct(form: Term): Bounds {
    return this.bounds(form, 0);
  }

  rename(replace: (term: Term) => Term): void {
    const old = this.facts;
    const forms = Array.from(old.values(), fact => replace(fact.form));
    let at = 0;
    let isSame = true;
    for (const fact of old.values()) isSame &&= forms[at++] === fact.form;
    if (isSame) return;
    this.facts = new Map();
    this.isShared = false;
    this.forgetDerived();
    at = 0;
    for (const fact of old.values()) {
      const form = forms[at++]!;
      if (form === fact.form) this.put(fact);
      else {
        this.assume(form, fact.low, fact.high);
        for (const hole of fact.holes) this.assumeNot(form, hole);
      }
    }
  }

  /** Drops what is known of forms that mention such atoms. */
  forget(isForgotten: (term: Term) => boolean): void {
    const forgotten = [...this.facts.values()].filter(fact => isForgotten(fact.form));
    if (forgotten.length === 0) return;
    this.own();
    this.forgetDerived();
    for (const { form } of forgotten) this.facts.delete(form.id);
  }

  get size(): number {
    return this.facts.size;
  }

  /** The term with every atom replaced that an equality expresses by older ones. */
  reduce(term: Term): Term {
    const equalities = this.equalitiesByAtom();
    if (equalities.size === 0) return term;
    let reduced = term;
    for (let step = 0; step < MAX_REDUCTIONS; step++) {
      const atom = firstIn(reduced.parts, equalities);
      if (!atom) break;
      const coefficient = reduced.parts.get(atom)!;
      const { form, low } = equalities.get(atom)!;
      // form = low, and form holds the atom once, plus or minus.
      const factor = coefficient / form.parts.get(atom)!;
      reduced = this.terms.plus(this.terms.add(reduced, form, -factor), factor * low);
    }
    return reduced;
  }

  private equalitiesByAtom(): ReadonlyMap<Atom, Fact> {
    if (this.equalities) return this.equalities;
    const found = new Map<Atom, Fact>();
    for (const fact of this.facts.values()) {
      if (fact.low !== fact.high) continue;
      let newest: Atom | undefined;
      for (const atom of fact.form.parts.keys()) if (!newest || atom.id > newest.id) newest = atom;
      if (newest && Math.abs(fact.form.parts.get(newest)!) === 1 && !found.has(newest))
        found.set(newest, fact);
    }
    this.equalities = found;
    return found;
  }

  /** The forms about which something is known and that tie an atom to others, in the order in which they came. */
  private formsWith(atom: Atom): readonly Term[] {
    const made = this.relationsByAtom().get(atom) ?? NO_FORMS;
    if (this.laterRelations.length === 0) return made;
    const later = this.laterRelations.filter(form => form.parts.has(atom));
    return later.length === 0 ? made : [...made, ...later];
  }

  private relationsByAtom(): ReadonlyMap<Atom, readonly Term[]> {
    if (this.relations) return this.relations;
    const found = new Map<Atom, Term[]>();
    for (const { form } of this.facts.values()) {
      if (form.parts.size < 2) continue;
      for (const atom of form.parts.keys()) {
        const known = found.get(atom);
        if (known) known.push(form);
        else found.set(atom, [form]);
      }
    }
    this.relations = found;
    this.laterRelations = NO_FORMS;
    return found;
  }

  private forgetDerived(): void {
    this.equalities = undefined;
    this.relations = undefined;
    this.laterRelations = NO_FORMS;
    this.known = undefined;
  }

  /** Before a change: what others share is copied. */
  private own(): void {
    if (!this.isShared) return;
    this.facts = new Map(this.facts);
    this.isShared = false;
  }

  /** Enters what is known of a form, and corrects what followed from the facts. */
  private put(fact: Fact): void {
    const { form } = fact;
    const old = this.facts.get(form.id);
    this.own();
    this.facts.set(form.id, fact);
    this.known = undefined;
    if (fact.low === fact.high || (old && old.low === old.high)) this.equalities = undefined;
    if (!old && form.parts.size > 1 && this.relations) {
      if (this.laterRelations.length < MAX_LATER) this.laterRelations = [...this.laterRelations, form];
      else this.relations = undefined;
    }
  }

  private refine(term: Term, change: (fact: Fact) => Fact): void {
    const { form, sign, constant } = this.terms.normal(term);
    const old = this.facts.get(form.id) ?? { form, low: ANY.low, high: ANY.high, holes: [] };
    // The change speaks of term = sign * form + constant.
    const seen: Fact = {
      form,
      low: sign > 0 ? old.low + constant : constant - old.high,
      high: sign > 0 ? old.high + constant : constant - old.low,
      holes: old.holes.map(hole => sign * hole + constant),
    };
    const next = change(seen);
    this.put({
      form,
      low: sign > 0 ? next.low - constant : constant - next.high,
      high: sign > 0 ? next.high - constant : constant - next.low,
      holes: next.holes.map(hole => sign * (hole - constant)),
    });
    if (this.facts.size <= LIMITS.facts) return;
    this.facts.delete(this.facts.keys().next().value!);
    this.forgetDerived();
  }

  private lookup(term: Term): Bounds {
    const { form, sign, constant } = this.terms.normal(term);
    const fact = this.facts.get(form.id);
    if (!fact) return ANY;
    return sign > 0
      ? { low: fact.low + constant, high: fact.high + constant }
      : { low: constant - fact.high, high: constant - fact.low };
  }

  private hasHole(term: Term, value: number): boolean {
    const { form, sign, constant } = this.terms.normal(term);
    return this.facts.get(form.id)?.holes.includes(sign * (value - constant)) ?? false;
  }

  private withoutHoles(term: Term, low: number, high: number): Bounds {
    let [from, to] = [low, high];
    while (from <= to && Number.isFinite(from) && this.hasHole(term, from)) from++;
    while (from <= to && Number.isFinite(to) && this.hasHole(term, to)) to--;
    return { low: from, high: to };
  }

  private sumOfParts(term: Term, depth: number): Bounds {
    let low = constantOf(term);
    let high = low;
    const parts = partsOf(term);
    for (const [atom, coefficient] of parts) {
      const own = parts.size === 1 && coefficient === 1 ? ANY : this.lookup(atom);
      const intrinsic = this.intrinsic(atom, depth);
      const from = Math.max(own.low, intrinsic.low);
      const to = Math.min(own.high, intrinsic.high);
      low += coefficient > 0 ? times(coefficient, from) : times(coefficient, to);
      high += coefficient > 0 ? times(coefficient, to) : times(coefficient, from);
    }
    return { low, high };
  }

  /** A bound of `term` by way of a fact on another form whose first atom in common is `by`: term = ±form + rest. */
  private through(term: Term, fact: Fact, by: Atom, depth: number): Bounds | undefined {
    const parts = partsOf(term);
    const formParts = partsOf(fact.form);
    for (const [atom, coefficient] of formParts) {
      const mine = parts.get(atom);
      if (mine === undefined) continue;
      if (atom !== by) return;
      const factor = mine / coefficient;
      if (factor !== 1 && factor !== -1) return;
      const rest = this.knownRest(this.terms.add(term, fact.form, -factor), Math.min(2, parts.size));
      if (!rest) return;
      const remaining = this.bounds(rest, depth - 1);
      const [from, to] = factor > 0 ? [fact.low, fact.high] : [-fact.high, -fact.low];
      return { low: from + remaining.low, high: to + remaining.high };
    }
    return;
  }

  /** What is left of a term beside a form: of more than `size` atoms something must be known. */
  private knownRest(rest: Term, size: number): Term | undefined {
    if (partsOf(rest).size <= size || this.facts.has(this.terms.normal(rest).form.id)) return rest;
    const reduced = this.reduce(rest);
    return partsOf(reduced).size <= size ? reduced : undefined;
  }

  /** What an atom's own making says about it. */
  private intrinsic(atom: Atom, depth: number): Bounds {
    if (atom.kind === 'address' || atom.kind === 'page') return { low: 1, high: ANY.high };
    if (this.terms.unsigned.has(atom)) return { low: 0, high: ANY.high };
    if (atom.kind !== 'operation') return ANY;
    const [first, second] = atom.operands;
    switch (atom.operator) {
      case '==':
      case '<':
      case '<=':
      case '!':
      case 'kinds':
        return { low: 0, high: 1 };
      case '/': {
        const divisor = second && asNumber(second);
        if (!first || !divisor || divisor <= 0 || depth < -1) return ANY;
        const { low, high } = this.bounds(first, depth - 1);
        return {
          low: low >= 0 ? Math.floor(low / divisor) : ANY.low,
          high: high >= 0 ? Math.floor(high / divisor) : 0,
        };
      }
      case '&': {
        const mask = second && asNumber(second);
        return mask !== undefined && mask >= 0 ? { low: 0, high: mask } : ANY;
      }
      case '|': {
        const [x, y] = atom.operands.map(operand => this.bounds(operand, depth - 1));
        return x && y && x.low >= 0 && y.low >= 0 ? { low: Math.max(x.low, y.low), high: ANY.high } : ANY;
      }
      case '%': {
        const divisor = second && asNumber(second);
        return divisor && divisor > 0 ? { low: 0, high: divisor - 1 } : ANY;
      }
      case 'unsigned':
        return { low: 0, high: ANY.high };
      default:
        return ANY;
    }
  }

  /** Different objects or constants of one kind differ. */
  private areDistinctObjects(term: Term): boolean {
    const parts = [...partsOf(term)];
    if (parts.length !== 2) return false;
    const [[first, a], [second, b]] = parts as [[Atom, number], [Atom, number]];
    return a + b === 0 && isObject(first) && isObject(second) && isConstant(first) === isConstant(second);
  }
}

function firstIn(parts: ReadonlyMap<Atom, number>, wanted: ReadonlyMap<Atom, unknown>): Atom | undefined {
  for (const atom of parts.keys()) if (wanted.has(atom)) return atom;
  return;
}

/** Objects have different addresses, and named constants different values. */
function isObject(atom: Atom): boolean {
  return (
    atom.kind === 'address' || (atom.kind === 'symbol' && (atom.fresh || atom.name.startsWith('global:')))
  );
}

function isConstant(atom: Atom): boolean {
  return atom.kind === 'symbol' && !atom.fresh;
}

function times(coefficient: number, bound: number): number {
  return bound === 0 ? 0 : coefficient * bound;
}
