import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Facts } from '../../server/src/analysis/facts.ts';
import { Terms } from '../../server/src/analysis/terms.ts';
import {
  assume,
  type Form,
  forms,
  numberOf,
  numbers,
  type Statement,
  statements,
  termOf,
} from './lattice.ts';

const RUNS = { numRuns: 500 };

function factsOf(list: readonly Statement[], of: readonly number[]) {
  const terms = new Terms();
  const facts = new Facts(terms);
  const answers = list.map(statement => assume(facts, terms, statement, of));
  return { terms, facts, answers };
}

const about = fc.array(forms, { minLength: 1, maxLength: 6 });
const boundsOf = ({ terms, facts }: { terms: Terms; facts: Facts }, list: readonly Form[]) =>
  list.map(form => facts.bounds(termOf(terms, form)));

test('what is true is never refused, and never denied', () => {
  fc.assert(
    fc.property(numbers, statements, about, (of, list, asked) => {
      const { terms, facts, answers } = factsOf(list, of);
      expect(answers).not.toContain(false);
      for (const form of asked) {
        const term = termOf(terms, form);
        const value = numberOf(form, of);
        const { low, high } = facts.bounds(term);
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
        if (value === 0) expect(facts.isNonZero(term)).toBe(false);
        else expect(facts.isZero(term)).toBe(false);
      }
    }),
    RUNS,
  );
});

test('order is claimed only where it is so', () => {
  fc.assert(
    fc.property(numbers, statements, forms, forms, (of, list, left, right) => {
      const { terms, facts } = factsOf(list, of);
      const [x, y] = [termOf(terms, left), termOf(terms, right)];
      const [a, b] = [numberOf(left, of), numberOf(right, of)];
      if (a > b) expect(facts.isAtMost(x, y)).toBe(false);
      if (a >= b) expect(facts.isLess(x, y)).toBe(false);
      if (a !== b) expect(facts.areEqual(x, y)).toBe(false);
    }),
    RUNS,
  );
});

test('a bound that was assumed is known', () => {
  fc.assert(
    fc.property(numbers, statements, forms, fc.nat(3), fc.nat(3), (of, list, form, below, above) => {
      const { terms, facts } = factsOf(list, of);
      const term = termOf(terms, form);
      const value = numberOf(form, of);
      facts.assume(term, value - below, value + above);
      const { low, high } = facts.bounds(term);
      expect(low).toBeGreaterThanOrEqual(value - below);
      expect(high).toBeLessThanOrEqual(value + above);
    }),
    RUNS,
  );
});

test('to assume the same again changes nothing', () => {
  fc.assert(
    fc.property(numbers, statements, about, (of, list, asked) => {
      const known = factsOf(list, of);
      const before = boundsOf(known, asked);
      const last = list.at(-1);
      if (last) assume(known.facts, known.terms, last, of);
      expect(boundsOf(known, asked)).toEqual(before);
    }),
    RUNS,
  );
});

test('what contradicts a bound is refused', () => {
  fc.assert(
    fc.property(numbers, statements, forms, fc.integer({ min: 1, max: 9 }), (of, list, form, beyond) => {
      const { terms, facts } = factsOf(list, of);
      const term = termOf(terms, form);
      const value = numberOf(form, of);
      facts.assume(term, value, value);
      expect(facts.clone().assume(term, value + beyond, Number.POSITIVE_INFINITY)).toBe(false);
      expect(facts.clone().assumeNot(term, value)).toBe(false);
    }),
    RUNS,
  );
});

test('a clone knows the same and keeps what it learns to itself', () => {
  fc.assert(
    fc.property(numbers, statements, statements, about, (of, list, more, asked) => {
      const known = factsOf(list, of);
      const before = boundsOf(known, asked);
      const copy = known.facts.clone();
      expect(boundsOf({ terms: known.terms, facts: copy }, asked)).toEqual(before);
      for (const statement of more) assume(copy, known.terms, statement, of);
      expect(boundsOf(known, asked)).toEqual(before);
    }),
    RUNS,
  );
});

test('names do not matter: renamed facts say the same of the new names', () => {
  fc.assert(
    fc.property(numbers, statements, about, (of, list, asked) => {
      const { terms, facts } = factsOf(list, of);
      const swap = new Map([
        [terms.symbol('a'), terms.symbol('b')],
        [terms.symbol('b'), terms.symbol('a')],
      ]);
      const renamed = (form: Form) =>
        terms.substitute(termOf(terms, form), atom => (atom.kind === 'symbol' ? swap.get(atom) : undefined));
      facts.rename(term =>
        terms.substitute(term, atom => (atom.kind === 'symbol' ? swap.get(atom) : undefined)),
      );
      for (const form of asked) {
        const value = numberOf(form, of);
        const { low, high } = facts.bounds(renamed(form));
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
      }
    }),
    RUNS,
  );
});
