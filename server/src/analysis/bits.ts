import { asNumber, type Term, type Terms } from './terms.ts';

/** Names of more than one bit: what one of them has in common with another is not known. */
const MASK_NAME = /MASK|FLAGS|BITS|_ALL\b/;

/** An enumerator or a macro that stands for a number we do not know. */
export function isNamedConstant(term: Term): boolean {
  return term.kind === 'symbol' && term.name.startsWith('global:');
}

/** The bits that a value surely has: those of a number, and named ones. */
interface Bits {
  readonly number: number;
  readonly named: ReadonlySet<Term>;
}

const NONE: Bits = { number: 0, named: new Set() };

/** `left | right`: each bit is named once. */
export function eitherBits(terms: Terms, left: Term, right: Term): Term {
  const operands = new Set([...alternatives(left), ...alternatives(right)]);
  let number = 0;
  for (const operand of operands) {
    const bits = bitsOfNumber(operand);
    if (bits === undefined) continue;
    number |= bits;
    operands.delete(operand);
  }
  if (number !== 0) operands.add(terms.constant(number));
  const [first, ...others] = [...operands].sort((a, b) => a.id - b.id);
  return others.reduce((all, each) => terms.operation('|', all, each), first ?? terms.constant(0));
}

/** Of `value`, what matters to `value & mask`: the mask itself where all its bits are set, 0 where none is. */
export function relevantBits(terms: Terms, value: Term, mask: Term): Term {
  if (value.kind !== 'operation') return value;
  if (value.operator === '|') return relevantAlternatives(terms, alternatives(value), mask);
  if (value.operator !== '&' || !isOneName(mask)) return value;
  // What was cleared is not there, and clearing one bit leaves the others.
  for (const [cleared, rest] of pairsOf(value.operands)) {
    if (cleared.kind !== 'operation' || cleared.operator !== '~') continue;
    const without = cleared.operands[0]!;
    if (without === mask) return terms.constant(0);
    if (isOneName(without)) return relevantBits(terms, rest, mask);
  }
  return value;
}

function relevantAlternatives(terms: Terms, operands: readonly Term[], mask: Term): Term {
  const wanted = bitsOfNumber(mask);
  const isWhole = (operand: Term): boolean => {
    const bits = bitsOfNumber(operand);
    return operand === mask || (bits !== undefined && wanted !== undefined && (bits & wanted) === wanted);
  };
  if ((wanted !== undefined || isNamedConstant(mask)) && operands.some(isWhole)) return mask;
  return operands
    .filter(operand => !areApart(operand, mask))
    .map(operand => relevantBits(terms, operand, mask))
    .reduce((all, each) => eitherBits(terms, all, each), terms.constant(0));
}

/**
 * What two values surely have in common where they meet, each with bits that the other may lack.
 * @returns undefined where nothing is known, or where the values are numbers.
 */
export function commonBits(terms: Terms, left: Term, right: Term): Term | undefined {
  if (left.kind === 'linear' && right.kind === 'linear') return;
  const [x, y] = [bitsOf(left), bitsOf(right)];
  const number = x.number & y.number;
  const named = [...x.named].filter(each => y.named.has(each));
  if (number === 0 && named.length === 0) return;
  return named.reduce<Term>((all, each) => eitherBits(terms, all, each), terms.constant(number));
}

function bitsOf(term: Term): Bits {
  const number = bitsOfNumber(term);
  if (number !== undefined) return { number, named: NONE.named };
  if (isNamedConstant(term)) return { number: 0, named: new Set([term]) };
  if (term.kind !== 'operation' || term.operator !== '|') return NONE;
  const parts = alternatives(term).map(bitsOf);
  return {
    number: parts.reduce((all, part) => all | part.number, 0),
    named: new Set(parts.flatMap(part => [...part.named])),
  };
}

/** `A`, `B` and `C` of `A | B | C`. */
function alternatives(term: Term): Term[] {
  return term.kind === 'operation' && term.operator === '|' ? term.operands.flatMap(alternatives) : [term];
}

/** A number whose bits can be told; the upper half of 64 bits is left alone. */
function bitsOfNumber(term: Term): number | undefined {
  const number = asNumber(term);
  return number !== undefined && number >= 0 && number < 2 ** 31 ? number : undefined;
}

/** The name of a single bit, as far as names tell. */
const isOneName = (term: Term): boolean =>
  term.kind === 'symbol' && isNamedConstant(term) && !MASK_NAME.test(term.name);

/** Two sets of bits that have none in common. */
function areApart(left: Term, right: Term): boolean {
  const [x, y] = [bitsOfNumber(left), bitsOfNumber(right)];
  if (x !== undefined && y !== undefined) return (x & y) === 0;
  return left !== right && isOneName(left) && isOneName(right);
}

function pairsOf([first, second]: readonly Term[]): [Term, Term][] {
  return first && second
    ? [
        [first, second],
        [second, first],
      ]
    : [];
}
