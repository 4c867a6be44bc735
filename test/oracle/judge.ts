import type { FileReport } from '../../server/src/engine.ts';
import type { Finding } from '../../server/src/report/findings.ts';
import type { Call } from './ast.ts';
import type { Observed } from './observe.ts';
import type { Observation } from './world.ts';

/** Where the analysis and the runs say different things. */
export interface Disagreement {
  /** `false-alarm`: no run misbehaves at all; `extra`: some do, but not so. */
  readonly kind: 'missed' | 'false-alarm' | 'extra' | 'not-analysed';
  /** The rule that is missing or wrong, or the reason why nothing was analysed. */
  readonly rule: string;
  /** The run that shows it; '' where no run does. */
  readonly run: string;
}

/** What an observation asks of the findings: one of `rules`, or nothing where it is only a licence for them. */
interface Demand {
  readonly rules: readonly string[];
  readonly isRequired: boolean;
  /** What may be said beside it. */
  readonly beside?: readonly string[];
}

const demand = (...rules: readonly string[]): Demand => ({ rules, isRequired: true });
const licence = (...rules: readonly string[]): Demand => ({ rules, isRequired: false });

/** What else may be said of a function once its counts are off. */
const AFTERMATH = ['release-count', 'release-mismatch', 'page-leak', 'page-array-leak', 'use-after-release'];

/** Whether a call drops pages in some run that were dropped before. */
const isSecond = ({ seen }: Observed, call: Call | undefined): boolean =>
  [...seen.values()].some(each => each.wrong === 'double' && each.call === call);

function demandOf(observation: Observation, observed: Observed): Demand {
  const asked = demandFor(observation, observed);
  return observation.isAftermath ? { ...asked, isRequired: false } : asked;
}

function demandFor(observation: Observation, observed: Observed): Demand {
  const { wrong, call, isConditional } = observation;
  switch (wrong) {
    case 'leak': {
      const rules = observation.isRest ? ['page-leak', 'release-count'] : ['page-leak'];
      // Where the iterator decides, only a release elsewhere says that user memory may be behind it.
      if (isConditional && call && !observed.released.has(call)) return licence(...rules);
      if (observation.isUnasked) return licence(...rules);
      return demand(...rules);
    }
    case 'mismatch':
      // Right for some iterators and wrong for others: nothing says which of them come.
      if (isConditional && call && (observed.right.has(call) || isSecond(observed, call)))
        return licence('unconditional-release');
      return demand('release-mismatch');
    case 'not-obtained':
    case 'nothing-obtained': {
      // Where other runs drop a page twice here, that is what is said of this call.
      const rules = isSecond(observed, call) ? ['release-count', 'double-release'] : ['release-count'];
      // What a wrong release left of the pages is not known.
      return { ...demand(...rules), beside: AFTERMATH };
    }
    case 'array-leak': {
      // An exit that loses pages and their array is one finding about the pages.
      const withPages = [...observed.seen.values()].some(each => each.withPages && each.call === call);
      const rules = withPages ? ['page-array-leak', 'page-leak'] : ['page-array-leak'];
      if (observation.isUnasked) return licence(...rules);
      return call && observed.pageArrays.has(call) ? demand(...rules) : licence(...rules);
    }
    case 'wrong-free':
      return demand('page-array-leak');
    case 'abandoned':
      return licence('page-leak');
    case 'error-as-count':
      return licence('release-count');
    case 'never-asked':
      return licence('release-count', 'double-release');
    case 'double': {
      // Where the iterator decides, the pages may carry nothing that could be dropped twice.
      // A count that nobody looked at is a mistake before the second release is one.
      const isUnchecked = [...observed.seen.values()].some(each => each.wrong === 'nothing-obtained');
      if (isConditional || isUnchecked) return licence('double-release', ...AFTERMATH);
      // A slot behind those of this turn may hold a page of an earlier one.
      const isCount = [...observed.seen.values()].some(
        each => each.wrong === 'not-obtained' && each.call === call,
      );
      const rules = isCount ? ['double-release', 'release-count'] : ['double-release'];
      return { ...demand(...rules), beside: AFTERMATH };
    }
    case 'use-after-release':
      return demand('use-after-release');
    case 'clean': {
      // Where counts are wrong, that is said, and nothing more of the same pages.
      const isMiscounted = [...observed.seen.values()].some(each => /-obtained$/.test(each.wrong));
      if (isMiscounted) return licence('missing-dirty');
      // The rule speaks of pages that nothing marks dirty; whether an unwind that does so counts is a matter of taste.
      // Where the pages are the caller's on other paths, a release is an unwind: they were not used yet.
      return call && (observed.dirtied.has(call) || observed.handedOn.has(call))
        ? licence('missing-dirty')
        : demand('missing-dirty');
    }
    case 'double-free':
    case 'use-after-free':
      return licence('double-release', ...AFTERMATH);
  }
}

const isLoud = (finding: Finding): boolean => finding.severity !== 'hint';

/**
 * Holds what the analysis says against what the runs show.
 */
export function compare(observed: Observed, report: FileReport): Disagreement[] {
  const found: Disagreement[] = report.notAnalysed.map(({ reason }) => ({
    kind: 'not-analysed',
    rule: reason,
    run: '',
  }));
  const isWrong = observed.seen.size > 0;
  const loud = new Set(report.findings.filter(isLoud).map(finding => finding.rule));
  // Of a program that never misbehaves not even a hint is due.
  const said = isWrong ? loud : new Set(report.findings.map(finding => finding.rule));
  const allowed = new Set<string>();
  const missed = new Map<string, string>();
  for (const observation of observed.seen.values()) {
    const { rules, isRequired, beside = [] } = demandOf(observation, observed);
    for (const rule of [...rules, ...beside]) allowed.add(rule);
    const rule = rules[0]!;
    if (isRequired && !rules.some(each => loud.has(each)) && !missed.has(rule))
      missed.set(rule, observation.run);
  }
  for (const [rule, run] of missed) found.push({ kind: 'missed', rule, run });
  const kind = isWrong ? 'extra' : 'false-alarm';
  for (const rule of said) if (!allowed.has(rule)) found.push({ kind, rule, run: '' });
  return found;
}

/** Which rules must speak, one of each list, and which may. */
export interface Expectation {
  readonly required: readonly (readonly string[])[];
  readonly allowed: readonly string[];
}

export function expectationOf(observed: Observed): Expectation {
  const required = new Map<string, readonly string[]>();
  const allowed = new Set<string>();
  for (const observation of observed.seen.values()) {
    const { rules, isRequired, beside = [] } = demandOf(observation, observed);
    for (const rule of [...rules, ...beside]) allowed.add(rule);
    if (isRequired) required.set(rules.join(), rules);
  }
  return { required: [...required.values()], allowed: [...allowed].sort() };
}

/** Whether some run shows a fault that a rule must report. */
export function misbehaves(observed: Observed): boolean {
  return [...observed.seen.values()].some(each => demandOf(each, observed).isRequired);
}
