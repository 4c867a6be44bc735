import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** A mistake in the analysis: text of one file that stands there exactly once, and what takes its place. */
export interface PlantedFault {
  readonly name: string;
  /** Below server/src/analysis. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Six mistakes in transfer functions and eight in the join, each of which the oracle must notice. */
export const PLANTED_FAULTS: readonly PlantedFault[] = [
  {
    name: 'transfer: a release leaves the pages held',
    file: 'release.ts',
    find: "releasing.state.updateSet(set.id, { status: 'dropped' });",
    replace: '',
  },
  {
    name: 'transfer: an acquisition never fails',
    file: 'acquire.ts',
    find: '[...failure(each), ...success(each)]',
    replace: 'success(each)',
  },
  {
    name: 'transfer: a condition tells nothing of what it asked',
    file: 'branch.ts',
    find: 'const holds = isTrue ? state.facts.assumeNot(condition, 0) : state.facts.assume(condition, 0, 0);',
    replace: 'const holds = true;',
  },
  {
    name: 'transfer: a page released from the front takes its neighbour along',
    file: 'release.ts',
    find: 'from: values.plus(set.from, 1) });\n  else if (facts.areEqual',
    replace: 'from: values.plus(set.from, 2) });\n  else if (facts.areEqual',
  },
  {
    name: 'transfer: what a callee returns is lost',
    file: 'interpret.ts',
    find: 'this.storeResult(exit.state, call, exit.value);',
    replace: '',
  },
  {
    name: 'transfer: a callee that failed has kept what it was given',
    file: 'reach.ts',
    find: '!hasFailed(state, keeper) && !isInFreed(state, keeper)',
    replace: 'keepers.length > 0',
  },
  {
    name: 'join: a variable keeps the value of one side',
    file: 'join.ts',
    find: 'result.memory.set(key, merge(key, x, y));',
    replace: 'result.memory.set(key, x);',
  },
  {
    name: 'join: what arrives last at a block is all that arrived',
    file: 'arrivals.ts',
    find: 'meeting.arrivals.set(edge, state);',
    replace: 'meeting.arrivals.clear(); meeting.arrivals.set(edge, state);',
  },
  {
    name: 'join: all that is known of numbers is forgotten',
    file: 'join.ts',
    find: 'result.facts = joinFacts(context, left, right, result, [...pairs.values()]);',
    replace: 'result.facts = new Facts(context.terms);',
  },
  {
    name: 'join: what comes later to a block is no news',
    file: 'arrivals.ts',
    find: 'if (before && isSameState(before, joined)) return false;',
    replace: 'if (before) return false;',
  },
  {
    name: 'join: the slots that remain begin where they do on one side',
    file: 'join.ts',
    find: `from: merge(\`\${x.id}.from\`, x.from, y.from),`,
    replace: 'from: x.from,',
  },
  {
    name: 'join: what is known of pages is that of one side',
    file: 'join.ts',
    find: '  joinSets(left, right, result, merge);\n',
    replace: '',
  },
  {
    name: 'join: an array that is gone on both sides is still there',
    file: 'join.ts',
    find: "x.isPageArray ? 'freed' : 'live'",
    replace: "'live'",
  },
  {
    name: 'join: states that differ in what is held meet',
    file: 'state.ts',
    find: 'return parts.sort().join(',
    replace: 'return [].join(',
  },
];

/** Puts a fault into the bundle. @throws where its anchor does not stand in the file exactly once */
export function planting({ file, find, replace }: PlantedFault, root: string): Plugin {
  const path = join(root, 'server/src/analysis', file);
  return {
    name: 'planted-fault',
    setup(build) {
      const filter = new RegExp(`[\\\\/]analysis[\\\\/]${file.replace('.', '\\.')}$`);
      build.onLoad({ filter }, () => {
        const parts = readFileSync(path, 'utf8').split(find);
        if (parts.length !== 2)
          throw new Error(`${file}: the anchor stands there ${parts.length - 1} times: ${find}`);
        return { contents: parts.join(replace), loader: 'ts' };
      });
    },
  };
}
