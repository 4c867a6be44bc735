import { PairMap } from './pairMap.ts';

/**
 * Value numbers. A term names a value, not a variable: equal terms are the same value. Terms are interned, so identity
 * is equality. Integers and pointers are linear forms over atoms, in elements for pointers and in plain units else.
 */
export type Term = Linear | Atom;

/** constant + Σ coefficient · atom; never a lone atom (that is the atom itself). */
export interface Linear {
  readonly kind: 'linear';
  readonly id: number;
  readonly constant: number;
  /** In order of the atoms' ids. */
  readonly parts: ReadonlyMap<Atom, number>;
}

/** An atom is the linear form 1 · itself. */
interface Single {
  readonly parts: ReadonlyMap<Atom, number>;
}

export type Atom = SymbolAtom | OperationAtom | AddressAtom | PageAtom;

/** An unknown: a parameter, what memory held on entry, a call's result, a merge of values. */
export interface SymbolAtom extends Single {
  readonly kind: 'symbol';
  readonly id: number;
  readonly name: string;
  /** Fresh memory from an allocator: nobody else knows its address yet. */
  readonly fresh: boolean;
}

/** An operation that is not linear. */
export interface OperationAtom extends Single {
  readonly kind: 'operation';
  readonly id: number;
  readonly operator: string;
  readonly operands: readonly Term[];
}

/** The address of a place (a variable or a member). */
export interface AddressAtom extends Single {
  readonly kind: 'address';
  readonly id: number;
  readonly place: string;
  /** True where the place is an array, whose address is that of its element 0. */
  readonly array: boolean;
}

/** Page number `index` (from 0) of a page set. */
export interface PageAtom extends Single {
  readonly kind: 'page';
  readonly id: number;
  readonly set: string;
  readonly index: Term;
}

/** term = sign · form + constant; the first coefficient of the form is positive. */
export interface Normal {
  readonly form: Term;
  readonly sign: 1 | -1;
  readonly constant: number;
}

const MEMORY = 'memory:';

/** The key of the place whose content before the function a term is; undefined for all others. */
export const memoryKey = (term: Term): string | undefined =>
  term.kind === 'symbol' && term.name.startsWith(MEMORY) ? term.name.slice(MEMORY.length) : undefined;

/** Whether a value is what the root function was given. */
export const isParameter = (term: Term): boolean =>
  term.kind === 'symbol' && term.name.startsWith('parameter:');

/** Whether a symbol stands for values that met at a block. */
export const isMerged = ({ name }: SymbolAtom): boolean => name.startsWith('φ');

/** The operator of a page found through a number: a pfn or an address of unknown origin. */
export const PAGE_BEHIND = 'page behind';

/** The operator of the page that a container at an address names. */
export const PAGE_IN = 'page in';

/** The object that a pointer leads into: of the pointer, and of a symbol that names the member which it points to. */
export const CONTAINER = 'container';

/** All pages that an iterator runs over: of it, and of the call that counted them. */
export const PAGES_OVER = 'pages over';

/** What stands for a symbol or page from now on; undefined leaves it. */
export type Replacement = (atom: SymbolAtom | PageAtom) => Term | undefined;

/** Interns terms; one per analysed file. */
export class Terms {
  /** Symbols whose type has no negative values. */
  readonly unsigned = new Set<Term>();
  private readonly symbols = new Map<string, SymbolAtom>();
  private readonly addresses = new Map<string, AddressAtom>();
  private readonly operations = new Map<string, PairMap<OperationAtom>>();
  private readonly longOperations = new Map<string, OperationAtom>();
  private readonly pages = new Map<string, Map<Term, PageAtom>>();
  private readonly constants = new Map<number, Term>();
  /** By a hash of the form. */
  private readonly linears = new Map<number, Linear[]>();
  private readonly sums = new PairMap<Term>();
  private readonly differences = new PairMap<Term>();
  private readonly normals = new Map<Term, Normal>();
  private nextId = 1;

  constant(value: number): Linear {
    let known = this.constants.get(value);
    if (!known) {
      known = this.linear(value, [], []);
      this.constants.set(value, known);
    }
    return known as Linear;
  }

  symbol(name: string, fresh = false): SymbolAtom {
    // Whoever asks first for the name alone does not decide what it stands for.
    const key = fresh ? `fresh ${name}` : name;
    let known = this.symbols.get(key);
    if (!known) {
      known = this.atom<SymbolAtom>({ kind: 'symbol', id: this.nextId++, name, fresh });
      this.symbols.set(key, known);
    }
    return known;
  }

  operation(operator: string, ...operands: readonly Term[]): OperationAtom {
    const make = () => this.atom<OperationAtom>({ kind: 'operation', id: this.nextId++, operator, operands });
    if (operands.length === 0 || operands.length > 2) {
      const key = `${operator}:${operands.map(operand => operand.id).join(',')}`;
      const known = this.longOperations.get(key) ?? make();
      this.longOperations.set(key, known);
      return known;
    }
    const same = this.operations.get(operator) ?? new PairMap<OperationAtom>();
    this.operations.set(operator, same);
    // No term has the id 0.
    const [first, second] = [operands[0]!.id, operands[1]?.id ?? 0];
    let known = same.get(first, second);
    if (!known) {
      known = make();
      same.set(first, second, known);
    }
    return known;
  }

  address(place: string, array: boolean): AddressAtom {
    let known = this.addresses.get(place);
    if (!known) {
      known = this.atom<AddressAtom>({ kind: 'address', id: this.nextId++, place, array });
      this.addresses.set(place, known);
    }
    return known;
  }

  page(set: string, index: Term): PageAtom {
    const ofSet = this.pages.get(set) ?? new Map<Term, PageAtom>();
    this.pages.set(set, ofSet);
    const known = ofSet.get(index) ?? this.atom<PageAtom>({ kind: 'page', id: this.nextId++, set, index });
    ofSet.set(index, known);
    return known;
  }

  add(left: Term, right: Term, factor = 1): Term {
    if (factor !== 1 && factor !== -1) return this.sum(left, right, factor);
    const memo = factor === 1 ? this.sums : this.differences;
    let result = memo.get(left.id, right.id);
    if (!result) {
      result = this.sum(left, right, factor);
      memo.set(left.id, right.id, result);
    }
    return result;
  }

  /** Merges the parts of both, which are in order. */
  private sum(left: Term, right: Term, factor: number): Term {
    const atoms: Atom[] = [];
    const coefficients: number[] = [];
    const push = (atom: Atom, coefficient: number): void => {
      if (coefficient === 0) return;
      atoms.push(atom);
      coefficients.push(coefficient);
    };
    const others = [...right.parts];
    let at = 0;
    for (const [atom, coefficient] of left.parts) {
      for (; at < others.length && others[at]![0].id < atom.id; at++)
        push(others[at]![0], factor * others[at]![1]);
      if (others[at]?.[0] === atom) push(atom, coefficient + factor * others[at++]![1]);
      else push(atom, coefficient);
    }
    for (; at < others.length; at++) push(others[at]![0], factor * others[at]![1]);
    return this.linear(constantOf(left) + factor * constantOf(right), atoms, coefficients);
  }

  subtract(left: Term, right: Term): Term {
    return this.add(left, right, -1);
  }

  scale(term: Term, factor: number): Term {
    return this.add(this.constant(0), term, factor);
  }

  plus(term: Term, amount: number): Term {
    return amount === 0 ? term : this.add(term, this.constant(amount));
  }

  /** The form under which facts about a term are kept. */
  normal(term: Term): Normal {
    let normal = this.normals.get(term);
    if (!normal) {
      const constant = constantOf(term);
      const bare = this.plus(term, -constant);
      const first = partsOf(bare).values().next().value ?? 1;
      normal =
        first < 0 ? { form: this.scale(bare, -1), sign: -1, constant } : { form: bare, sign: 1, constant };
      this.normals.set(term, normal);
    }
    return normal;
  }

  /** Replaces symbols and pages throughout a term. */
  substitute(term: Term, replacement: Replacement, memo = new Map<Term, Term>()): Term {
    const known = memo.get(term);
    if (known) return known;
    const result = this.rebuild(term, replacement, memo);
    memo.set(term, result);
    return result;
  }

  private rebuild(term: Term, replacement: Replacement, memo: Map<Term, Term>): Term {
    const again = (inner: Term): Term => this.substitute(inner, replacement, memo);
    switch (term.kind) {
      case 'symbol':
        return replacement(term) ?? term;
      case 'address':
        return term;
      case 'page': {
        const replaced = replacement(term);
        if (replaced) return replaced;
        const index = again(term.index);
        return index === term.index ? term : this.page(term.set, index);
      }
      case 'operation': {
        const operands = term.operands.map(again);
        return operands.every((operand, at) => operand === term.operands[at])
          ? term
          : this.operation(term.operator, ...operands);
      }
      case 'linear': {
        let sum: Term = this.constant(term.constant);
        let changed = false;
        for (const [atom, coefficient] of term.parts) {
          const replaced = again(atom);
          changed ||= replaced !== atom;
          sum = this.add(sum, replaced, coefficient);
        }
        return changed ? sum : term;
      }
    }
  }

  /** @param atoms in order of their ids. */
  private linear(constant: number, atoms: readonly Atom[], coefficients: readonly number[]): Term {
    if (constant === 0 && atoms.length === 1 && coefficients[0] === 1) return atoms[0]!;
    let hash = constant | 0;
    atoms.forEach((atom, at) => {
      hash = Math.imul(hash ^ (atom.id + Math.imul(coefficients[at]!, 0x9e3779b1)), 0x01000193);
    });
    const alike = this.linears.get(hash) ?? [];
    const known = alike.find(each => isForm(each, constant, atoms, coefficients));
    if (known) return known;
    const parts = new Map(atoms.map((atom, at) => [atom, coefficients[at]!]));
    const made: Linear = { kind: 'linear', id: this.nextId++, constant, parts };
    this.linears.set(hash, [...alike, made]);
    return made;
  }

  private atom<T extends Atom>(bare: Omit<T, 'parts'>): T {
    const atom = bare as T;
    return Object.assign(atom, { parts: new Map([[atom, 1]]) });
  }
}

function isForm(
  term: Linear,
  constant: number,
  atoms: readonly Atom[],
  coefficients: readonly number[],
): boolean {
  // Object.is would tell 0 from -0.
  const areSame = (a: number | undefined, b: number): boolean =>
    a === b || (Number.isNaN(a) && Number.isNaN(b));
  if (term.parts.size !== atoms.length || !areSame(term.constant, constant)) return false;
  return atoms.every((atom, at) => areSame(term.parts.get(atom), coefficients[at]!));
}

export function partsOf(term: Term): ReadonlyMap<Atom, number> {
  return term.parts;
}

export function constantOf(term: Term): number {
  return term.kind === 'linear' ? term.constant : 0;
}

/** The number a constant term stands for, or undefined. */
export function asNumber(term: Term): number | undefined {
  return term.kind === 'linear' && term.parts.size === 0 ? term.constant : undefined;
}

/** Whether a value is made of nothing but what memory held before the function, numbers and names. */
export function isFoundOnEntry(term: Term): boolean {
  const isOther = (atom: Atom): boolean =>
    atom.kind !== 'operation' && !(atom.kind === 'symbol' && /^(memory|global):/.test(atom.name));
  const isMemory = (atom: Atom): boolean => memoryKey(atom) !== undefined;
  return mentions(term, isMemory) && !mentions(term, isOther);
}

const within = new WeakMap<Term, readonly Atom[]>();

/** All atoms that occur in a term, at any depth; each once, as a value may occur in it along very many ways. */
function atomsWithin(term: Term): readonly Atom[] {
  const known = within.get(term);
  if (known) return known;
  const found = new Set<Atom>();
  if (term.kind !== 'linear') found.add(term);
  for (const part of partsWithin(term)) for (const atom of atomsWithin(part)) found.add(atom);
  const atoms = [...found];
  within.set(term, atoms);
  return atoms;
}

function partsWithin(term: Term): Iterable<Term> {
  if (term.kind === 'linear') return term.parts.keys();
  if (term.kind === 'operation') return term.operands;
  return term.kind === 'page' ? [term.index] : [];
}

/** Whether `wanted` occurs in the term, at any depth. */
export function mentions(term: Term, wanted: (atom: Atom) => boolean): boolean {
  return term.kind === 'symbol' || term.kind === 'address' ? wanted(term) : atomsWithin(term).some(wanted);
}
