import { dirname, sep } from 'node:path';
import type {
  CancellationToken,
  Connection,
  DidChangeTextDocumentParams,
  TextDocumentItem,
} from 'vscode-languageserver/node';
import { Cancelled } from '../base/cancel.ts';
import { readSettings, type Settings } from '../host/settings.ts';
import { treeRoot } from '../host/trees.ts';
import type { Analyser } from './analyser.ts';
import { Baselines, type Subject } from './baselines.ts';
import type { ClientFeatures } from './clientFeatures.ts';
import { OpenDocument, type PresentAnalysis, type TextAnalysis } from './documents.ts';
import { describeError, type Log } from './guard.ts';
import type { AboutFile, Analysis, AnswerOf, Present, QuestionOf } from './messages.ts';
import { Lines, uriOfPath } from './places.ts';

/** One client: its open documents, their settings, and what is known about them. */
export class Session {
  private readonly documents = new Map<string, OpenDocument>();
  /** Told of each analysis that is still true when it is ready. */
  private readonly analysed: ((document: OpenDocument, analysis: Analysis) => void)[] = [];
  /** The client tells of changes of source files in its folders. */
  watchesSources = false;
  /** The document at which somebody works. */
  private inHand: OpenDocument | undefined;
  /** What a client without workspace/configuration has sent. */
  private pushedSettings: unknown;
  readonly baselines: Baselines;
  private readonly end = new AbortController();
  /** Aborted when the client has said good-bye. */
  readonly ended = this.end.signal;

  constructor(
    readonly connection: Connection,
    readonly client: ClientFeatures,
    private readonly analyser: Analyser,
    readonly log: Log,
    initialSettings: unknown,
  ) {
    this.pushedSettings = initialSettings;
    this.baselines = new Baselines(connection, client, log);
  }

  get openDocuments(): IterableIterator<OpenDocument> {
    return this.documents.values();
  }

  onAnalysed(listener: (document: OpenDocument, analysis: Analysis) => void): void {
    this.analysed.push(listener);
  }

  /** The open C document of this URI. */
  document(uri: string): OpenDocument | undefined {
    const document = this.documents.get(uri);
    return document?.isC ? document : undefined;
  }

  open(item: TextDocumentItem): OpenDocument {
    this.documents.get(item.uri)?.outdate();
    const document = new OpenDocument(item);
    this.documents.set(item.uri, document);
    this.inHand = document;
    return document;
  }

  /** Changes apply in the order in which they come, as the protocol wants it, whatever their versions say. */
  edit({ textDocument, contentChanges }: DidChangeTextDocumentParams): OpenDocument | undefined {
    const document = this.documents.get(textDocument.uri);
    if (!document) this.log(`a change of ${textDocument.uri}, which is not open, is ignored`);
    document?.edit(contentChanges, textDocument.version);
    this.inHand = document;
    return document;
  }

  save(uri: string, text?: string): OpenDocument | undefined {
    const document = this.documents.get(uri);
    if (document) document.savedText = text ?? document.text;
    return document;
  }

  close(uri: string): OpenDocument | undefined {
    const document = this.documents.get(uri);
    document?.outdate();
    this.documents.delete(uri);
    return document;
  }

  /** Settings changed: what was known about the open documents holds no longer. */
  outdateAll(pushedSettings?: unknown): void {
    if (pushedSettings !== undefined) this.pushedSettings = pushedSettings;
    for (const document of this.documents.values()) {
      document.settings = undefined;
      document.outdate();
    }
  }

  /**
   * Ends what was known of the documents that are read with what has changed in the editor, or on disk.
   * @param onDisk absolute paths of files that have changed there; all: any may have.
   * @returns these documents.
   */
  async outdateReaders(onDisk: readonly string[] | 'all' = []): Promise<readonly OpenDocument[]> {
    if (this.ended.aborted) return [];
    if (onDisk === 'all') this.outdateAll();
    const question = () => ({ present: this.present(), onDisk });
    const paths = new Set(await this.analyser.ask('changed', question, { urgent: true }));
    const documents = [...this.documents.values()].filter(document => document.isC);
    if (onDisk === 'all') return documents;
    const readers = documents.filter(({ path }) => paths.has(path));
    for (const document of readers) document.outdate();
    return readers;
  }

  settings(document: OpenDocument): Promise<Settings> {
    document.settings ??= this.fetchSettings(document.uri);
    return document.settings;
  }

  /**
   * The analysis of the present text, made once for all who ask; undefined where the file is not of interest.
   * Rejects with Cancelled when the text changes first.
   */
  analysis(document: OpenDocument): Promise<TextAnalysis | undefined> {
    const { revision, analysis: last } = document;
    if (last?.revision === revision && (!last.mayBeOutdated || this.isWatched(document.path)))
      return last.promise;
    const promise = this.analyse(document);
    const present: PresentAnalysis = { revision, promise, mayBeOutdated: false };
    promise.then(
      analysis => {
        present.mayBeOutdated = analysis !== undefined && !analysis.failed;
      },
      () => {},
    );
    document.analysis = present;
    return promise;
  }

  /** Waits for a pause in typing. @returns whether the text is then still the same. */
  async isAtRest(document: OpenDocument): Promise<boolean> {
    const { text } = document;
    const { delay } = await this.settings(document);
    await pause(document.lastEdit + delay - Date.now());
    return document.text === text;
  }

  /**
   * Asks the engine about the present text once that is analysed, ahead of the analyses of other files; undefined
   * where the file is not of interest or its analysis failed.
   */
  async askAbout<K extends 'hover' | 'highlights' | 'inlayHints'>(
    kind: K,
    document: OpenDocument,
    rest: Omit<QuestionOf<K>, keyof AboutFile>,
    cancel: CancellationToken,
  ): Promise<AnswerOf<K> | undefined> {
    const analysis = await unlessCancelled(this.analysis(document), cancel);
    if (!analysis || analysis.failed) return undefined;
    const about = await this.about(document);
    const question = () => ({ ...about(), ...rest }) as QuestionOf<K>;
    return this.analyser.ask(kind, question, { cancel, urgent: true });
  }

  /** What is needed to tell which findings of a document are accepted. */
  async subject(document: OpenDocument): Promise<Subject> {
    const { baseline } = await this.settings(document);
    return { path: document.path, text: document.text, baseline };
  }

  /** Lines of the texts that were analysed, else of files on disk, made ready for these paths. */
  async lines(analysis: TextAnalysis | undefined, paths: Iterable<string>): Promise<Lines> {
    const lines = new Lines(path => analysis?.texts.get(path));
    await lines.load(paths);
    return lines;
  }

  /** Whether places that an analysis tells in a file are those of the client's present text of it. */
  isAsAnalysed(path: string, { texts }: TextAnalysis): boolean {
    const document = this.atPath(path);
    return document ? document.text === (texts.get(path) ?? document.savedText) : !texts.has(path);
  }

  /** The URI of a path, spelt as the client spells it where the file is open. */
  uri(path: string): string {
    return this.atPath(path)?.uri ?? uriOfPath(path);
  }

  dispose(): void {
    this.end.abort();
    for (const document of this.documents.values()) document.outdate();
    this.documents.clear();
    this.analyser.dispose();
  }

  private atPath(path: string): OpenDocument | undefined {
    for (const document of this.documents.values()) if (document.path === path) return document;
    return undefined;
  }

  /** How things stand now. */
  private present(): Present {
    const files = [...this.documents.values()].filter(document => document.isC && document.isFile);
    // Two URIs may mean one file.
    const open = [...new Map(files.map(({ path, text }) => [path, { path, text }])).values()];
    return { open, isUnwatched: !open.every(({ path }) => this.isWatched(path)) };
  }

  /** A question about the present text of a document, and the files around it as they will be when it is put. */
  private async about(document: OpenDocument): Promise<() => AboutFile> {
    const { era, rules } = await this.settings(document);
    const { path, text } = document;
    return () => ({ present: this.present(), file: { path, text }, settings: { era, rules } });
  }

  /** Whether the client tells of changes on disk of what is read with a file. */
  private isWatched(path: string): boolean {
    const place = treeRoot(path) ?? dirname(path);
    return this.watchesSources && this.client.folders.some(each => `${place}${sep}`.startsWith(each + sep));
  }

  private async analyse(document: OpenDocument): Promise<TextAnalysis | undefined> {
    const cancel = document.staleness;
    const { delay } = await this.settings(document);
    await pause(document.lastEdit + delay - Date.now(), cancel);
    const about = await this.about(document);
    if (cancel.isCancellationRequested) throw new Cancelled();
    const texts = new Map<string, string>();
    let areOthersSaved = true;
    const question = () => {
      const asked = about();
      texts.clear();
      for (const { path, text } of [...asked.present.open, asked.file]) texts.set(path, text);
      areOthersSaved = [...this.documents.values()].every(each => each === document || each.isSaved);
      return asked;
    };
    const analysis = await this.analyser
      .ask('analyse', question, { cancel, yields: document !== this.inHand })
      .catch(error => this.failure(document, error));
    if (cancel.isCancellationRequested) throw new Cancelled();
    if (analysis && !analysis.failed) for (const listener of this.analysed) listener(document, analysis);
    return analysis && { ...analysis, texts, areOthersSaved };
  }

  /** A file on which the engine failed is shown as not analysed, never as clean. */
  private failure({ path, text }: OpenDocument, error: unknown): Analysis {
    if (error instanceof Cancelled) throw error;
    this.log(`${path} was not analysed: ${describeError(error)}`);
    const reason = 'the analysis of this file failed; see the log';
    const notAnalysed = [{ file: path, start: 0, end: text.length, function: '', reason }];
    const report = { path, findings: [], notAnalysed, extractions: [], iterators: [] };
    return { era: 'will-pin', assumed: true, report, failed: true };
  }

  private async fetchSettings(scopeUri: string): Promise<Settings> {
    const complain = (name: string) =>
      this.log(`the value of ${name} is not understood; its default is used`);
    if (!this.client.answersConfiguration) return readSettings(this.pushedSettings, complain);
    try {
      const answer = await this.connection.workspace.getConfiguration({ scopeUri, section: 'pinsight' });
      return readSettings(answer, complain);
    } catch (error) {
      this.log(`settings could not be read: ${describeError(error)}`);
      return readSettings({});
    }
  }
}

/** Rejects with Cancelled as soon as the request is cancelled, whatever the work does. */
function unlessCancelled<Result>(work: Promise<Result>, cancel: CancellationToken): Promise<Result> {
  return new Promise((resolve, reject) => {
    cancel.onCancellationRequested(() => reject(new Cancelled()));
    work.then(resolve, reject);
  });
}

/** Waits so many ms, or until the work is no longer wanted. */
function pause(ms: number, cancel?: CancellationToken): Promise<void> {
  if (ms <= 0 || cancel?.isCancellationRequested) return Promise.resolve();
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms);
    cancel?.onCancellationRequested(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
