import { BEGUN } from '../semantics/completions.ts';
import type { Context } from './context.ts';
import { pointerAtom, rootKey } from './places.ts';
import { type Allocation, isPageOf, type Keeper, type PageSet, type State } from './state.ts';
import { type Atom, memoryKey, mentions, type Term } from './terms.ts';

/** Whether an unknown callee is known to have failed, and so by convention kept nothing. */
export function hasFailed(state: State, keeper: Keeper): boolean {
  if (!keeper.result) return false;
  const { facts } = state;
  const { low, high } = facts.bounds(keeper.result);
  if (high < 0 && BEGUN.some(name => facts.isError(keeper.result!, name))) return false;
  switch (keeper.failure) {
    case 'pointer':
      return high <= 0;
    case 'bool':
      return low === 0 && high === 0;
    case 'number':
      return high < 0 || (low <= 0 && facts.isNonZero(keeper.result));
  }
}

/** Whether any unknown callee that got this may still have it, or memory that still is. */
export const isKept = (state: State, keepers: readonly Keeper[]): boolean =>
  keepers.some(keeper => !hasFailed(state, keeper) && !isInFreed(state, keeper));

const isInFreed = (state: State, { container }: Keeper): boolean =>
  container !== undefined && allocationOf(state, container)?.status === 'freed';

/** The page sets whose pages or page array a value leads to directly. */
export function setsOf(state: State, term: Term): PageSet[] {
  const found: PageSet[] = [];
  for (const set of state.sets.values()) {
    const pointer = set.pointer;
    const isPage = mentions(term, atom => isPageOf(set, atom));
    if (isPage || (pointer && mentions(term, atom => atom === pointer))) found.push(set);
  }
  return found;
}

export function allocationOf(state: State, term: Term): Allocation | undefined {
  for (const allocation of state.allocations.values())
    if (mentions(term, atom => atom === allocation.atom)) return allocation;
  return;
}

/**
 * Walks memory from values: every pointer that can be followed from them.
 * @param from values that somebody holds.
 * @returns all values reachable, the first included.
 */
export function reachable(context: Context, state: State, from: readonly Term[]): Set<Term> {
  const byPointer = new Map<Term, Term[]>();
  const byLocal = new Map<string, Term[]>();
  for (const [key, value] of state.memory) {
    const place = context.places.get(key);
    if (!place) continue;
    if (place.root.kind === 'pointer') {
      const pointer = pointerAtom(place.root.pointer, atom => context.pointers.has(atom));
      if (pointer) push(byPointer, pointer, value);
    } else if (place.root.kind === 'local') push(byLocal, rootKey(key), value);
  }
  for (const [pointer, id] of state.aliases)
    push(byPointer, pointer, context.terms.page(id, context.terms.constant(0)));
  for (const set of state.sets.values()) {
    const object = set.pointer && objectAround(context, set.pointer);
    if (object && set.pointer) push(byPointer, object, set.pointer);
    // What an untouched place holds is not in memory: the way to it is in its name.
    for (let term: Term | undefined = set.pointer; term; ) {
      const key = memoryKey(term);
      const place = key === undefined ? undefined : context.places.get(key);
      if (place?.root.kind === 'local') push(byLocal, rootKey(place.key), term);
      if (place?.root.kind !== 'pointer') break;
      const pointer = pointerAtom(place.root.pointer, atom => context.pointers.has(atom));
      if (!pointer || pointer === term) break;
      push(byPointer, pointer, term);
      term = pointer;
    }
  }
  const seen = new Set<Term>();
  const queue = [...from];
  while (queue.length > 0) {
    const term = queue.pop()!;
    if (seen.has(term)) continue;
    seen.add(term);
    for (const atom of atomsOf(term)) {
      if (seen.has(atom) && atom !== term) continue;
      seen.add(atom);
      queue.push(...(byPointer.get(atom) ?? []));
      if (atom.kind === 'address') queue.push(...(byLocal.get(rootKey(atom.place)) ?? []));
      if (atom.kind === 'address' && atom.place.startsWith('*')) {
        const place = context.places.get(atom.place);
        if (place?.root.kind === 'pointer') queue.push(place.root.pointer);
      }
    }
  }
  return seen;
}

/** An array inside an object goes where the object goes: the pointer to that. */
function objectAround(context: Context, pointer: Term): Atom | undefined {
  const inside = pointer.kind === 'address' ? context.places.get(pointer.place) : undefined;
  return inside?.root.kind === 'pointer'
    ? pointerAtom(inside.root.pointer, atom => context.pointers.has(atom))
    : undefined;
}

function push<K>(map: Map<K, Term[]>, key: K, value: Term): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** The atoms that a value leads to; a pfn or an address made of a page is not the page. */
function atomsOf(term: Term, found = new Set<Atom>()): ReadonlySet<Atom> {
  if (term.kind === 'linear') for (const atom of term.parts.keys()) atomsOf(atom, found);
  else if (!found.has(term)) {
    found.add(term);
    if (term.kind === 'operation' && term.operator !== 'address')
      for (const operand of term.operands) atomsOf(operand, found);
  }
  return found;
}

/**
 * The values that outlive the root function: what memory that it did not make holds, what it returns, and what unknown
 * callees may have kept.
 */
export function survivors(context: Context, state: State, returned: Term | undefined): Set<Term> {
  const roots: Term[] = returned ? [returned] : [];
  for (const [key, value] of state.memory) {
    const place = context.places.get(key);
    if (!place) continue;
    if (place.root.kind === 'global') roots.push(value);
    if (place.root.kind === 'pointer' && isForeign(context, state, place.root.pointer)) roots.push(value);
  }
  // What is free again is nobody's any more: who was given it and kept it has been made to let go of it.
  for (const [term, keepers] of state.keepers)
    if (isKept(state, keepers) && !isFreed(context, state, term)) roots.push(term);
  for (const set of state.sets.values())
    if (set.pointer && isForeign(context, state, set.pointer)) roots.push(set.pointer);
  const found = reachable(context, state, roots);
  for (const [pointer, id] of state.aliases) {
    const object = objectAround(context, pointer);
    if (object && found.has(object)) found.add(context.terms.page(id, context.terms.constant(0)));
  }
  return found;
}

/** Whether the pages of a set are among what these values lead to. */
export function isLedTo(state: State, reached: ReadonlySet<Term>, set: PageSet): boolean {
  for (const term of reached)
    if (isPageOf(set, term) || term === set.pointer || setsOf(state, term).includes(set)) return true;
  return false;
}

/** Memory that the function made and freed, or what lies within it. */
function isFreed(context: Context, state: State, pointer: Term): boolean {
  if (allocationOf(state, pointer)?.status === 'freed') return true;
  const place = pointer.kind === 'address' ? context.places.get(pointer.place) : undefined;
  return place?.root.kind === 'pointer' && isFreed(context, state, place.root.pointer);
}

/** Memory that existed before the function ran, or that somebody else made. */
export function isForeign(context: Context, state: State, pointer: Term): boolean {
  const atom = pointerAtom(pointer, candidate => context.pointers.has(candidate));
  if (!atom || state.freed.has(atom)) return false;
  if (atom.kind === 'symbol') return !atom.fresh;
  if (atom.kind === 'address') {
    const place = context.places.get(atom.place);
    if (!place || place.root.kind === 'local') return false;
    return place.root.kind === 'global' || isForeign(context, state, place.root.pointer);
  }
  return atom.kind === 'operation' && !atom.operands.some(operand => allocationOf(state, operand));
}
