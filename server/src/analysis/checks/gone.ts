import type { FunctionRow } from '../../semantics/effects.ts';
import type { Context } from '../context.ts';
import { hasFailed } from '../reach.ts';
import { pageOf, possibleHolds } from '../releasing.ts';
import type { PageSet, Release, State } from '../state.ts';
import type { Term } from '../terms.ts';

/** A page whose hold was dropped on the path, and the call that dropped it. */
export interface Gone {
  readonly set: PageSet;
  readonly release: Release;
  /** Somebody unknown was given the page before the release, and may hold it. */
  readonly mayBeKept: boolean;
}

/** Acquisitions whose pages some container took a reference of its own on: they live on when the first hold goes. */
const referenced = new WeakMap<Context, Set<string>>();

/** Takes note of a call that stores pages with a reference of its own, or hands them on. */
export function noteReferences(
  context: Context,
  state: State,
  row: FunctionRow,
  argument: (at: number) => Term | undefined,
): void {
  for (const effect of row.effects) {
    if (effect.kind !== 'store' || effect.takes === 'keeps') continue;
    const term = argument(effect.page);
    const page = term && pageBehind(state, term);
    if (!page) continue;
    const keys = referenced.get(context) ?? new Set();
    referenced.set(context, keys.add(page.set.acquisition.key));
  }
}

/** Whether anything was released on the path: without that nothing can be gone. */
export function isAnythingGone(state: State): boolean {
  for (const set of state.sets.values()) if (set.dropped.length > 0) return true;
  return false;
}

/** The page that a value is, or that an address made of it leads to. */
export function pageBehind(state: State, term: Term): ReturnType<typeof pageOf> {
  if (term.kind !== 'linear') return pageOf(state, term);
  for (const [atom, coefficient] of term.parts) {
    const page = coefficient === 1 && isMapped(atom) ? pageOf(state, atom) : undefined;
    if (page) return page;
  }
  return;
}

/** An address through which the content of a page is reached. */
export function isMapped(term: Term): boolean {
  if (term.kind === 'linear') return [...term.parts].some(([atom, by]) => by === 1 && isMapped(atom));
  return term.kind === 'operation' && term.operator === 'address';
}

/** What became of the page behind a value, where its hold is gone for certain. */
export function goneBehind(context: Context, state: State, term: Term): Gone | undefined {
  const page = pageBehind(state, term);
  if (!page || !isDropped(state, page.set, page.index)) return;
  return goneSet(context, state, page.set);
}

/** A set that was dropped as a whole, by whoever had the only hold that is known. */
export function goneSet(context: Context, state: State, set: PageSet): Gone | undefined {
  const release = lastRelease(state, set);
  if (!release || state.warned || set.hasOwnReference) return;
  if (referenced.get(context)?.has(set.acquisition.key)) return;
  // A release of pages that carry nothing, or of another kind, is another mistake.
  if (set.status === 'consumed' || possibleHolds(state, set).has('none')) return;
  const mayBeKept = set.keepers.some(each => isHolder(context, state, each));
  // What a helper drops after others were given the page may be theirs: two guesses.
  if (mayBeKept && release.frame.key !== set.acquisition.frame.key) return;
  return { set, release, mayBeKept };
}

export function isDropped(state: State, set: PageSet, index: Term | undefined): boolean {
  const { facts } = state;
  if (!state.mayExist(set)) return false;
  if (set.status === 'dropped') return true;
  if (set.status !== 'held' || !set.isExact || !index || set.dropped.length === 0) return false;
  if (facts.isLess(index, set.from)) return true;
  return facts.isAtMost(set.to, index) && facts.isLess(index, set.obtained);
}

/** Containers of the table that keep only a pointer hold nothing. */
function isHolder(context: Context, state: State, keeper: PageSet['keepers'][number]): boolean {
  if (hasFailed(state, keeper)) return false;
  const stores = context.table.row(keeper.callee)?.effects.filter(effect => effect.kind === 'store') ?? [];
  return stores.length === 0 || stores.some(effect => effect.takes !== 'keeps');
}

/** The last release of the set on this path. */
function lastRelease(state: State, set: PageSet): Release | undefined {
  for (let step = state.trace; step; step = step.previous) {
    if (step.kind !== 'release' || step.subject !== set.acquisition.key) continue;
    const { start } = step.span;
    return set.dropped.find(release => release.span.start === start) ?? set.dropped.at(-1);
  }
  return;
}
