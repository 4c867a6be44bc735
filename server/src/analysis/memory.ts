import type { Type } from '../program/types.ts';
import type { Context } from './context.ts';
import { type Place, pointerAtom, rootKey } from './places.ts';
import type { PageSet, State } from './state.ts';
import { CONTAINER, mentions, type Term } from './terms.ts';

/** Reads and writes the memory of a state. */
export class Memory {
  constructor(
    readonly context: Context,
    readonly state: State,
  ) {}

  protected get terms() {
    return this.context.terms;
  }

  addressOf(place: Place, isArray = place.type.kind === 'array'): Term {
    if (place.root.kind === 'pointer' && place.path === '') return place.root.pointer;
    return this.terms.address(place.key, isArray);
  }

  /** The object around what a pointer leads to, which is its member at `path` (`.dwork.work`). */
  container(pointer: Term, path: string): Term {
    const { places, pointers } = this.context;
    const inside = pointer.kind === 'address' && pointer.place.endsWith(path) ? pointer.place : undefined;
    const object = inside && places.get(inside.slice(0, -path.length));
    const found = object
      ? this.addressOf(object, false)
      : this.terms.operation(CONTAINER, pointer, this.terms.symbol(path));
    if (found.kind !== 'linear') pointers.add(found);
    return found;
  }

  /** `unsigned(x)` is x once x is known not to be negative. */
  simplify(term: Term): Term {
    if (term.kind !== 'operation' || term.operator !== 'unsigned') return term;
    const inner = term.operands[0]!;
    return this.state.facts.bounds(inner).low >= 0 ? inner : term;
  }

  load(place: Place): Term {
    const stored = this.state.memory.get(place.key);
    if (stored) return this.simplify(stored);
    return this.initial(place);
  }

  /** What a place holds that nothing on the path has written. */
  initial(place: Place): Term {
    const element = place.root.kind === 'pointer' && place.path === '' ? place.root.pointer : undefined;
    const page = element && this.pageAt(element);
    if (page && this.state.mayExist(page.set)) return page.term;
    if (place.path.endsWith('.bv_page') && place.root.kind === 'pointer') {
      const stored = this.storedPage(place.root.pointer, place.key);
      if (stored) return stored;
    }
    if (this.isZeroed(place)) return this.terms.constant(0);
    if (page) return page.term;
    if (place.root.kind === 'local') return this.context.untouched(place);
    const value = this.terms.symbol(`memory:${place.key}`);
    if (place.type.kind === 'integer' && !place.type.signed) this.terms.unsigned.add(value);
    if (place.type.kind === 'pointer') this.context.pointers.add(value);
    return value;
  }

  private isZeroed(place: Place): boolean {
    if (place.root.kind === 'local') return this.state.memory.has(`${rootKey(place.key)}?zero`);
    if (place.root.kind !== 'pointer' || !this.context.isStillZero(place)) return false;
    return [...place.root.pointer.parts.keys()].some(atom => this.state.isZeroed(atom));
  }

  /** The page that array slot `address` holds, where an acquisition filled the array. */
  pageAt(address: Term): { set: PageSet; term: Term } | undefined {
    let best: { set: PageSet; index: Term; rank: number } | undefined;
    for (const set of this.state.sets.values()) {
      if (!set.base || !set.pointer) continue;
      const index = this.terms.subtract(address, set.base);
      if (mentions(index, atom => atom === set.pointer)) continue;
      if (this.state.facts.bounds(index).high < 0) continue;
      const rank = this.rankOfSlot(set, index);
      if (!best || rank > best.rank) best = { set, index, rank };
    }
    if (!best) return this.copiedPageAt(address);
    return { set: best.set, term: this.terms.page(best.set.id, best.index) };
  }

  /** How likely a slot is this set's, where several sets share one array: surely inside, surely outside, or by form. */
  private rankOfSlot(set: PageSet, index: Term): number {
    const { facts } = this.state;
    const isInside = facts.bounds(index).low >= 0 && facts.isLess(index, set.obtained);
    const isOutside = facts.isAtMost(set.obtained, index) && this.state.mayExist(set);
    const existence = this.state.mayExist(set) ? 100 : 0;
    return existence + (isInside ? 50 : isOutside ? -50 : 0) - index.parts.size;
  }

  /** A slot of an array into which pages of a set were copied. */
  private copiedPageAt(address: Term): { set: PageSet; term: Term } | undefined {
    const pointer = pointerAtom(address, atom => this.context.pointers.has(atom));
    const id = pointer && this.state.aliases.get(pointer);
    const set = id ? this.state.sets.get(id) : undefined;
    if (!set || !pointer) return;
    return { set, term: this.terms.page(set.id, this.terms.subtract(address, pointer)) };
  }

  /** A page that a container (an sg entry, a bio_vec) at this address holds; which one is not known. */
  storedPage(address: Term, origin: string): Term | undefined {
    const pointer = pointerAtom(address, atom => this.context.pointers.has(atom));
    const set = this.state.sets.get((pointer && this.state.aliases.get(pointer)) ?? '');
    if (!set) return;
    // Of one page in an entry of its own there is no doubt which it is.
    const isOne =
      address === pointer && isOfEntry(address) && this.state.facts.bounds(set.obtained).high <= 1;
    return this.terms.page(set.id, isOne ? this.terms.constant(0) : this.fresh(`stored${origin}`));
  }

  store(place: Place, value: Term): void {
    const { memory } = this.state;
    this.clearBelow(place);
    if (place.root.kind === 'pointer') this.clearAliases(place);
    memory.set(place.key, value);
    if (value.kind === 'page' && place.root.kind === 'pointer' && place.path === '') {
      const pointer = pointerAtom(place.root.pointer, atom => this.context.pointers.has(atom));
      const set = this.state.sets.get(value.set);
      if (pointer && set && set.pointer !== pointer) this.state.aliases.set(pointer, value.set);
    }
  }

  /** An array or struct comes into scope: nothing of an earlier life of it remains. */
  undeclare(place: Place): void {
    this.clearBelow(place);
    this.state.memory.delete(place.key);
    this.state.memory.delete(`${place.key}?zero`);
    const address = this.terms.address(place.key, place.type.kind === 'array');
    this.state.iterators.delete(address);
    this.state.iteratorIdentity.delete(address);
  }

  zero(place: Place): void {
    this.clearBelow(place);
    this.state.memory.delete(place.key);
    const address = this.addressOf(place);
    if (place.root.kind === 'local' && place.path === '')
      this.state.memory.set(`${place.key}?zero`, this.terms.constant(1));
    else if (place.type.kind !== 'struct' && place.type.kind !== 'array')
      this.state.memory.set(place.key, this.terms.constant(0));
    this.state.iterators.delete(address);
    this.state.iteratorIdentity.delete(address);
  }

  /** Whether anything inside a place is known: it is a struct, whatever its type. */
  hasMembers(place: Place): boolean {
    const prefix = `${place.key}.`;
    for (const key of this.state.memory.keys()) if (key.startsWith(prefix)) return true;
    return false;
  }

  /** Copies a whole struct, member by member as far as they are known, with the iterators in it. */
  copy(to: Place, from: Place): void {
    const { memory } = this.state;
    const copies = [...memory].filter(([key]) => key.startsWith(`${from.key}.`));
    this.clearBelow(to);
    for (const [key, value] of copies) {
      const target = to.key + key.slice(from.key.length);
      const source = this.context.places.get(key);
      if (source) this.context.places.member(to, key.slice(from.key.length + 1), source.type);
      memory.set(target, value);
    }
    const source = this.addressOf(from, false);
    const target = this.addressOf(to, false);
    this.state.iteratorIdentity.set(target, this.state.iteratorOf(source));
  }

  /** A new unknown; an older value of the same origin is renamed first, so that both can live side by side. */
  fresh(name: string, type?: Type, isFreshMemory = false): Term {
    const symbol = this.terms.symbol(name, isFreshMemory);
    this.context.retire(this.state, symbol);
    if (type?.kind === 'integer' && !type.signed) this.terms.unsigned.add(symbol);
    if (type?.kind === 'pointer') this.context.pointers.add(symbol);
    return symbol;
  }

  /** Forgets what lies behind a local whose address an unknown call got. */
  forget(place: Place, name: string): void {
    this.clearBelow(place);
    if (place.type.kind !== 'struct' && place.type.kind !== 'array')
      this.state.memory.set(place.key, this.fresh(name, place.type));
    else this.context.retireUntouched(this.state, place);
  }

  private clearBelow(place: Place): void {
    const prefix = `${place.key}.`;
    const { memory } = this.state;
    for (const key of memory.keys()) if (key.startsWith(prefix)) memory.delete(key);
  }

  /** A store through a pointer may hit other slots of the same array. */
  private clearAliases(place: Place): void {
    if (place.root.kind !== 'pointer') return;
    const { pointer } = place.root;
    const base = pointerAtom(pointer, atom => this.context.pointers.has(atom));
    if (pointer.kind !== 'linear' && pointer === base) return;
    for (const key of this.state.memory.keys()) {
      if (!key.startsWith('*') || key === place.key) continue;
      const other = this.context.places.get(key);
      if (other?.root.kind !== 'pointer' || other.path !== place.path || other.root.pointer.kind !== 'linear')
        continue;
      const difference = this.terms.subtract(other.root.pointer, pointer);
      if (base && mentions(difference, atom => atom === base)) continue;
      if (!this.state.facts.isNonZero(difference)) this.state.memory.delete(key);
    }
  }
}

/** The address of a variable or member that is no array. */
const isOfEntry = (address: Term): boolean => address.kind === 'address' && !address.array;
