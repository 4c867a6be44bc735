import { readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Position, Range } from 'vscode-languageserver/node';
import { LineIndex, type Span } from '../base/text.ts';
import { decode } from '../host/files.ts';

/** The path of a `file:` URI, else the URI itself: it names the document as well as any path. */
export function pathOfUri(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch {
    return uri;
  }
}

/** The URI under which an editor knows a path. */
export function uriOfPath(path: string): string {
  return /^[a-z][a-z0-9+.-]+:/i.test(path) ? path : pathToFileURL(path).href;
}

const START: Position = { line: 0, character: 0 };

/** Lines of texts by path; the protocol counts lines and columns from 0, in UTF-16 units. */
export class Lines {
  private readonly indexes = new Map<string, LineIndex | undefined>();

  /** @param openText the text of a document, which goes before the file on disk. */
  constructor(private readonly openText: (path: string) => string | undefined) {}

  /** Makes ready the lines of these files; a file that cannot be read has only its start. */
  async load(paths: Iterable<string>): Promise<void> {
    for (const path of new Set(paths)) {
      const text = this.openText(path) ?? (await readFile(path).then(decode, () => undefined));
      this.indexes.set(path, text === undefined ? undefined : new LineIndex(text));
    }
  }

  range(path: string, span: Span): Range {
    return { start: this.position(path, span.start), end: this.position(path, span.end) };
  }

  private position(path: string, offset: number): Position {
    const found = this.indexes.get(path)?.position(offset);
    return found ? { line: found.line - 1, character: found.column - 1 } : START;
  }
}
