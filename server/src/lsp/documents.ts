import {
  CancellationTokenSource,
  type TextDocumentContentChangeEvent,
  type TextDocumentItem,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Settings } from '../host/settings.ts';
import type { Analysis } from './messages.ts';
import { pathOfUri } from './places.ts';

/** An analysis of some revision of a document, which may still be on its way. */
export interface PresentAnalysis {
  readonly revision: number;
  readonly promise: Promise<TextAnalysis | undefined>;
  /** It is there; a file that is read with the document may have changed since. */
  mayBeOutdated: boolean;
}

/** An analysis with the texts that the open files had for it. */
export interface TextAnalysis extends Analysis {
  /** By absolute path. */
  readonly texts: ReadonlyMap<string, string>;
  /** All other open files were as saved. */
  readonly areOthersSaved: boolean;
}

/** A file open in the editor. */
export class OpenDocument {
  /**
   * Counts every change of text or settings here, and of what is read with the file: clients have been seen to repeat or
   * reorder their versions.
   */
  revision = 0;
  /** The path under which the engine knows the file. */
  readonly path: string;
  /** The text as it was last seen on disk. */
  savedText: string;
  lastEdit = 0;
  settings: Promise<Settings> | undefined;
  analysis: PresentAnalysis | undefined;
  /** Where a text of it shows leaks while the other open files are as saved. */
  leaks: { readonly text: string; readonly places: ReadonlySet<string> } | undefined;
  /** Stands for what the client was given last. */
  shown: string | undefined;
  private content: TextDocument;
  private unwanted = new CancellationTokenSource();

  constructor({ uri, languageId, version, text }: TextDocumentItem) {
    this.content = TextDocument.create(uri, languageId, version, text);
    this.path = pathOfUri(uri);
    this.savedText = text;
  }

  get uri(): string {
    return this.content.uri;
  }

  get version(): number {
    return this.content.version;
  }

  get text(): string {
    return this.content.getText();
  }

  get positions(): Pick<TextDocument, 'positionAt' | 'offsetAt'> {
    return this.content;
  }

  /** Cancelled when the text or the settings of the present revision are no longer true. */
  get staleness() {
    return this.unwanted.token;
  }

  edit(changes: TextDocumentContentChangeEvent[], version: number): void {
    this.content = TextDocument.update(this.content, changes, version);
    this.lastEdit = Date.now();
    this.outdate();
  }

  /** Ends the work on the present revision. */
  outdate(): void {
    this.revision++;
    this.unwanted.cancel();
    this.unwanted = new CancellationTokenSource();
  }

  get isSaved(): boolean {
    return this.text === this.savedText;
  }

  /** Only C is analysed; editors call headers C++ unless told otherwise. */
  get isC(): boolean {
    return this.content.languageId === 'c' || /\.[ch]$/i.test(this.uri);
  }

  /** A document that was never a file has no saved text to compare with. */
  get isFile(): boolean {
    return this.uri.startsWith('file:');
  }
}
