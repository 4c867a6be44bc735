import { type AnalysisResult, analyse, type Role } from './analysis/analyse.ts';
import { constructionsOf } from './analysis/constructions.ts';
import type { Fault } from './analysis/context.ts';
import { callSpan } from './analysis/frames.ts';
import { holdingsAt } from './analysis/holdings.ts';
import { matteringFunctions } from './analysis/mattering.ts';
import { Cancelled, type CancelSignal, neverCancelled } from './base/cancel.ts';
import { closingParenthesis, type Span, wordAt } from './base/text.ts';
import { lowerProgram } from './program/lower.ts';
import type { Program } from './program/model.ts';
import { assemble } from './report/assemble.ts';
import { assembleIterators } from './report/assembleIterators.ts';
import { assembleSites } from './report/assembleSites.ts';
import type { Finding, NotAnalysed, Severity } from './report/findings.ts';
import { holdingsInWords } from './report/holdings.ts';
import { mover, type Piece, relocate } from './report/relocate.ts';
import type { ExtractionSite, IteratorSite } from './report/sites.ts';
import { hereInWords, lineLink, lineOf, MODE_LABELS } from './report/siteWords.ts';
import { applyAllows } from './report/suppress.ts';
import { RULES } from './rules/index.ts';
import { type Effect, isFollowed } from './semantics/effects.ts';
import type { Tree } from './semantics/eras.ts';
import { explainFunction, toMarkdown } from './semantics/explain.ts';
import {
  ACQUIRER_NAMES,
  EffectTable,
  FOLLOWED_NAMES,
  KEPT_ITERATOR_LITERALS,
  NAMES_OF_INTEREST,
} from './semantics/table.ts';
import { functionsOf } from './syntax/health.ts';
import { CParser, ParseRefused } from './syntax/parser.ts';

/** A file's text under the path that findings shall carry. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The two WebAssembly modules: web-tree-sitter's runtime and tree-sitter-c's grammar. */
export interface EngineAssets {
  readonly runtime: Uint8Array;
  readonly grammar: Uint8Array;
}

export interface AnalyseOptions {
  /** Era and features of the tree; see treeOf(). */
  readonly tree: Tree;
  /** Severity by rule id; absent: the rule's default. */
  readonly severities?: Readonly<Record<string, Severity | 'off'>>;
  /** Asked for what lies around a file: what its headers define, and functions of other files that it has to do with. */
  readonly surroundings?: (isAcquiring: boolean) => Declarations | undefined;
}

/** Definitions from other files, to be read behind a file; each piece tells where it stands. */
export interface Declarations {
  readonly text: string;
  readonly pieces: readonly Piece[];
}

/** All that is said about one file. */
export interface FileReport {
  readonly path: string;
  readonly findings: readonly Finding[];
  readonly notAnalysed: readonly NotAnalysed[];
  readonly extractions: readonly ExtractionSite[];
  readonly iterators: readonly IteratorSite[];
}

/** Markdown for the editor, and the range it speaks about. */
export interface Hover extends Span {
  readonly markdown: string;
}

/** A short label at the end of an extraction call. */
export interface InlayHint {
  /** UTF-16 offset behind which the label stands. */
  readonly offset: number;
  readonly label: string;
  readonly tooltip: string;
}

/** One of the calls that belong together: the one that takes pages, or one that releases them. */
export interface Highlight extends Span {
  readonly kind: 'acquisition' | 'release';
}

interface Lowered {
  readonly file: SourceFile;
  readonly table: EffectTable;
  readonly program: Program;
  readonly pieces: readonly Piece[];
}

const EMPTY = { findings: [], notAnalysed: [], extractions: [], iterators: [] };

/**
 * Text in, plain data out. Never throws (other than Cancelled), never does I/O.
 * One Engine owns one parser; it is not shared between threads.
 */
export class Engine {
  private readonly interest: RegExp;
  /** Each must match: the text may keep an iterator for later. */
  private readonly keeping: readonly RegExp[];
  private readonly acquirers: RegExp;
  /** The last answer: an editor asks for findings, hints and hovers of one text in turn. */
  private last: { readonly key: string; readonly text: string; readonly report: FileReport } | undefined;
  /** The program of the last answer. */
  private lowered: Lowered | undefined;

  private constructor(private readonly parser: CParser) {
    this.interest = anyOf(NAMES_OF_INTEREST);
    this.keeping = KEPT_ITERATOR_LITERALS.map(anyOf);
    this.acquirers = anyOf([...ACQUIRER_NAMES, ...FOLLOWED_NAMES]);
  }

  static async create(assets: EngineAssets): Promise<Engine> {
    return new Engine(await CParser.create(assets));
  }

  /** Forgets the last answer: what lies around the files may have changed. */
  forget(): void {
    this.last = undefined;
    this.lowered = undefined;
  }

  /** True where the text names anything the engine knows: a cheap test before any parsing. */
  isOfInterest(text: string): boolean {
    return this.interest.test(text) || this.mayKeepIterators(text);
  }

  private mayKeepIterators(text: string): boolean {
    return this.keeping.every(literals => literals.test(text));
  }

  /**
   * Analyses one file.
   * @throws Cancelled where `cancel` says that the answer is no longer wanted.
   */
  analyse(file: SourceFile, options: AnalyseOptions, cancel: CancelSignal = neverCancelled): FileReport {
    if (!this.isOfInterest(file.text)) return { path: file.path, ...EMPTY };
    const key = `${file.path}\0${JSON.stringify([options.severities, options.tree.era, [...options.tree.features]])}`;
    if (this.last?.key === key && this.last.text === file.text) return this.last.report;
    try {
      const report = this.report(file, options, cancel);
      this.last = { key, text: file.text, report };
      return report;
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      const reason = error instanceof ParseRefused ? error.message : `internal error: ${messageOf(error)}`;
      const notAnalysed = [{ file: file.path, start: 0, end: 0, function: '', reason }];
      return { path: file.path, ...EMPTY, notAnalysed };
    }
  }

  private report(file: SourceFile, options: AnalyseOptions, cancel: CancelSignal): FileReport {
    const table = new EffectTable(options.tree);
    const { program, broken, pieces } = this.lower(file, table, options);
    this.lowered = { file, table, program, pieces };
    const result = analyse(program, table, cancel, rolesAmong(file.text.length, pieces));
    const severities = options.severities ?? {};
    const faults = result.faults.flatMap(fault => seenFrom(fault, file.text.length) ?? []);
    const assembled = assemble(file.path, program.text, faults, severities);
    const allowed = applyAllows(program.text, file.path, assembled, {
      isChecked: rule => severities[rule] !== 'off' && RULES.some(each => each.id === rule),
      unusedAllow: severities['unused-allow'],
      functionAt: offset => functionAt(program, offset),
    });
    const moved = mover(file.text.length, pieces);
    const isInFile = (site: Span): boolean => site.start < file.text.length;
    // Whether a comment of another file is needed is told when that is analysed.
    const findings = allowed.filter(finding => finding.rule !== 'unused-allow' || isInFile(finding));
    return {
      path: file.path,
      findings: relocate(findings, file.text.length, pieces),
      notAnalysed: [...broken, ...givenUp(file.path, program, result).filter(isInFile)].map(moved),
      extractions: assembleSites(file.path, program, result)
        .filter(isInFile)
        .map(site => ({ ...moved(site), releases: site.releases.map(moved) })),
      iterators: assembleIterators(file.path, constructionsOf(program, table, result.flow))
        .filter(isInFile)
        .map(moved),
    };
  }

  /** The program of a file with what it needs of its headers, and the functions the parser did not understand. */
  private lower(
    file: SourceFile,
    table: EffectTable,
    options: AnalyseOptions,
  ): { program: Program; broken: NotAnalysed[]; pieces: readonly Piece[] } {
    const acquires = this.acquirers.test(file.text);
    const around = options.surroundings?.(acquires);
    const worthLowering = table.namesWith(isWorthLowering);
    const isAllWanted = acquires || around !== undefined || this.mayKeepIterators(file.text);
    const parsed = this.parser.parse(around ? `${file.text}\n${around.text}` : file.text, {
      isWanted: isAllWanted ? undefined : word => worthLowering.has(word) || NAMES_OF_INTEREST.has(word),
    });
    try {
      // Where a file acquires, any function of it may put pages into a member, or take them from there; and any may be
      // what later uses an iterator that was kept.
      const program = lowerProgram(parsed, isAllWanted ? () => true : name => worthLowering.has(name));
      const broken = (parsed.root.hasError ? functionsOf(parsed) : [])
        .filter(
          each =>
            each.errors.length > 0 &&
            each.span.start < file.text.length &&
            this.isOfInterest(file.text.slice(each.span.start, each.span.end)),
        )
        .map(each => ({
          file: file.path,
          ...each.span,
          function: each.name,
          reason: 'the parser does not understand this function',
        }));
      return { program, broken, pieces: around?.pieces ?? [] };
    } finally {
      parsed.dispose();
    }
  }

  /** What the editor shows over a call that extracts or releases pages, or asks or builds an iterator. */
  hover(
    file: SourceFile,
    offset: number,
    options: AnalyseOptions,
    cancel: CancelSignal = neverCancelled,
  ): Hover | undefined {
    const name = wordAt(file.text, offset);
    if (!name) return undefined;
    const site = this.analyse(file, options, cancel).extractions.find(each => each.start === name.start);
    const held = site ? '' : this.held(file, offset, cancel);
    const explained = this.explained(file, name, site, options);
    const markdown = [held, explained].filter(part => part).join('\n\n---\n\n');
    return markdown ? { ...name, markdown } : undefined;
  }

  /** What the pages that the word at an offset names are held by there. */
  private held(file: SourceFile, offset: number, cancel: CancelSignal): string {
    if (this.lowered?.file.path !== file.path || this.lowered.file.text !== file.text) return '';
    const { program, table, pieces } = this.lowered;
    const holdings = holdingsAt(program, table, matteringFunctions(program, table), offset, cancel);
    const moved = mover(file.text.length, pieces);
    const lineIn = (at: number): string => {
      if (at < file.text.length) return lineLink(lineOf(file.text, at));
      const place = moved({ file: '', start: at, end: at });
      return place.file.replace(/^.*\//, '') || 'another file';
    };
    return holdingsInWords(holdings, lineIn);
  }

  private explained(
    file: SourceFile,
    name: Span,
    site: ExtractionSite | undefined,
    options: AnalyseOptions,
  ): string {
    const word = file.text.slice(name.start, name.end);
    const only = <T>(values: readonly T[]): T | undefined => (values.length === 1 ? values[0] : undefined);
    const explanation = explainFunction(word, options.tree, {
      iterator: site && only(site.iterKinds),
      direction: site && site.direction !== 'variable' ? site.direction : undefined,
    });
    if (!explanation) return '';
    const here = site ? `${hereInWords(site, file.text, true)}\n\n---\n\n` : '';
    return here + toMarkdown(explanation);
  }

  /** The acquisition at an offset with its releases; or the acquisitions that the release there ends, with all theirs. */
  highlights(
    file: SourceFile,
    offset: number,
    options: AnalyseOptions,
    cancel: CancelSignal = neverCancelled,
  ): Highlight[] {
    const name = wordAt(file.text, offset);
    if (!name) return [];
    const isHere = ({ start }: Span): boolean => start === name.start;
    const found = new Map<number, Highlight>();
    for (const site of this.analyse(file, options, cancel).extractions) {
      const releases = site.releases.filter(release => release.file === file.path);
      if (!isHere(site) && !releases.some(isHere)) continue;
      found.set(site.start, { start: site.start, end: site.end, kind: 'acquisition' });
      for (const { start, end } of releases) found.set(start, { start, end, kind: 'release' });
    }
    return [...found.values()].sort((a, b) => a.start - b.start);
  }

  inlayHints(file: SourceFile, range: Span, options: AnalyseOptions): InlayHint[] {
    return this.analyse(file, options)
      .extractions.filter(site => site.start >= range.start && site.end <= range.end)
      .map(site => ({
        offset: closingParenthesis(file.text, site.end),
        label: MODE_LABELS[site.mode],
        tooltip: hereInWords(site, file.text),
      }));
  }
}

/**
 * A fault as the file that ends at `length` shows it; undefined where it is none of its business. What is judged over
 * several files may lie in another one and be about pages that are taken here. What a callee in another file does wrong
 * to pages that are taken here is told where it is called: others may call it rightly.
 */
function seenFrom(fault: Fault, length: number): Fault | undefined {
  if (fault.span.start < length) return fault;
  if (fault.origin.span.start >= length) return undefined;
  if (fault.isReplayed === undefined) return fault;
  if (fault.boundAt && fault.boundAt.span.start < length) return { ...fault, seenAt: fault.boundAt };
  for (let { frame } = fault; frame.parent; frame = frame.parent)
    if (frame.parent.function.span.start < length) {
      const span = callSpan(frame);
      return span && { ...fault, seenAt: { span, frame: frame.parent } };
    }
  return undefined;
}

/** Why functions are there: the file's own, and those that some piece behind it says of that they are evidence. */
function rolesAmong(length: number, pieces: readonly Piece[]): (span: Span) => Role {
  const isIn = ({ start, end }: Span, at: number): boolean => at >= start && at < end;
  return ({ start }) => {
    if (start < length) return 'own';
    return pieces.some(piece => piece.isRoot && isIn(piece, start - length - 1)) ? 'evidence' : 'callee';
  };
}

/** Finds any of these names as a word. */
function anyOf(names: Iterable<string>): RegExp {
  return new RegExp(`\\b(?:${[...names].map(name => name.replace(/\W/g, '\\$&')).join('|')})\\b`);
}

/** Whether a call with this effect makes the calling function worth lowering. */
function isWorthLowering(effect: Effect): boolean {
  switch (effect.kind) {
    case 'acquire':
      return effect.extraction === true || isFollowed(effect);
    case 'construct':
    case 'query':
      return true;
    case 'flag':
      return effect.act === 'set';
    case 'release':
      return effect.ignoresFlags === true;
    default:
      return false;
  }
}

function functionAt(program: Program, offset: number): string {
  for (const { name, span } of [...program.functions.values(), ...program.skipped])
    if (offset >= span.start && offset < span.end) return name;
  return '';
}

function givenUp(file: string, program: Program, result: AnalysisResult): NotAnalysed[] {
  const complex = result.given.map(({ function: model, reason }) => ({
    file,
    ...model.nameSpan,
    function: model.name,
    reason,
  }));
  const skipped = program.skipped
    .filter(each => each.reason !== undefined)
    .map(each => ({ file, ...each.span, function: each.name, reason: each.reason! }));
  return [...complex, ...skipped];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
