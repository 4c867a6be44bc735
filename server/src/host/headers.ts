import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Declarations } from '../engine.ts';
import { type HeaderDefinition, type HeaderIndex, includesOf, indexHeader } from '../syntax/headers.ts';
import { displayPath, type Overlays, readText } from './files.ts';
import { treeRoot } from './trees.ts';

/** How far includes are followed, and how much is taken from them. */
const MAX_DEPTH = 3;
const MAX_HEADERS = 120;
const MAX_LENGTH = 120_000;
/** Bytes of a header; generated register tables are longer, and define nothing of interest. */
const MAX_SIZE = 1_000_000;
/** Types of members, and of their members. */
const ROUNDS = 3;

interface Header extends HeaderIndex {
  readonly path: string;
  readonly text: string;
  /** Functions of the core headers have rows; those of other headers are read. */
  readonly isCore: boolean;
}

/** Reads the headers that a file includes, for the struct types and inline functions that it uses. */
export class Headers {
  private readonly byPath = new Map<string, Header | undefined>();

  constructor(private readonly overlays: Overlays) {}

  /** Forgets what was read: a header may have changed. */
  clear(): void {
    this.byPath.clear();
  }

  /**
   * The definitions that a file needs from its headers, as text to be read behind it.
   * @param path absolute path of the file.
   */
  declarationsFor(path: string, text: string): Declarations {
    const headers = this.includedBy(path, text);
    const taken = new Map<HeaderDefinition, Header>();
    let words = wordsOf(text);
    for (let round = 0; round < ROUNDS; round++) {
      const added = this.pick(headers, words, taken);
      if (added.length === 0) break;
      words = wordsOf(added.join('\n'));
    }
    return assemble(taken);
  }

  private pick(
    headers: readonly Header[],
    words: ReadonlySet<string>,
    taken: Map<HeaderDefinition, Header>,
  ): string[] {
    const names = new Set([...taken.keys()].map(each => `${each.kind} ${each.name}`));
    const added: string[] = [];
    for (const header of headers)
      for (const [key, definition] of header.definitions) {
        if (!words.has(definition.name) || names.has(key)) continue;
        if (definition.kind === 'function' && header.isCore) continue;
        names.add(key);
        taken.set(definition, header);
        added.push(header.text.slice(definition.start, definition.end));
      }
    return added;
  }

  /** The headers that a file includes, near ones first. */
  private includedBy(path: string, text: string): Header[] {
    const root = treeRoot(path);
    const found = new Map<string, Header>();
    let edge = this.resolved(path, root, includesOf(text));
    for (let depth = 0; depth < MAX_DEPTH && edge.length > 0; depth++) {
      const next: Header[] = [];
      for (const header of edge) {
        if (found.has(header.path) || found.size >= MAX_HEADERS) continue;
        found.set(header.path, header);
        next.push(...this.resolved(header.path, root, header.includes));
      }
      edge = next;
    }
    return [...found.values()];
  }

  private resolved(path: string, root: string | undefined, includes: HeaderIndex['includes']): Header[] {
    const headers: Header[] = [];
    for (const { name, isLocal } of includes) {
      const places = isLocal ? [join(dirname(path), name)] : [];
      if (root) places.push(join(root, 'include', name), join(root, 'include/uapi', name));
      const header = places.map(place => this.read(resolve(place), root)).find(each => each !== undefined);
      if (header) headers.push(header);
    }
    return headers;
  }

  /** A file may name anything as a header: devices, pipes and huge files are not read. */
  private isHeader(path: string): boolean {
    if (!path.endsWith('.h')) return false;
    const file = statSync(this.overlays.get(path) ?? path, { throwIfNoEntry: false });
    return file?.isFile() === true && file.size <= MAX_SIZE;
  }

  private read(path: string, root: string | undefined): Header | undefined {
    if (!this.byPath.has(path)) {
      const text = this.isHeader(path) ? readText(path, this.overlays) : undefined;
      const isCore = root !== undefined && path.startsWith(join(root, 'include/linux/'));
      this.byPath.set(path, text === undefined ? undefined : { ...indexHeader(text), path, text, isCore });
    }
    return this.byPath.get(path);
  }
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.match(/[A-Za-z_]\w*/g) ?? []);
}

function assemble(taken: ReadonlyMap<HeaderDefinition, Header>): Declarations {
  let text = '';
  const pieces: Declarations['pieces'][number][] = [];
  for (const [definition, header] of taken) {
    const body = header.text.slice(definition.start, definition.end);
    if (text.length + body.length > MAX_LENGTH) continue;
    pieces.push({
      start: text.length,
      end: text.length + body.length,
      file: displayPath(header.path, process.cwd()),
      offset: definition.start,
    });
    text += body + (definition.kind === 'struct' ? ';\n' : '\n');
  }
  return { text, pieces };
}
