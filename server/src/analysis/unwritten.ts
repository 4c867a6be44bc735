import type { Context } from './context.ts';
import type { PageSet, State } from './state.ts';
import { mentions } from './terms.ts';

/**
 * Whether the slots of a set's array hold nothing but what this set put there: the function made the array itself,
 * nobody has zeroed or written it, and nobody else was given it.
 */
export function isOtherwiseUnwritten(context: Context, state: State, set: PageSet): boolean {
  const { pointer } = set;
  if (!pointer || state.isZeroed(pointer) || state.keepers.has(pointer) || state.aliases.has(pointer))
    return false;
  const isOwn =
    pointer.kind === 'address' ? isLocal(context, pointer.place) : pointer.kind === 'symbol' && pointer.fresh;
  if (!isOwn) return false;
  for (const other of state.sets.values())
    if (other.id !== set.id && other.pointer === pointer && state.mayExist(other)) return false;
  for (const key of state.memory.keys()) {
    const place = context.places.get(key);
    if (place?.root.kind === 'pointer' && mentions(place.root.pointer, atom => atom === pointer))
      return false;
  }
  return true;
}

function isLocal(context: Context, key: string): boolean {
  const place = context.places.get(key);
  return place?.root.kind === 'local' && place.path === '';
}
