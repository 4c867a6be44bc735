import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readBaseline, rootOf, writeBaseline } from '../host/baselineFile.ts';
import type { FileRequest } from '../host/fileAnalyser.ts';
import { displayPath, nameIn, readText } from '../host/files.ts';
import {
  BASELINE_NAME,
  type Baseline,
  type BaselineEntry,
  canBeAccepted,
  entriesOf,
  match,
} from '../report/baseline.ts';
import { fingerprints, type LineText } from '../report/fingerprint.ts';
import type { JsonFinding, JsonReport } from '../report/json.ts';
import { RULES } from '../rules/index.ts';
import { Failure, reasonOf } from './failure.ts';
import type { RunFlags, Severities } from './options.ts';

export type Marks = ReadonlyMap<JsonFinding, string>;

/** The findings that a run is told to be silent about. */
export class Accepted {
  private constructor(
    /** What the paths in the baseline are relative to. */
    private readonly root: string,
    /** The file that `baseline` was read from, as an absolute path. */
    private readonly path: string | undefined,
    private readonly baseline: Baseline,
    private readonly severities: Severities,
    /** Where to write, and what: every finding of the run, or only those entries that are still needed. */
    private readonly output: { readonly path: string; readonly what: 'findings' | 'needed' } | undefined,
  ) {}

  /**
   * Reads the baseline that the command line or the configuration names, else that at the root. Throws Failure where it
   * cannot be used.
   * @param configured absolute path from the configuration. @param path absolute path of any file of the run.
   */
  static open(
    flags: RunFlags,
    configured: string | undefined,
    severities: Severities,
    path: string,
    cwd: string,
  ): Accepted {
    const root = rootOf(path) ?? cwd;
    const named = flags.baseline === undefined ? configured : resolve(cwd, flags.baseline);
    const target = flags.writeBaseline === undefined ? undefined : resolve(cwd, flags.writeBaseline);
    const takesAll = target !== undefined && flags.baseline === undefined;
    const source = takesAll ? target : (named ?? join(root, BASELINE_NAME));
    if (target !== undefined && !existsSync(dirname(target)))
      throw new Failure(`cannot write ${flags.writeBaseline}: no such folder`);
    const mayBeAbsent = takesAll || named === undefined;
    // What is overwritten has to be a baseline too.
    if (target !== undefined) read(target, cwd, true);
    const baseline = read(source, cwd, mayBeAbsent);
    const output =
      target === undefined ? undefined : ({ path: target, what: takesAll ? 'findings' : 'needed' } as const);
    return new Accepted(root, source, baseline, severities, output);
  }

  /** The fingerprints of all findings of one version of the files. */
  marksOf(findings: readonly JsonFinding[], lineText: LineText): Marks {
    const marks = fingerprints(findings, lineText, this.name);
    return new Map(findings.map((finding, at) => [finding, marks[at]!]));
  }

  /** The findings that are not accepted. */
  leftOf(findings: readonly JsonFinding[], marks: Marks): JsonFinding[] {
    return match(
      this.baseline,
      findings,
      findings.map(finding => marks.get(finding)!),
    ).left;
  }

  /**
   * What is left of a whole run: without the findings that are accepted, with a hint for each entry that none needs.
   * Writes the baseline where that is asked for. Throws Failure.
   * @param files those that were analysed.
   */
  settle(report: JsonReport, marks: Marks, files: readonly FileRequest[]): JsonReport {
    const found = report.findings.map(finding => marks.get(finding)!);
    const { left, unneeded } = match(this.baseline, report.findings, found);
    const isJudged = this.judge(report, files);
    const unused = unneeded.filter(isJudged);
    if (!this.output) return { ...report, findings: [...left, ...this.hints(unused)] };
    const gone = new Set(unused);
    const kept = this.baseline.findings.filter(
      entry => !gone.has(entry) && existsSync(resolve(this.root, entry.file)),
    );
    const isAll = this.output.what === 'findings';
    const entries = isAll ? [...kept, ...entriesOf(report.findings, found, this.name)] : kept;
    try {
      writeBaseline(this.output.path, entries);
    } catch (error) {
      throw new Failure(`cannot write ${displayPath(this.output.path, process.cwd())}: ${reasonOf(error)}`);
    }
    const written = new Set(entries.map(entry => entry.fingerprint)).size;
    process.stderr.write(`${displayPath(this.output.path, process.cwd())}: ${written} accepted\n`);
    return { ...report, findings: isAll ? left.filter(finding => !canBeAccepted(finding)) : left };
  }

  private readonly name = (file: string): string => nameIn(this.root, resolve(file));

  /** Whether this run would have found what an entry is about. */
  private judge(report: JsonReport, files: readonly FileRequest[]): (entry: BaselineEntry) => boolean {
    const analysed = new Set(files.map(file => file.path));
    const skipped = new Set(report.notAnalysed.map(part => `${resolve(part.file)}\0${part.function}`));
    return ({ file, rule, function: name }) => {
      const path = resolve(this.root, file);
      const own = RULES.find(each => each.id === rule)?.severity ?? 'off';
      return (
        analysed.has(path) &&
        !skipped.has(`${path}\0`) &&
        !skipped.has(`${path}\0${name}`) &&
        (this.severities[rule] ?? own) !== 'off'
      );
    };
  }

  private hints(unused: readonly BaselineEntry[]): JsonFinding[] {
    const severity = this.severities['unused-allow'] ?? 'hint';
    if (severity === 'off' || unused.length === 0) return [];
    const file = displayPath(this.path!, process.cwd());
    const places = placesIn(this.path!);
    return unused.map(entry => {
      const { line, length } = places.get(entry.fingerprint) ?? { line: 1, length: 0 };
      const where = entry.function ? `${entry.function}() of ${entry.file}` : entry.file;
      return {
        file,
        line,
        column: 1,
        endLine: line,
        endColumn: length + 1,
        rule: 'unused-allow',
        severity,
        confidence: 'certain',
        function: '',
        message: `no finding of ${entry.rule} in ${where} needs this entry any more; check --baseline ${file} --write-baseline ${file} removes it`,
        path: [],
        fixes: [],
      };
    });
  }
}

function read(path: string, cwd: string, mayBeAbsent: boolean): Baseline {
  try {
    return readBaseline(path, mayBeAbsent);
  } catch (error) {
    throw new Failure(`cannot use the baseline ${displayPath(path, cwd)}: ${reasonOf(error)}`);
  }
}

/** Where the fingerprints stand in a baseline file. */
function placesIn(path: string): Map<string, { readonly line: number; readonly length: number }> {
  const lines = (readText(path, new Map()) ?? '').split(/\r?\n/);
  return new Map(
    lines.flatMap((text, at) =>
      [...text.matchAll(/"([0-9a-f]{16})"/g)].map(([, mark]) => [
        mark!,
        { line: at + 1, length: text.length },
      ]),
    ),
  );
}
