import type { Context } from './context.ts';
import { isKept } from './reach.ts';
import type { PageSet, State } from './state.ts';
import { type Atom, mentions, type Term } from './terms.ts';

/**
 * Whether the slots of a set's array hold no page but what this set put there, or others before `slot`: the function made
 * the array itself, or asked for the slot to be filled; nobody has written it, and nobody else was given it.
 * @param mayBeZeroed NULL in the other slots counts as well: of a single page somebody may ask before it is released.
 * @param slot what comes before is not asked for; by default the first behind the set.
 */
export function isOtherwiseUnwritten(
  context: Context,
  state: State,
  set: PageSet,
  mayBeZeroed = false,
  slot: Term = set.obtained,
): boolean {
  const { pointer } = set;
  if (!pointer) return false;
  const owner = ownerOf(context, pointer);
  if (!owner && !isLeftEmpty(context, state, set, slot)) return false;
  if (!mayBeZeroed && (state.isZeroed(pointer) || (owner && state.isZeroed(owner)))) return false;
  const isShared = (atom: Atom): boolean =>
    isKept(state, state.keepers.get(atom) ?? []) || state.aliases.has(atom);
  if (isShared(pointer) || (owner && isShared(owner))) return false;
  for (const other of state.sets.values())
    if (
      other.id !== set.id &&
      mayShare(other, set) &&
      state.mayExist(other) &&
      !endsBefore(context, state, other, set, slot)
    )
      return false;
  for (const key of state.memory.keys()) {
    const place = context.places.get(key);
    if (place?.root.kind === 'pointer' && mentions(place.root.pointer, atom => atom === pointer))
      return false;
  }
  return true;
}

/** In an array of somebody else's: the slot is that for which a call obtained nothing, so no page of theirs is in it. */
function isLeftEmpty({ terms }: Context, state: State, set: PageSet, slot: Term): boolean {
  const inArray = [...state.sets.values()].filter(other => other.pointer === set.pointer);
  if (inArray.some(other => isKept(state, other.keepers))) return false;
  if (!state.mayExist(set) || isAskedFor(state, set, slot)) return true;
  const address = set.base && terms.add(set.base, slot);
  return inArray.some(
    other => address && other.base && !state.mayExist(other) && state.facts.areEqual(other.base, address),
  );
}

/** What a caller has in the slots that a call was asked to fill is not kept there. */
function isAskedFor({ facts }: State, { asked }: PageSet, slot: Term): boolean {
  return asked !== undefined && facts.isLess(slot, asked);
}

/** Whether two sets may lie in one array: where the turns before put theirs is not known of all of them together. */
function mayShare(other: PageSet, set: PageSet): boolean {
  return other.pointer === set.pointer || other.acquisition.key === set.acquisition.key;
}

/** Whether the slots that another set filled all lie before slot `slot` of this one. */
function endsBefore({ terms }: Context, { facts }: State, other: PageSet, set: PageSet, slot: Term): boolean {
  if (!other.isExact || !other.base || !set.base) return false;
  return facts.isAtMost(terms.add(other.base, other.obtained), terms.add(set.base, slot));
}

/** The local array, or the allocation, that an array pointer leads to; undefined where somebody else made it. */
export function ownerOf(context: Context, pointer: Atom): Atom | undefined {
  if (pointer.kind === 'symbol') return pointer.fresh ? pointer : undefined;
  if (pointer.kind !== 'address') return undefined;
  const place = context.places.get(pointer.place);
  if (place?.root.kind === 'local') return place.path === '' ? pointer : undefined;
  const object = place?.root.kind === 'pointer' ? place.root.pointer : undefined;
  return object?.kind === 'symbol' && object.fresh ? object : undefined;
}
