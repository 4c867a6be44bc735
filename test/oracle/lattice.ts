import fc from 'fast-check';
import type { Facts } from '../../server/src/analysis/facts.ts';
import type { Atom, Term, Terms } from '../../server/src/analysis/terms.ts';

/** Numbers that stand behind the atoms a, b, c, d: what is assumed of them is true. */
export type Numbers = readonly number[];

/** A linear form over the atoms, as data. */
export interface Form {
  readonly factors: readonly number[];
  readonly constant: number;
}

/** A true statement on a form: it lies within so much of its value, or it is not one that is so far off. */
export interface Statement {
  readonly form: Form;
  readonly below: number;
  readonly above: number;
  readonly notAt: number;
  readonly kind: 'between' | 'not';
}

const ATOMS = ['a', 'b', 'c', 'd'] as const;

export const numbers: fc.Arbitrary<Numbers> = fc.tuple(...ATOMS.map(() => fc.integer({ min: -6, max: 6 })));

export const forms: fc.Arbitrary<Form> = fc.record({
  factors: fc.tuple(...ATOMS.map(() => fc.constantFrom(0, 0, 1, -1))),
  constant: fc.integer({ min: -3, max: 3 }),
});

const distance = fc.oneof(fc.nat(4), fc.constant(Number.POSITIVE_INFINITY));

export const statements: fc.Arbitrary<Statement[]> = fc.array(
  fc.record({
    form: forms,
    below: distance,
    above: distance,
    notAt: fc.constantFrom(-2, -1, 1, 2),
    kind: fc.constantFrom('between' as const, 'between' as const, 'not' as const),
  }),
  { maxLength: 8 },
);

export const atomOf = (terms: Terms, at: number): Atom => terms.symbol(ATOMS[at]!);

export function termOf(terms: Terms, { factors, constant }: Form): Term {
  return factors.reduce<Term>(
    (sum, factor, at) => (factor === 0 ? sum : terms.add(sum, atomOf(terms, at), factor)),
    terms.constant(constant),
  );
}

export function numberOf({ factors, constant }: Form, of: Numbers): number {
  return factors.reduce((sum, factor, at) => sum + factor * of[at]!, constant);
}

/** Assumes a statement. @returns what the facts answer: false is a claim that it cannot be */
export function assume(facts: Facts, terms: Terms, statement: Statement, of: Numbers): boolean {
  const { form, below, above, notAt, kind } = statement;
  const term = termOf(terms, form);
  const value = numberOf(form, of);
  return kind === 'not'
    ? facts.assumeNot(term, value + notAt)
    : facts.assume(term, value - below, value + above);
}
