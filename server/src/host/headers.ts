import { dirname, join, resolve } from 'node:path';
import type { Declarations } from '../engine.ts';
import { allowedInFile } from '../report/suppress.ts';
import { type HeaderDefinition, type HeaderIndex, includesOf, indexHeader } from '../syntax/headers.ts';
import { tagsIn } from '../syntax/sources.ts';
import { type Overlays, readText, sizeOf } from './files.ts';
import type { Slice, TaggedMember } from './neighbours.ts';
import { treeRoot } from './trees.ts';

/** How far includes are followed, and how much is taken from them. */
const MAX_DEPTH = 3;
const MAX_HEADERS = 300;
const MAX_LENGTH = 120_000;
/** Bytes of a header; generated register tables are longer, and define nothing of interest. */
const MAX_SIZE = 1_000_000;
/** A member of a struct that leads to pages, or to what holds pages. */
const PAGE_MEMBER =
  /\bstruct\s+(?:page|folio|bio_vec|kvec|scatterlist|sg_table|iov_iter)\b[\s*]*(?:__\w+\s+)?([A-Za-z_]\w*)/g;
/** Types of members, and of their members. */
const ROUNDS = 3;

interface Header extends HeaderIndex {
  readonly path: string;
  readonly text: string;
  /** Functions of the core headers have rows; those of other headers are read. */
  readonly isCore: boolean;
  /** Rules whose findings it accepts as a whole. */
  readonly allowed: ReadonlySet<string>;
}

/** Reads the headers that a file includes, for the struct types and inline functions that it uses. */
export class Headers {
  private readonly byPath = new Map<string, Header | undefined>();
  /** What a header includes, by its path and that of the tree; and what a source file defines and includes. */
  private readonly nextTo = new Map<string, readonly Header[]>();
  private readonly around = new Map<string, readonly [Header, ...Header[]]>();
  /** What a file includes however deep, by its path, and the includes for which that holds. */
  private readonly included = new Map<string, { readonly of: string; readonly headers: readonly Header[] }>();

  /**
   * @param display how a path is named in what is said.
   * @param onRead told of each file before it is read.
   */
  constructor(
    private readonly overlays: Overlays,
    private readonly display: (path: string) => string,
    private readonly onRead: (path: string) => void = () => {},
  ) {}

  /** Forgets what was read: files may have changed. */
  clear(): void {
    for (const known of [this.byPath, this.nextTo, this.around, this.included]) known.clear();
  }

  /** Forgets what was read of a file, which has changed. */
  forget(path: string): void {
    this.around.delete(path);
    // What includes what is soon told again, as the other headers are still known.
    if (this.byPath.delete(path))
      for (const known of [this.nextTo, this.around, this.included]) known.clear();
  }

  /**
   * The definitions that a file needs from its headers, as text to be read behind it.
   * @param path absolute path of the file.
   * @param slices functions of other files, which are read with it and need theirs.
   */
  declarationsFor(path: string, text: string, slices: readonly Slice[] = []): Declarations {
    const headers = this.readWith(path, text, slices);
    const taken = new Map<HeaderDefinition, Header>();
    let words = wordsOf([text, ...slices.map(slice => slice.text)].join('\n'));
    for (let round = 0; round < ROUNDS; round++) {
      const added = this.pick(headers, words, taken);
      if (added.length === 0) break;
      words = wordsOf(added.join('\n'));
    }
    return this.assemble(slices, taken);
  }

  /** Absolute paths of the files of which declarations are taken. */
  files(path: string, text: string, slices: readonly Slice[]): string[] {
    return [...this.readWith(path, text, slices)].map(header => header.path);
  }

  /** The members that hold pages in the structs of a file's headers. */
  pageMembers(path: string, text: string): TaggedMember[] {
    const tags = new Set(tagsIn(text));
    return this.includedBy(path, text).flatMap(header =>
      [...header.definitions.values()]
        .filter(({ kind, name }) => kind === 'struct' && tags.has(name))
        .flatMap(({ name: tag, start, end }) =>
          [...header.text.slice(start, end).matchAll(PAGE_MEMBER)].map(match => ({ tag, member: match[1]! })),
        ),
    );
  }

  /** What is read with a file: its headers, and the files of the slices with theirs. */
  private readWith(path: string, text: string, slices: readonly Slice[]): ReadonlySet<Header> {
    const sources = new Set(slices.map(({ source }) => source.path));
    const around = [
      ...this.includedBy(path, text),
      ...[...sources].flatMap(source => this.aroundSource(source)),
    ];
    // Headers may include each other: the text itself goes before what is on disk of it.
    return new Set(around.filter(header => header.path !== path));
  }

  /** What a source file defines for itself, and its headers. */
  private aroundSource(path: string): readonly [Header, ...Header[]] {
    let found = this.around.get(path);
    if (!found) {
      this.onRead(path);
      const text = readText(path, this.overlays) ?? '';
      const { includes, definitions } = indexHeader(text);
      const types = [...definitions].filter(([, { kind }]) => kind !== 'function');
      const own = {
        includes,
        definitions: new Map(types),
        path,
        text,
        isCore: false,
        allowed: allowedInFile(text),
      };
      found = [own, ...this.includedBy(path, text)];
      this.around.set(path, found);
    }
    return found;
  }

  private pick(
    headers: Iterable<Header>,
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

  /** The headers that a file includes, near ones first. Asked after each edit, few of which change the includes. */
  private includedBy(path: string, text: string): readonly Header[] {
    const includes = includesOf(text);
    const of = JSON.stringify(includes);
    let known = this.included.get(path);
    if (known?.of !== of) {
      known = { of, headers: this.follow(path, includes) };
      this.included.set(path, known);
    }
    return known.headers;
  }

  private follow(path: string, includes: HeaderIndex['includes']): readonly Header[] {
    const root = treeRoot(path);
    const found = new Map<string, Header>();
    let edge = this.resolved(path, root, includes);
    for (let depth = 0; depth < MAX_DEPTH && edge.length > 0; depth++) {
      const next: Header[] = [];
      for (const header of edge) {
        if (found.has(header.path) || found.size >= MAX_HEADERS) continue;
        found.set(header.path, header);
        next.push(...this.includedByHeader(header, root));
      }
      edge = next;
    }
    return [...found.values()];
  }

  private includedByHeader({ path, includes }: Header, root: string | undefined): readonly Header[] {
    const key = `${path}\0${root ?? ''}`;
    let found = this.nextTo.get(key);
    if (!found) {
      found = this.resolved(path, root, includes);
      this.nextTo.set(key, found);
    }
    return found;
  }

  private resolved(path: string, root: string | undefined, includes: HeaderIndex['includes']): Header[] {
    const headers: Header[] = [];
    for (const { name, isLocal } of includes) {
      const places = isLocal ? [join(dirname(path), name)] : [];
      if (root) places.push(join(root, 'include', name), join(root, 'include/uapi', name));
      const header = places.map(place => this.header(resolve(place), root)).find(each => each !== undefined);
      if (header) headers.push(header);
    }
    return headers;
  }

  /** A file may name anything as a header: devices, pipes and huge files are not read. */
  private isHeader(path: string): boolean {
    if (!path.endsWith('.h')) return false;
    const size = sizeOf(path, this.overlays);
    return size !== undefined && size <= MAX_SIZE;
  }

  private header(path: string, root: string | undefined): Header | undefined {
    if (!this.byPath.has(path)) {
      this.onRead(path);
      const text = this.isHeader(path) ? readText(path, this.overlays) : undefined;
      const isCore = root !== undefined && path.startsWith(join(root, 'include/linux/'));
      const header = text === undefined ? undefined : { ...indexHeader(text), path, text, isCore };
      this.byPath.set(path, header && { ...header, allowed: allowedInFile(header.text) });
    }
    return this.byPath.get(path);
  }

  private assemble(slices: readonly Slice[], taken: ReadonlyMap<HeaderDefinition, Header>): Declarations {
    let text = '';
    const pieces: Declarations['pieces'][number][] = [];
    const add = (body: string, from: Header, offset: number, isRoot: boolean): void => {
      const [start, file] = [text.length, this.display(from.path)];
      const end = start + body.length;
      pieces.push({ start, end, file, offset, isRoot, allowed: from.allowed });
      text += body;
    };
    for (const { source, function: model, text: body, isEvidence } of slices) {
      add(body, this.aroundSource(source.path)[0], model.start, isEvidence);
      text += model.isExported ? `\nEXPORT_SYMBOL(${model.name});\n` : '\n';
    }
    const limit = text.length + MAX_LENGTH;
    for (const [definition, header] of taken) {
      const body = header.text.slice(definition.start, definition.end);
      if (text.length + body.length > limit) continue;
      add(body, header, definition.start, definition.kind === 'function');
      text += definition.kind === 'struct' ? ';\n' : '\n';
    }
    return { text, pieces };
  }
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.match(/[A-Za-z_]\w*/g) ?? []);
}
