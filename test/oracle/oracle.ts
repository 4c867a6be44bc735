import type { Engine, FileReport } from '../../server/src/engine.ts';
import { treeForEra } from '../../server/src/semantics/trees.ts';
import type { Program } from './ast.ts';
import { generate } from './generate.ts';
import { compare, type Disagreement, misbehaves } from './judge.ts';
import { MUTATIONS, mutate } from './mutate.ts';
import { type Observed, observe } from './observe.ts';
import { print } from './print.ts';
import { Random } from './random.ts';
import { shrink } from './shrink.ts';
import { lateFeatures, traitsOf } from './traits.ts';

/** Which programs are made. */
export interface Profile {
  /** Programs with one of these features are left out; 'a + b' means those that have both. */
  readonly without: readonly string[];
}

/** One compared program. */
export interface Case {
  readonly seed: number;
  readonly program: Program;
  readonly observed: Observed;
  readonly disagreements: readonly Disagreement[];
  /** Rules that spoke in hints: neither reports nor alarms. */
  readonly hints: readonly string[];
}

/** What the analysis says about a program. */
export function analyse(engine: Engine, program: Program): FileReport {
  return engine.analyse({ path: 'oracle.c', text: print(program) }, { tree: treeForEra(program.era) });
}

/**
 * The program of a seed, right or with one or two changes.
 * @returns undefined where it has no defined meaning or a feature that the profile leaves out
 */
export function programOf(
  seed: number,
  profile: Profile,
): { program: Program; observed: Observed } | undefined {
  const random = new Random(seed);
  const names = Object.keys(MUTATIONS);
  const isLeftOut = (features: readonly string[]): boolean =>
    profile.without.some(each => each.split(' + ').every(part => features.includes(part)));
  let program = generate(random);
  const changes = random.pick([0, 0, 1, 1, 1, 1, 2, 2, 2]);
  for (let at = 0; at < changes; at++) program = mutate(program, random, names);
  program = { ...program, features: [...program.features, ...lateFeatures(program)] };
  if (isLeftOut(program.features)) return undefined;
  const observed = observe(program);
  return observed && { program, observed };
}

/** Makes the program of a seed and holds the analysis against its runs. */
export function tryCase(engine: Engine, seed: number, profile: Profile): Case | undefined {
  const made = programOf(seed, profile);
  if (!made) return undefined;
  const report = analyse(engine, made.program);
  const hints = report.findings.filter(each => each.severity === 'hint').map(each => each.rule);
  return { seed, ...made, hints, disagreements: compare(made.observed, report) };
}

/** The smallest program with the same first disagreement. */
export function minimal(engine: Engine, { program, disagreements }: Case): Program {
  const [wanted] = disagreements;
  return shrink(program, candidate => {
    // A smaller program must not be one that the profile leaves out.
    if (lateFeatures(candidate).some(each => !program.features.includes(each))) return false;
    const observed = observe(candidate);
    if (!observed) return false;
    const found = compare(observed, analyse(engine, candidate));
    return found.some(each => each.kind === wanted?.kind && each.rule === wanted.rule);
  });
}

/** The program as C, with what the runs and the analysis say. */
export function explain(engine: Engine, program: Program): string {
  const text = print(program);
  const report = analyse(engine, program);
  const observed = observe(program);
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
  const findings = report.findings.map(
    ({ rule, severity, start, message }) =>
      ` * found: line ${lineOf(start)} ${rule} (${severity}): ${message}`,
  );
  const runs = [...(observed?.seen.values() ?? [])].map(({ wrong, call, run }) => {
    const flags = call ? ` (${call.callee})` : '';
    return ` * run: ${wrong}${flags}: ${run}`;
  });
  const unanalysed = report.notAnalysed.map(({ reason }) => ` * not analysed: ${reason}`);
  const disagreements = observed ? compare(observed, report) : [];
  const expected = disagreements.map(({ kind, rule }) => ` * ${kind}: ${rule}`);
  return `/*\n${[...expected, ...runs, ...findings, ...unanalysed].join('\n')}\n */\n${text}`;
}

/** A compared program as plain data, to be counted and sent between processes. */
export interface Summary {
  readonly seed: number;
  readonly misbehaves: boolean;
  /** Its parts, and what its runs and the analysis show. */
  readonly traits: readonly string[];
  /** 'missed page-leak' and the like; empty where runs and analysis agree. */
  readonly disagreements: readonly string[];
}

export function summaryOf({ seed, program, observed, hints, disagreements }: Case): Summary {
  const traits = traitsOf(program);
  for (const { wrong } of observed.seen.values()) traits.add(`run:${wrong}`);
  for (const rule of hints) traits.add(`hint:${rule}`);
  return {
    seed,
    misbehaves: misbehaves(observed),
    traits: [...traits],
    disagreements: disagreements.map(({ kind, rule }) => `${kind} ${rule}`),
  };
}

/** How many programs have each trait. */
export function histogram(summaries: readonly Summary[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { traits } of summaries)
    for (const trait of traits) counts.set(trait, (counts.get(trait) ?? 0) + 1);
  return new Map([...counts].sort(([a], [b]) => a.localeCompare(b)));
}

/** The share of programs of which some run misbehaves. */
export function shareOfMisbehaving(summaries: readonly Summary[]): number {
  return summaries.filter(each => each.misbehaves).length / Math.max(1, summaries.length);
}
