import type { Context } from './context.ts';
import { isKept } from './reach.ts';
import type { PageSet, State } from './state.ts';
import { type Atom, mentions } from './terms.ts';

/**
 * Whether the slots of a set's array hold no page but what this set put there: the function made the array itself,
 * nobody has written it, and nobody else was given it.
 * @param mayBeZeroed NULL in the other slots counts as well: of a single page somebody may ask before it is released.
 */
export function isOtherwiseUnwritten(
  context: Context,
  state: State,
  set: PageSet,
  mayBeZeroed = false,
): boolean {
  const { pointer } = set;
  if (!pointer) return false;
  const owner = ownerOf(context, pointer);
  if (!owner || (!mayBeZeroed && (state.isZeroed(pointer) || state.isZeroed(owner)))) return false;
  const isShared = (atom: Atom): boolean =>
    isKept(state, state.keepers.get(atom) ?? []) || state.aliases.has(atom);
  if (isShared(pointer) || isShared(owner)) return false;
  for (const other of state.sets.values())
    if (other.id !== set.id && mayShare(other, set) && state.mayExist(other)) return false;
  for (const key of state.memory.keys()) {
    const place = context.places.get(key);
    if (place?.root.kind === 'pointer' && mentions(place.root.pointer, atom => atom === pointer))
      return false;
  }
  return true;
}

/** Whether two sets may lie in one array: where the turns before put theirs is not known of all of them together. */
function mayShare(other: PageSet, set: PageSet): boolean {
  return other.pointer === set.pointer || other.acquisition.key === set.acquisition.key;
}

/** The local array, or the allocation, that an array pointer leads to; undefined where somebody else made it. */
function ownerOf(context: Context, pointer: Atom): Atom | undefined {
  if (pointer.kind === 'symbol') return pointer.fresh ? pointer : undefined;
  if (pointer.kind !== 'address') return undefined;
  const place = context.places.get(pointer.place);
  if (place?.root.kind === 'local') return place.path === '' ? pointer : undefined;
  const object = place?.root.kind === 'pointer' ? place.root.pointer : undefined;
  return object?.kind === 'symbol' && object.fresh ? object : undefined;
}
