import type { Context } from './context.ts';
import { isErrorExit, isLostAt, outcomesOf } from './exits.ts';
import { type Frame, isWithin } from './frames.ts';
import type { Exit } from './interpret.ts';
import { survivors } from './reach.ts';
import type { Term } from './terms.ts';

/**
 * What became of the pages of one call at an exit that reports success: dropped by the function of the call itself, by a
 * function that it calls, by one that calls it, left to somebody, or to nobody.
 */
export type Fate = 'same-function' | 'callee' | 'caller' | 'kept' | 'lost';

/** The fates of one acquiring call. */
export interface Fates {
  /** Where the calling function was analysed by itself. */
  readonly alone: Set<Fate>;
  /** Where it was analysed as a part of its callers. */
  readonly called: Set<Fate>;
}

export const noFates = (): Fates => ({ alone: new Set(), called: new Set() });

/**
 * Notes the fates of all pages at the exits of a root.
 * @param fatesOf the record of the call at an offset, if anybody asks.
 */
export function noteFates(
  context: Context,
  root: Frame,
  exits: readonly Exit[],
  fatesOf: (callStart: number) => Fates | undefined,
): void {
  for (const { state, value } of exits.flatMap(exit => outcomesOf(root, exit))) {
    if (state.warned || isErrorExit(root, state, value)) continue;
    let live: ReadonlySet<Term> | undefined;
    for (const set of state.sets.values()) {
      const { acquisition } = set;
      const fates = fatesOf(acquisition.span.start);
      if (!fates || !state.mayExist(set)) continue;
      const known = acquisition.frame.parent ? fates.called : fates.alone;
      if (state.mayRemain(set)) {
        live ??= survivors(context, state, value);
        known.add(isLostAt(context, root, state, set, live) ? 'lost' : 'kept');
      } else if (set.status === 'consumed') known.add('kept');
      else for (const release of set.dropped) known.add(fateOf(acquisition.frame, release.frame));
    }
  }
}

function fateOf(acquisition: Frame, release: Frame): Fate {
  if (release.key === acquisition.key) return 'same-function';
  return isWithin(release, acquisition) ? 'callee' : 'caller';
}
