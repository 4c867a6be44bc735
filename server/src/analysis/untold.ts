import type { Context } from './context.ts';
import { rootKey } from './places.ts';
import { setsOf } from './reach.ts';
import { isPageOf, type PageSet, type State } from './state.ts';
import { asNumber, memoryKey, mentions, type Term } from './terms.ts';

/**
 * Whether pages lie in an array of the caller that nobody can release any more: neither the array's object nor anything
 * else that the function wrote tells how many there are. Whoever fails keeps nothing; the exception are functions that
 * leave what they have in an object, with its count, to whoever ends that object.
 * @param live the values that outlive the function.
 */
export function isUntold(context: Context, state: State, set: PageSet, live: ReadonlySet<Term>): boolean {
  const { pointer } = set;
  if (!pointer || (set.mode !== 'pin' && set.mode !== 'get') || set.keepers.some(each => each.isPlain))
    return false;
  const objects = objectsOf(context, state, pointer);
  for (const [key, value] of state.memory) {
    const place = context.places.get(key);
    if (!place || place.root.kind === 'local' || state.facts.isZero(value) || !live.has(value)) continue;
    // Whoever ends the object finds the page in it.
    if (isPageOf(set, value)) return false;
    if (setsOf(state, value).includes(set)) continue;
    if (objects.has(rootKey(key)) || tellsCount(value, set)) return false;
  }
  return true;
}

function tellsCount(value: Term, { asked, obtained, to }: PageSet): boolean {
  const counts = [asked, obtained, to].filter(term => term !== undefined && asNumber(term) === undefined);
  return counts.some(count => [...count!.parts.keys()].some(atom => mentions(value, each => each === atom)));
}

/** The objects, by their keys, in which an array or a pointer to it lies. */
function objectsOf(context: Context, state: State, pointer: Term): ReadonlySet<string> {
  const keys = [...state.memory].filter(([, value]) => value === pointer).map(([key]) => key);
  const held = memoryKey(pointer);
  if (held !== undefined) keys.push(held);
  if (pointer.kind === 'address') keys.push(pointer.place);
  return new Set(keys.filter(key => context.places.get(key)?.root.kind !== 'local').map(rootKey));
}
