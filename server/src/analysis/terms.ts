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

/** Ids stay below this, so that two of them make one exact number. */
const MAX_TERMS = 2 ** 26;

/** The operator of a page found through a number: a pfn or an address of unknown origin. */
export const PAGE_BEHIND = 'page behind';

/** The operator of the page that a container at an address names. */
export const PAGE_IN = 'page in';

/** What stands for a symbol or page from now on; undefined leaves it. */
export type Replacement = (atom: SymbolAtom | PageAtom) => Term | undefined;

/** Interns terms; one per analysed file. */
export class Terms {
  /** Symbols whose type has no negative values. */
  readonly unsigned = new Set<Term>();
  private readonly byKey = new Map<string, Term>();
  private readonly sums = new Map<number, Term>();
  private readonly differences = new Map<number, Term>();
  private readonly normals = new Map<Term, Normal>();
  private nextId = 1;

  constant(value: number): Linear {
    return this.linear(value, new Map()) as Linear;
  }

  symbol(name: string, fresh = false): SymbolAtom {
    return this.intern(`s:${name}`, id => ({ kind: 'symbol', id, name, fresh })) as SymbolAtom;
  }

  operation(operator: string, ...operands: readonly Term[]): OperationAtom {
    const key = `o:${operator}:${operands.map(operand => operand.id).join(',')}`;
    return this.intern(key, id => ({ kind: 'operation', id, operator, operands })) as OperationAtom;
  }

  address(place: string, array: boolean): AddressAtom {
    return this.intern(`a:${place}`, id => ({ kind: 'address', id, place, array })) as AddressAtom;
  }

  page(set: string, index: Term): PageAtom {
    return this.intern(`p:${set}:${index.id}`, id => ({ kind: 'page', id, set, index })) as PageAtom;
  }

  add(left: Term, right: Term, factor = 1): Term {
    if (factor !== 1 && factor !== -1) return this.sum(left, right, factor);
    const memo = factor === 1 ? this.sums : this.differences;
    const key = left.id * MAX_TERMS + right.id;
    let result = memo.get(key);
    if (!result) {
      result = this.sum(left, right, factor);
      memo.set(key, result);
    }
    return result;
  }

  private sum(left: Term, right: Term, factor: number): Term {
    const parts = new Map(partsOf(left));
    for (const [atom, coefficient] of partsOf(right)) {
      const sum = (parts.get(atom) ?? 0) + factor * coefficient;
      if (sum === 0) parts.delete(atom);
      else parts.set(atom, sum);
    }
    return this.linear(constantOf(left) + factor * constantOf(right), parts);
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

  private linear(constant: number, parts: Map<Atom, number>): Term {
    if (constant === 0 && parts.size === 1) {
      const [[atom, coefficient]] = parts as unknown as [[Atom, number]];
      if (coefficient === 1) return atom;
    }
    const sorted = [...parts].sort(([a], [b]) => a.id - b.id);
    const key = `l:${constant}:${sorted.map(([atom, coefficient]) => `${coefficient}*${atom.id}`).join('+')}`;
    return this.intern(key, id => ({ kind: 'linear', id, constant, parts: new Map(sorted) }));
  }

  private intern(key: string, make: (id: number) => Linear | Omit<Atom, 'parts'>): Term {
    const known = this.byKey.get(key);
    if (known) return known;
    const term = make(this.nextId++) as Term;
    if (term.kind !== 'linear') Object.assign(term, { parts: new Map([[term, 1]]) });
    this.byKey.set(key, term);
    return term;
  }
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

/** Whether `wanted` occurs in the term, at any depth. */
export function mentions(term: Term, wanted: (atom: Atom) => boolean): boolean {
  if (term.kind === 'linear') {
    for (const atom of term.parts.keys()) if (mentions(atom, wanted)) return true;
    return false;
  }
  if (wanted(term)) return true;
  if (term.kind === 'operation') return term.operands.some(operand => mentions(operand, wanted));
  return term.kind === 'page' && mentions(term.index, wanted);
}
