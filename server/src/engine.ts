import { type CancelSignal, neverCancelled } from './base/cancel.ts';
import type { Span } from './base/text.ts';
import type { Finding, NotAnalysed, Severity } from './report/findings.ts';
import type { ExtractionSite, IteratorSite } from './report/sites.ts';
import type { Tree } from './semantics/eras.ts';

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

/**
 * Text in, plain data out. Never throws (other than Cancelled), never does I/O.
 * One Engine owns one parser; it is not shared between threads.
 */
export class Engine {
  static async create(_assets: EngineAssets): Promise<Engine> {
    return new Engine();
  }

  /** True where the text names anything the engine knows: a cheap test before any parsing. */
  isOfInterest(text: string): boolean {
    return /iov_iter|user_page|get_user_pages/.test(text);
  }

  analyse(file: SourceFile, _options: AnalyseOptions, _cancel: CancelSignal = neverCancelled): FileReport {
    return { path: file.path, findings: [], notAnalysed: [], extractions: [], iterators: [] };
  }

  hover(_file: SourceFile, _offset: number, _options: AnalyseOptions): Hover | undefined {
    return undefined;
  }

  inlayHints(_file: SourceFile, _range: Span, _options: AnalyseOptions): InlayHint[] {
    return [];
  }
}
