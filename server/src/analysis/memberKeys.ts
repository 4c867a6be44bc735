import type { Context } from './context.ts';
import { type Place, pointerAtom } from './places.ts';
import type { State } from './state.ts';
import { type Atom, memoryKey, mentions, PAGE_BEHIND, PAGE_IN, type Term } from './terms.ts';

/** A member of a struct type, `struct foo::pages`: what is stored in it here is found in it there. */
export type MemberKey = string;

/** `struct foo` of `struct foo::pages`. */
export const structOfMember = (key: MemberKey): string => key.slice(0, key.indexOf('::'));

/** Stands for whatever keeps pages by their number or address: all pages found again by it. */
export const BY_NUMBER: MemberKey = 'by number';

/** The member a value was read from, or undefined. */
export function memberOf(context: Context, term: Term): MemberKey | undefined {
  if (term.kind === 'operation' && term.operator === PAGE_BEHIND) return BY_NUMBER;
  const place = placeReadFrom(context, term);
  return place && memberOfPlace(context, place);
}

/** The one member that the number or address was read from by which a page was found. */
export function memberOfNumber(context: Context, term: Term): MemberKey | undefined {
  if (term.kind !== 'operation' || term.operator !== PAGE_BEHIND) return;
  const found = new Set<MemberKey | undefined>();
  mentions(term.operands[0]!, atom => {
    if (memoryKey(atom) !== undefined) found.add(memberOf(context, atom));
    return false;
  });
  return found.size === 1 ? [...found][0] : undefined;
}

/** The structs, by tag, that the object lies in whose member a value was read from: `foo` of `foo->table.pages`. */
export function structsAround(context: Context, term: Term): ReadonlySet<string> {
  const around = new Set<string>();
  let key = placeReadFrom(context, term)?.key ?? '';
  while (key.includes('.')) {
    key = key.slice(0, key.lastIndexOf('.'));
    const owner = context.places.get(key)?.owner;
    if (owner) around.add(structOfMember(owner));
  }
  return around;
}

function placeReadFrom(context: Context, term: Term): Place | undefined {
  if (term.kind === 'operation' && term.operator === PAGE_IN)
    return placeReadFrom(context, term.operands[0]!);
  const atom = pointerAtom(term, candidate => context.pointers.has(candidate)) ?? onlyAtom(term);
  if (!atom) return;
  return placeOfAtom(context, atom);
}

/** The place whose address an atom is, or that it names as what memory held there before the function. */
export function placeOfAtom({ places }: Context, atom: Term): Place | undefined {
  const key = atom.kind === 'address' ? atom.place : memoryKey(atom);
  return key === undefined ? undefined : places.get(key);
}

function onlyAtom(term: Term): Atom | undefined {
  return term.parts.size === 1 ? [...term.parts.keys()][0] : undefined;
}

/** The member a place is, or whose array or vector it is an element of. */
export function memberOfPlace(context: Context, place: Place): MemberKey | undefined {
  if (place.root.kind === 'pointer' && (place.path === '' || ELEMENT_PATHS.has(place.path)))
    return memberOf(context, place.root.pointer);
  return place.owner;
}

/** The page of a bio_vec is the vector's, wherever that lies. */
const ELEMENT_PATHS = new Set(['.bv_page']);

/** Members of which the state knows whether they are zero (false) or not (true): tests of them lie on the path. */
export function testedMembers(context: Context, state: State): Map<MemberKey, boolean> {
  const found = new Map<MemberKey, boolean>();
  for (const form of state.facts.forms()) {
    if (form.parts.size !== 1) continue;
    const [atom] = form.parts.keys();
    const tested = atom!.kind === 'operation' ? atom!.operands : [atom!];
    const isNonZero = state.facts.isNonZero(atom!);
    if (!isNonZero && !state.facts.isZero(atom!)) continue;
    for (const term of tested) {
      const key = memoryKey(term);
      const place = key === undefined ? undefined : context.places.get(key);
      if (place?.owner) found.set(place.owner, isNonZero);
    }
  }
  return found;
}
