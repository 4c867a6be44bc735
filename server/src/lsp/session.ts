import type {
  CancellationToken,
  Connection,
  DidChangeTextDocumentParams,
  TextDocumentItem,
} from 'vscode-languageserver/node';
import { Cancelled } from '../base/cancel.ts';
import { readSettings, type Settings } from '../host/settings.ts';
import type { Analyser } from './analyser.ts';
import { Baselines, type Subject } from './baselines.ts';
import type { ClientFeatures } from './clientFeatures.ts';
import { OpenDocument } from './documents.ts';
import { describeError, type Log } from './guard.ts';
import type { Analysis, AnswerOf, QuestionOf } from './messages.ts';
import { Lines, uriOfPath } from './places.ts';

/** One client: its open documents, their settings, and what is known about them. */
export class Session {
  private readonly documents = new Map<string, OpenDocument>();
  /** Told of each analysis that is still true when it is ready. */
  private readonly analysed: ((document: OpenDocument, analysis: Analysis) => void)[] = [];
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
    return document;
  }

  /** Changes apply in the order in which they come, as the protocol wants it, whatever their versions say. */
  edit({ textDocument, contentChanges }: DidChangeTextDocumentParams): OpenDocument | undefined {
    const document = this.documents.get(textDocument.uri);
    if (!document) this.log(`a change of ${textDocument.uri}, which is not open, is ignored`);
    document?.edit(contentChanges, textDocument.version);
    return document;
  }

  save(uri: string, text?: string): OpenDocument | undefined {
    const document = this.documents.get(uri);
    if (document) document.savedText = text ?? document.text;
    return document;
  }

  close(uri: string): void {
    this.documents.get(uri)?.outdate();
    this.documents.delete(uri);
  }

  /** Settings or headers changed: what was known about the open documents holds no longer. */
  outdateAll(pushedSettings?: unknown): void {
    if (pushedSettings !== undefined) this.pushedSettings = pushedSettings;
    for (const document of this.documents.values()) {
      document.settings = undefined;
      document.outdate();
    }
  }

  /** Files on disk changed. From this call on nobody is given what was known before. */
  async forgetTrees(): Promise<void> {
    this.outdateAll();
    await this.analyser.ask('forgetTrees', {}, { urgent: true });
  }

  settings(document: OpenDocument): Promise<Settings> {
    document.settings ??= this.fetchSettings(document.uri);
    return document.settings;
  }

  /**
   * The analysis of the present text, made once for all who ask; undefined where the file is not of interest.
   * Rejects with Cancelled when the text changes first.
   */
  analysis(document: OpenDocument): Promise<Analysis | undefined> {
    const { revision } = document;
    if (document.analysis?.revision !== revision)
      document.analysis = { revision, promise: this.analyse(document) };
    return document.analysis.promise;
  }

  /**
   * Asks the engine about the present text once that is analysed, ahead of the analyses of other files; undefined
   * where the file is not of interest or its analysis failed.
   */
  async askAbout<K extends 'hover' | 'highlights' | 'inlayHints'>(
    kind: K,
    document: OpenDocument,
    rest: Omit<QuestionOf<K>, 'file' | 'settings'>,
    cancel: CancellationToken,
  ): Promise<AnswerOf<K> | undefined> {
    const analysis = await unlessCancelled(this.analysis(document), cancel);
    if (!analysis || analysis.failed) return undefined;
    const question = { ...(await this.about(document)), ...rest } as QuestionOf<K>;
    return this.analyser.ask(kind, question, { cancel, urgent: true });
  }

  /** What is needed to tell which findings of a document are accepted. */
  async subject(document: OpenDocument): Promise<Subject> {
    const { baseline } = await this.settings(document);
    return { path: document.path, text: document.text, baseline };
  }

  /** Lines of a document and of files on disk, which are analysed with it as they are there, made ready for these paths. */
  async lines(document: OpenDocument, paths: Iterable<string>): Promise<Lines> {
    const { path, text } = document;
    const lines = new Lines(each => (each === path ? text : undefined));
    await lines.load(paths);
    return lines;
  }

  /** Whether places that were found in a file on disk are those of the client's text of it as well. */
  isAsOnDisk(path: string): boolean {
    const document = this.atPath(path);
    return document === undefined || document.text === document.savedText;
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

  private async about(document: OpenDocument): Promise<QuestionOf<'analyse'>> {
    const { era, rules } = await this.settings(document);
    return { file: { path: document.path, text: document.text }, settings: { era, rules } };
  }

  private async analyse(document: OpenDocument): Promise<Analysis | undefined> {
    const cancel = document.staleness;
    const { delay } = await this.settings(document);
    await pause(document.lastEdit + delay - Date.now(), cancel);
    const question = await this.about(document);
    if (cancel.isCancellationRequested) throw new Cancelled();
    const analysis = await this.analyser
      .ask('analyse', question, { cancel })
      .catch(error => this.failure(document, error));
    if (cancel.isCancellationRequested) throw new Cancelled();
    if (analysis && !analysis.failed) for (const listener of this.analysed) listener(document, analysis);
    return analysis;
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
function pause(ms: number, cancel: CancellationToken): Promise<void> {
  if (ms <= 0 || cancel.isCancellationRequested) return Promise.resolve();
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms);
    cancel.onCancellationRequested(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
