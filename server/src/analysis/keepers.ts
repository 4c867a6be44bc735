import type { CallInstruction } from '../program/model.ts';
import { isBorrowed } from './borrowing.ts';
import type { Context } from './context.ts';
import type { Place } from './places.ts';
import { reachable, setsOf } from './reach.ts';
import { addKeeper, type Keeper, type PageSet, type State } from './state.ts';
import type { Atom, Term } from './terms.ts';
import type { Values } from './values.ts';
import { writtenMembers } from './writes.ts';

/**
 * A call of which nothing is known: by the kernel's convention it keeps nothing where it reports failure, and may keep
 * what it was given as a page, an array or an object where it succeeds or returns nothing. Values taken from a page
 * (a pfn, an address) are not the page.
 */
export function giveToUnknown(
  context: Context,
  values: Values,
  call: CallInstruction,
  result: Term | undefined,
): void {
  const { state } = values;
  // Only of what leaves the pages alone can the convention of failure be counted on.
  const { callee } = call;
  const isKnownToTouch =
    callee !== undefined && (context.program.macros.has(callee) || context.touches(callee));
  const keeper: Keeper = {
    callee: callee ?? 'a function pointer',
    result: isKnownToTouch ? undefined : result,
    failure: failureOf(call),
  };
  call.arguments.forEach((argument, at) => {
    const term = values.value(argument);
    if (argument.type.kind === 'integer' || isAddressOnly(term)) return;
    if (!isBorrowed(context.program, context.table, callee, at)) {
      const kept = keep(context, state, term, keeper);
      // It may release them: as long as it may follow, they are not lost.
      if (isKnownToTouch)
        for (const { acquisition } of kept)
          context.releases.noteTaker(acquisition.key, values.frame, context.block);
    }
    const written = writtenMembers(context.program, callee, at);
    if (written) forgetMembers(context, values, call, term, written);
    else forgetLocal(context, values, call, term);
  });
}

/** How a call of unknown effect tells its failure, by the type of its result. */
export function failureOf(call: CallInstruction): Keeper['failure'] {
  const type = call.result?.type;
  if (type?.kind === 'pointer') return 'pointer';
  return type?.kind === 'integer' && type.bits === 1 ? 'bool' : 'number';
}

/** A pfn or an address made of a page. */
function isAddressOnly(term: Term): boolean {
  return term.kind === 'operation' && term.operator === 'address';
}

/**
 * Whatever can be followed from the value may have a new owner.
 * @returns the pages among that.
 */
export function keep(context: Context, state: State, term: Term, keeper: Keeper): PageSet[] {
  const found: PageSet[] = [];
  for (const reached of reachable(context, state, [term])) {
    for (const set of setsOf(state, reached)) {
      found.push(set);
      const keepers = addKeeper(state.sets.get(set.id)!.keepers, keeper);
      if (keepers !== set.keepers) state.updateSet(set.id, { keepers });
    }
    if (reached.kind === 'linear' || !isObjectAtom(reached)) continue;
    state.keepers.set(reached, addKeeper(state.keepers.get(reached) ?? [], keeper));
  }
  return found;
}

function isObjectAtom(atom: Atom): boolean {
  return atom.kind === 'address' || (atom.kind === 'symbol' && atom.fresh);
}

/** The callee writes nothing of the object but these members. */
function forgetMembers(
  context: Context,
  values: Values,
  call: CallInstruction,
  term: Term,
  members: ReadonlySet<string>,
): void {
  if (term.kind !== 'address' || term.array) return;
  for (const name of members) forgetPlace(values, call, context.places.get(`${term.place}.${name}`));
}

/** `f(&count)`: the callee may have written the local. */
export function forgetLocal(context: Context, values: Values, call: CallInstruction, term: Term): void {
  if (term.kind === 'address' && !term.array) forgetPlace(values, call, context.places.get(term.place));
}

function forgetPlace(values: Values, call: CallInstruction, place: Place | undefined): void {
  const held = place && values.state.memory.get(place.key);
  if (held && setsOf(values.state, held).length > 0) return;
  if (place?.root.kind === 'local' || (place && place.path !== '' && place.type.kind === 'integer'))
    values.forget(place, `out${values.frame.key}@${call.span.start}:${place.key}`);
}
