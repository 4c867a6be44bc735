import { LineIndex } from '../base/text.ts';
import type { Finding, NotAnalysed, Place } from './findings.ts';
import type { ExtractionSite, IteratorSite } from './sites.ts';

/** A range as the JSON output gives it: lines and columns from 1, columns in UTF-16 units, ends exclusive. */
export interface JsonRange {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface JsonPathStep {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface JsonFix {
  readonly title: string;
  readonly edits: readonly (JsonRange & { readonly newText: string })[];
}

export interface JsonFinding extends JsonRange {
  readonly rule: string;
  readonly severity: Finding['severity'];
  readonly confidence: Finding['confidence'];
  readonly function: string;
  readonly message: string;
  readonly path: readonly JsonPathStep[];
  readonly fixes: readonly JsonFix[];
}

export interface JsonNotAnalysed {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  readonly reason: string;
}

export interface JsonExtraction {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  readonly callee: string;
  readonly mode: ExtractionSite['mode'];
  readonly direction: ExtractionSite['direction'];
  readonly iterKinds: ExtractionSite['iterKinds'];
  readonly releasedWhere: ExtractionSite['releasedWhere'];
  readonly releases: readonly { readonly file: string; readonly line: number; readonly callee: string }[];
}

export interface JsonIterator {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  readonly constructor: string;
  readonly direction: IteratorSite['direction'];
  readonly pageSafety: IteratorSite['pageSafety'];
  readonly why: string;
}

/** What one file, or a whole run, has to say. */
export interface JsonReport {
  readonly findings: readonly JsonFinding[];
  readonly notAnalysed: readonly JsonNotAnalysed[];
  readonly extractions: readonly JsonExtraction[];
  readonly iterators: readonly JsonIterator[];
}

/** The plain data of one file, by offsets. */
export interface OffsetReport {
  readonly findings: readonly Finding[];
  readonly notAnalysed: readonly NotAnalysed[];
  readonly extractions: readonly ExtractionSite[];
  readonly iterators: readonly IteratorSite[];
}

/**
 * Turns offsets into lines and columns.
 * @param textOf the text of a file under the path that the report carries; undefined where it cannot be had
 *   (a place in it is then given as its first character).
 */
export function locate(report: OffsetReport, textOf: (file: string) => string | undefined): JsonReport {
  const indexes = new Map<string, LineIndex>();
  const indexOf = (file: string) => {
    const known = indexes.get(file);
    if (known) return known;
    const index = new LineIndex(textOf(file) ?? '');
    indexes.set(file, index);
    return index;
  };
  const lineOf = (place: Place) => indexOf(place.file).position(place.start).line;
  const rangeOf = (place: Place): JsonRange => {
    const start = indexOf(place.file).position(place.start);
    const end = indexOf(place.file).position(place.end);
    return {
      file: place.file,
      line: start.line,
      column: start.column,
      endLine: end.line,
      endColumn: end.column,
    };
  };
  return {
    findings: report.findings.map(finding => ({
      ...rangeOf(finding),
      rule: finding.rule,
      severity: finding.severity,
      confidence: finding.confidence,
      function: finding.function,
      message: finding.message,
      path: finding.path.map(step => ({ file: step.file, line: lineOf(step), message: step.message })),
      fixes: finding.fixes.map(fix => ({
        title: fix.title,
        edits: fix.edits.map(edit => ({ ...rangeOf(edit), newText: edit.newText })),
      })),
    })),
    notAnalysed: report.notAnalysed.map(part => ({
      file: part.file,
      line: lineOf(part),
      function: part.function,
      reason: part.reason,
    })),
    extractions: report.extractions.map(site => ({
      file: site.file,
      line: lineOf(site),
      function: site.function,
      callee: site.callee,
      mode: site.mode,
      direction: site.direction,
      iterKinds: site.iterKinds,
      releasedWhere: site.releasedWhere,
      releases: site.releases.map(at => ({ file: at.file, line: lineOf(at), callee: at.callee })),
    })),
    iterators: report.iterators.map(site => ({
      file: site.file,
      line: lineOf(site),
      function: site.function,
      constructor: site.constructor,
      direction: site.direction,
      pageSafety: site.pageSafety,
      why: site.why,
    })),
  };
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** What two files have to do with is found from either; it is one finding all the same. */
function onceEach(findings: readonly JsonFinding[]): JsonFinding[] {
  const byPlace = new Map<string, JsonFinding>();
  for (const finding of findings) {
    const { file, line, column, rule, message, path } = finding;
    const key = JSON.stringify([file, line, column, rule, message, path]);
    if (!byPlace.has(key)) byPlace.set(key, finding);
  }
  return [...byPlace.values()];
}

/** Joins the reports of many files into one whose order depends on nothing but its content. */
export function merge(reports: readonly JsonReport[]): JsonReport {
  const byLine = (a: { file: string; line: number }, b: { file: string; line: number }) =>
    byText(a.file, b.file) || a.line - b.line;
  return {
    findings: onceEach(reports.flatMap(report => report.findings)).sort(
      (a, b) => byLine(a, b) || a.column - b.column || byText(a.rule, b.rule),
    ),
    notAnalysed: reports.flatMap(report => report.notAnalysed).sort(byLine),
    extractions: reports.flatMap(report => report.extractions).sort(byLine),
    iterators: reports.flatMap(report => report.iterators).sort(byLine),
  };
}

/** The text of `check --format json`, with the keys that `audit` adds where `sites` is set. */
export function checkJson(era: string, report: JsonReport, sites: boolean): string {
  const { findings, notAnalysed, extractions, iterators } = report;
  const object = { version: 1, era, findings, notAnalysed, ...(sites ? { extractions, iterators } : {}) };
  return `${JSON.stringify(object, null, 1)}\n`;
}
