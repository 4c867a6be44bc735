import type { Program } from '../program/model.ts';
import { addKeeper, isPageOf, type Keeper, type State } from './state.ts';
import { mentions, type Term } from './terms.ts';

/** The sets of whose pages a pfn or an address occurs in a value. */
function setsIn(state: State, term: Term): string[] {
  const found: string[] = [];
  for (const set of state.sets.values()) {
    const isIn = mentions(term, atom => {
      if (atom.kind !== 'operation' || atom.operator !== 'address') return false;
      const [of, mapped] = atom.operands;
      if (mapped) return false;
      return isPageOf(set, of);
    });
    if (isIn) found.push(set.id);
  }
  return found;
}

/** A value goes where others may find it: whoever reads a page's number there may be its owner. */
export function noteNumbersStored(state: State, term: Term): void {
  for (const id of setsIn(state, term)) state.updateSet(id, { isViewed: true });
}

/** A callee is given a value: unless it fails, it may keep the page by its number. */
export function noteNumbersGiven(state: State, terms: readonly Term[], keeper: Keeper): void {
  if (state.sets.size === 0) return;
  for (const term of terms)
    for (const id of setsIn(state, term)) {
      const set = state.sets.get(id)!;
      state.updateSet(id, { viewers: addKeeper(set.viewers, keeper) });
    }
}

/** pfn_to_page(), phys_to_page(), virt_to_folio(), free_page(), kvm_release_pfn_clean() and their like. */
const OF_NUMBERS =
  /\b(\w*(pfn|phys|virt|addr)\w*_(page|folio)\w*|\w*(put|release|unpin|free)\w*_(pfn|phys)\w*|_*free_pages?)\s*\(/;

const found = new WeakMap<Program, boolean>();

/** Whether a file has any way back from a pfn or an address to a page: else no function that stays in it can release by one. */
export function makesPagesOfNumbers(program: Program): boolean {
  const known = found.get(program) ?? OF_NUMBERS.test(program.text);
  found.set(program, known);
  return known;
}
