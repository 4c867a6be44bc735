import type { Type } from '../program/types.ts';
import type { Atom, Term } from './terms.ts';
import { CONTAINER, partsOf } from './terms.ts';

/** Where a place begins: a local of an activation, a global, or what a pointer leads to. */
export type PlaceRoot =
  | { readonly kind: 'local'; readonly frame: string }
  | { readonly kind: 'global' }
  | { readonly kind: 'pointer'; readonly pointer: Term };

/** An access path: a root and members. Interned by key. */
export interface Place {
  readonly key: string;
  readonly root: PlaceRoot;
  /** The members behind the root: `.vec.pages`. */
  readonly path: string;
  readonly type: Type;
  /** `struct foo::bar`, where the place is a member of a struct of known type. */
  readonly owner?: string;
}

/** The registry of places of one analysis. */
export class Places {
  private readonly byKey = new Map<string, Place>();

  get(key: string): Place | undefined {
    return this.byKey.get(key);
  }

  local(frame: string, id: number, type: Type): Place {
    return this.intern(`v${frame}:${id}`, { kind: 'local', frame }, '', type);
  }

  global(name: string, type: Type): Place {
    return this.intern(`g:${name}`, { kind: 'global' }, '', type);
  }

  /** What `pointer` leads to. */
  target(pointer: Term, type: Type): Place {
    if (pointer.kind === 'address' && !pointer.array) {
      const place = this.byKey.get(pointer.place);
      if (place) return place;
    }
    return this.intern(`*${pointer.id}`, { kind: 'pointer', pointer }, '', type);
  }

  member(object: Place, name: string, type: Type): Place {
    const embedded = embeddedAt(object, name);
    if (embedded) return this.target(embedded, type);
    const isStruct = object.type.kind === 'struct' && object.type.tag.startsWith('struct ');
    const owner = isStruct ? `${(object.type as { tag: string }).tag}::${name}` : undefined;
    return this.intern(`${object.key}.${name}`, object.root, `${object.path}.${name}`, type, owner);
  }

  /** The same path behind another pointer. */
  moved(place: Place, pointer: Term): Place {
    if (pointer.kind === 'address' && !pointer.array) {
      const target = this.byKey.get(pointer.place);
      if (target)
        return this.intern(
          target.key + place.path,
          target.root,
          target.path + place.path,
          place.type,
          place.owner,
        );
    }
    return this.intern(
      `*${pointer.id}${place.path}`,
      { kind: 'pointer', pointer },
      place.path,
      place.type,
      place.owner,
    );
  }

  private intern(key: string, root: PlaceRoot, path: string, type: Type, owner?: string): Place {
    const known = this.byKey.get(key);
    const isKnownType = known && (known.type.kind !== 'unknown' || type.kind === 'unknown');
    if (isKnownType && (known.owner || !owner)) return known;
    const place = { key, root, path, type: isKnownType ? known.type : type, owner: owner ?? known?.owner };
    this.byKey.set(key, place);
    return place;
  }
}

/** What a container was found by lies at this member of it. */
function embeddedAt({ root, path }: Place, name: string): Term | undefined {
  if (root.kind !== 'pointer' || root.pointer.kind !== 'operation') return;
  const { operator, operands } = root.pointer;
  const [embedded, member] = operands;
  const isIt = operator === CONTAINER && member?.kind === 'symbol' && member.name === `${path}.${name}`;
  return isIt ? embedded : undefined;
}

/** The pointer among the atoms of an address: an object's address, fresh memory, or what `isPointer` says. */
export function pointerAtom(term: Term, isPointer: (atom: Atom) => boolean): Atom | undefined {
  let fallback: Atom | undefined;
  for (const [atom, coefficient] of partsOf(term)) {
    if (coefficient !== 1) continue;
    if (atom.kind === 'address' || (atom.kind === 'symbol' && atom.fresh) || isPointer(atom)) return atom;
    fallback ??= atom;
  }
  return fallback;
}

/** The key of the variable or pointer target that a place lies in. */
export function rootKey(key: string): string {
  const end = key.search(/[.?]/);
  return end < 0 ? key : key.slice(0, end);
}
