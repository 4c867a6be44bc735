import type { Span } from '../base/text.ts';
import type { FileReport, Highlight, Hover, InlayHint, SourceFile } from '../engine.ts';
import type { Settings } from '../host/settings.ts';
import type { Era } from '../semantics/eras.ts';

/** A file's report and the era it was made for. */
export interface Analysis {
  readonly era: Era;
  readonly assumed: boolean;
  readonly report: FileReport;
  /** The engine gave no report; this one only says so. */
  readonly failed?: true;
}

/** The settings that change what the engine says. */
export type EngineSettings = Pick<Settings, 'era' | 'rules'>;

/** How things stand when a question reaches the thread. */
export interface Present {
  /** The open files, which are read as they are in the editor. */
  readonly open: readonly SourceFile[];
  /** Nobody tells of changes on disk: they are to be looked for. */
  readonly isUnwatched: boolean;
}

export interface AboutFile {
  readonly present: Present;
  readonly file: SourceFile;
  readonly settings: EngineSettings;
}

/** What the analysis thread is asked, and what it answers. `undefined`: the file is not of interest. */
export interface Questions {
  readonly analyse: { readonly question: AboutFile; readonly answer: Analysis | undefined };
  readonly hover: {
    readonly question: AboutFile & { readonly offset: number };
    readonly answer: Hover | undefined;
  };
  readonly highlights: {
    readonly question: AboutFile & { readonly offset: number };
    readonly answer: readonly Highlight[] | undefined;
  };
  readonly inlayHints: {
    readonly question: AboutFile & { readonly range: Span };
    readonly answer: readonly InlayHint[] | undefined;
  };
  /**
   * Open files have changed in the editor, and files on disk: those at these absolute paths, or (`all`) any. The answer
   * is the paths of the open files of which the analysis no longer holds, as they are read with what has changed.
   */
  readonly changed: {
    readonly question: { readonly present: Present; readonly onDisk: readonly string[] | 'all' };
    readonly answer: readonly string[];
  };
}

export type Kind = keyof Questions;
export type QuestionOf<K extends Kind> = Questions[K]['question'];
export type AnswerOf<K extends Kind> = Questions[K]['answer'];

/** A question on its way to the thread; `ticket` is above 0. */
export type Request = {
  readonly [K in Kind]: { readonly ticket: number; readonly kind: K; readonly question: QuestionOf<K> };
}[Kind];

export type Response =
  | { readonly ticket: number; readonly answer: AnswerOf<Kind> }
  | { readonly ticket: number; readonly cancelled: true }
  | { readonly ticket: number; readonly error: string };

/** Given to the thread at its start: slot 0 holds the ticket of the request that is no longer wanted. */
export interface ThreadData {
  readonly cancelled: SharedArrayBuffer;
}
