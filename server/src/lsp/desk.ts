import { dirname } from 'node:path';
import type { CancelSignal } from '../base/cancel.ts';
import type { AnalyseOptions, Declarations, Engine, FileReport, SourceFile } from '../engine.ts';
import { encode } from '../host/files.ts';
import { Surroundings } from '../host/surroundings.ts';
import { findTree, isTelling } from '../host/trees.ts';
import type { Tree } from '../semantics/eras.ts';
import { assumedTree, treeForEra } from '../semantics/trees.ts';
import type { AboutFile, Analysis, AnswerOf, Kind, Present, QuestionOf, Request } from './messages.ts';

/** The part of the engine that the thread uses. */
export type ThreadEngine = Pick<
  Engine,
  'isOfInterest' | 'forget' | 'analyse' | 'hover' | 'highlights' | 'inlayHints'
>;

/** What is read with a file in some state of the files. */
interface Reading {
  readonly text: string;
  readonly isAcquiring: boolean;
  readonly state: number;
  readonly declarations: Declarations | undefined;
  /** Absolute paths of the files that it was ever taken from while the file is open. */
  readonly files: ReadonlySet<string>;
}

/** A report with all that it rests on. */
interface Known {
  readonly text: string;
  readonly options: string;
  readonly reading: Reading | undefined;
  readonly report: FileReport;
}

/** Answers questions about open files, which are read with what lies around them: as it is in the editor, else on disk. */
export class Desk {
  private readonly trees = new Map<string, Tree | undefined>();
  private readonly openTexts = new Map<string, string>();
  private readonly overlays = new Map<string, Buffer>();
  private readonly surroundings = new Surroundings(this.overlays, path => path);
  /** By path of an open file. */
  private readonly readings = new Map<string, Reading>();
  private readonly known = new Map<string, Known>();
  /** Counts what has changed in the files. */
  private state = 0;
  /** What has changed in the editor, and whether something has on disk, since it was last asked whom that concerns. */
  private edited = new Set<string>();
  private isDiskChanged = false;

  constructor(private readonly engine: ThreadEngine) {}

  answer(request: Request, cancel: CancelSignal): AnswerOf<Kind> {
    if (request.kind === 'changed') return this.concerned(request.question);
    const { file } = request.question;
    this.lookAround(request.question.present);
    if (!this.engine.isOfInterest(file.text)) return undefined;
    const options = this.options(request.question);
    switch (request.kind) {
      case 'analyse':
        return this.analysis(request.question, options, cancel);
      case 'hover':
        return this.engine.hover(file, request.question.offset, options, cancel);
      case 'highlights':
        return this.engine.highlights(file, request.question.offset, options, cancel);
      case 'inlayHints':
        return this.engine.inlayHints(file, request.question.range, options);
    }
  }

  /** The open files of which the report no longer holds. */
  private concerned({ onDisk, present }: QuestionOf<'changed'>): string[] {
    this.lookAround(present);
    const { edited, isDiskChanged } = this;
    this.edited = new Set();
    this.isDiskChanged = false;
    if (onDisk === 'all' || onDisk.some(isTelling)) {
      this.forgetAll();
      return [...this.openTexts.keys()];
    }
    if (onDisk.length > 0) this.forget(onDisk);
    const mayBeAny = isDiskChanged || onDisk.length > 0;
    return [...this.known].flatMap(([path, { text, reading }]) => {
      const isOutdated =
        this.openTexts.get(path) === text &&
        (mayBeAny || isNear(path, reading, edited)) &&
        !this.isAsRead(path, text, reading);
      return isOutdated ? [path] : [];
    });
  }

  private forgetAll(): void {
    this.surroundings.clear();
    this.trees.clear();
    this.known.clear();
    this.moveOn();
  }

  private forget(paths: Iterable<string>): void {
    this.surroundings.forget(paths);
    this.moveOn();
  }

  /** What was read before may no longer be so. */
  private moveOn(): void {
    this.state++;
    this.engine.forget();
  }

  /** Sees what has changed since the last question. */
  private lookAround({ open, isUnwatched }: Present): void {
    const edited = this.lay(open);
    if (edited.length > 0) this.forget(edited);
    for (const path of edited) this.edited.add(path);
    if (!isUnwatched || !this.surroundings.forgetChanged()) return;
    this.isDiskChanged = true;
    this.trees.clear();
    this.moveOn();
  }

  /** Puts the texts in the editor in the place of the files on disk. @returns paths of those that are another text now. */
  private lay(open: readonly SourceFile[]): string[] {
    const paths = new Set(open.map(({ path }) => path));
    const closed = [...this.openTexts.keys()].filter(path => !paths.has(path));
    for (const known of [this.openTexts, this.overlays, this.readings, this.known])
      for (const path of closed) known.delete(path);
    const edited = open.filter(({ path, text }) => this.openTexts.get(path) !== text);
    for (const { path, text } of edited) {
      this.openTexts.set(path, text);
      this.overlays.set(path, encode(text));
    }
    return [...closed, ...edited.map(({ path }) => path)];
  }

  private analysis({ file, settings }: AboutFile, options: AnalyseOptions, cancel: CancelSignal): Analysis {
    const { era, assumed, features, version } = options.tree;
    const stated = JSON.stringify([settings.rules, era, assumed, [...features], version]);
    const report = this.knownReport(file, stated) ?? this.engine.analyse(file, options, cancel);
    const reading = this.readings.get(file.path);
    this.known.set(file.path, { text: file.text, options: stated, reading, report });
    return { era, assumed, report };
  }

  /** The report that was made of a file before, where all that it rests on is as it was. */
  private knownReport({ path, text }: SourceFile, options: string): FileReport | undefined {
    const known = this.known.get(path);
    const isKnown = known?.text === text && known.options === options;
    return isKnown && this.isAsRead(path, text, known.reading) ? known.report : undefined;
  }

  /** Whether what is read with a file now is what was read. */
  private isAsRead(path: string, text: string, reading: Reading | undefined): boolean {
    if (!reading || reading.state === this.state) return true;
    return areSame(this.read(path, text, reading.isAcquiring).declarations, reading.declarations);
  }

  private read(path: string, text: string, isAcquiring: boolean): Reading {
    const { state } = this;
    const last = this.readings.get(path);
    if (last?.state === state && last.text === text && last.isAcquiring === isAcquiring) return last;
    const { declarations, files } = this.surroundings.of(path, text, isAcquiring);
    const reading = {
      text,
      isAcquiring,
      state,
      declarations,
      files: new Set([...(last?.files ?? []), ...files()]),
    };
    this.readings.set(path, reading);
    return reading;
  }

  private options({ file, settings }: AboutFile): AnalyseOptions {
    const { path, text } = file;
    const tree =
      settings.era === 'auto' ? (this.treeAround(path) ?? assumedTree(text)) : treeForEra(settings.era);
    const surroundings = (isAcquiring: boolean) => this.read(path, text, isAcquiring).declarations;
    return { tree, severities: settings.rules, surroundings };
  }

  /** Remembered by folder: an open file asks after each edit. */
  private treeAround(path: string): Tree | undefined {
    const folder = dirname(path);
    if (!this.trees.has(folder)) this.trees.set(folder, findTree(path));
    return this.trees.get(folder);
  }
}

/** Whether some of the edited files lie beside a file, or are read with it. */
function isNear(path: string, reading: Reading | undefined, edited: ReadonlySet<string>): boolean {
  const isSibling = (each: string): boolean => each.endsWith('.c') && dirname(each) === dirname(path);
  return [...edited].some(each => each !== path && (isSibling(each) || reading?.files.has(each)));
}

function areSame(one: Declarations | undefined, other: Declarations | undefined): boolean {
  const inText = (declarations: Declarations | undefined): string | undefined =>
    JSON.stringify(declarations?.pieces.map(piece => ({ ...piece, allowed: [...piece.allowed] })));
  return one?.text === other?.text && inText(one) === inText(other);
}
