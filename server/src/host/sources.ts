import { dirname, join } from 'node:path';
import { FREE_NAMES, MOVER_NAMES } from '../semantics/table.ts';
import { indexSource, type SourceFunction } from '../syntax/sources.ts';
import { decode, namesInFolder, type Overlays, readBytes, readText, regularFile, sizeOf } from './files.ts';
import type { TreeIndex } from './treeIndex.ts';
import { treeRoot } from './trees.ts';

/** A source file that takes or gives back pages, as far as other files may ask; plain data. */
export interface SourceFacts {
  /** The functions that take or give back pages, themselves or through others of the file, or free memory. */
  readonly functions: readonly SourceFunction[];
  /** Names among them of those that take or give back pages. */
  readonly moving: readonly string[];
  /** Tags of the structs and unions that the file names. */
  readonly tags: readonly string[];
}

/** The same with the way to it. */
export interface Source {
  /** Absolute path. */
  readonly path: string;
  readonly functions: readonly SourceFunction[];
  readonly moving: ReadonlyMap<string, SourceFunction>;
  readonly tags: ReadonlySet<string>;
}

/** Bytes of a source file; longer ones are tables. */
export const MAX_SIZE = 1_500_000;
/** Files of one folder that are looked at. */
const MAX_FILES = 500;
/** Changed files that are asked what they define besides the index, until that is built again. */
const MAX_CHANGED = 500;

const MOVERS = new RegExp(`\\b(?:${[...MOVER_NAMES].join('|')})\\b`);

/** What others may ask of a source file with these bytes; undefined where it has to do with no pages. */
export function factsOf(bytes: Buffer): SourceFacts | undefined {
  // Read as Latin-1, which is cheap: the names are ASCII.
  if (bytes.length > MAX_SIZE || !MOVERS.test(bytes.toString('latin1'))) return undefined;
  const { functions, tags } = indexSource(decode(bytes));
  const moving = movingAmong(functions);
  const isKept = ({ name, calls }: SourceFunction): boolean =>
    moving.has(name) || calls.some(callee => FREE_NAMES.has(callee));
  return { functions: functions.filter(isKept), moving: [...moving], tags };
}

/** The names of those that take or give back pages, themselves or through others among them. */
function movingAmong(functions: readonly SourceFunction[]): ReadonlySet<string> {
  const callers = new Map<string, string[]>();
  for (const { name, calls } of functions)
    for (const callee of calls) {
      const known = callers.get(callee);
      if (known) known.push(name);
      else callers.set(callee, [name]);
    }
  const moving = new Set<string>();
  for (let edge: Iterable<string> = MOVER_NAMES; ; ) {
    const next = new Set(
      [...edge].flatMap(name => callers.get(name) ?? []).filter(name => !moving.has(name)),
    );
    if (next.size === 0) return moving;
    for (const name of next) moving.add(name);
    edge = next;
  }
}

/** Reads source files for what they let others see, and remembers it. */
export class Sources {
  private readonly byPath = new Map<string, Source | undefined>();
  private readonly byFolder = new Map<string, readonly Source[]>();
  /** Roots of trees by folder. */
  private readonly roots = new Map<string, string | undefined>();
  /** Files that were changed since: what they define now, the index need not know. */
  private readonly changed = new Set<string>();

  /**
   * @param indexOf the index of the tree with this root, if there is one.
   * @param onRead told of each file and folder before it is read.
   */
  constructor(
    private readonly overlays: Overlays,
    private readonly indexOf: (root: string) => TreeIndex | undefined = () => undefined,
    private readonly onRead: (path: string) => void = () => {},
  ) {}

  /** Forgets what was read: files may have changed. */
  clear(): void {
    this.byPath.clear();
    this.byFolder.clear();
    this.roots.clear();
    this.changed.clear();
  }

  /** Forgets what was read of a file or folder, which has changed. */
  forget(path: string): void {
    this.byPath.delete(path);
    this.byFolder.delete(path);
    this.byFolder.delete(dirname(path));
    if (!isSource(path)) this.roots.clear();
    else if (this.changed.size < MAX_CHANGED) this.changed.add(path);
  }

  /** The source files of a folder that take or give back pages. */
  inFolder(folder: string): readonly Source[] {
    let found = this.byFolder.get(folder);
    if (!found) {
      this.onRead(folder);
      const names = sourceNames(folder, this.overlays);
      found = names.flatMap(name => this.source(join(folder, name)) ?? []);
      this.byFolder.set(folder, found);
    }
    return found;
  }

  /** The siblings of a file. */
  beside(path: string): readonly Source[] {
    return this.inFolder(dirname(path)).filter(source => source.path !== path);
  }

  /**
   * The source files elsewhere in the tree of a file that define a function for others, as far as they are indexed. What
   * the index says is looked up, and files that have changed since or are overlaid are asked themselves.
   */
  defining(name: string, path: string): readonly Source[] {
    const index = this.indexFor(path);
    if (!index) return [];
    const later = [...this.overlays.keys(), ...this.changed].filter(isSource);
    const here = later.filter(each => this.indexFor(each) === index);
    return [...new Set([...index.defining(name), ...here])]
      .filter(each => each !== path)
      .flatMap(each => this.source(each) ?? [])
      .filter(source => source.moving.get(name)?.isStatic === false);
  }

  text(source: Source): string {
    return readText(source.path, this.overlays) ?? '';
  }

  private source(path: string): Source | undefined {
    if (!this.byPath.has(path)) {
      this.onRead(path);
      this.byPath.set(path, this.read(path));
    }
    return this.byPath.get(path);
  }

  /** A file that cannot be read, or vanishes meanwhile, lets others see nothing. */
  private read(path: string): Source | undefined {
    const size = sizeOf(path, this.overlays);
    if (size === undefined || size > MAX_SIZE) return undefined;
    try {
      const indexed = this.indexed(path);
      const facts = indexed === undefined ? factsOf(readBytes(path, this.overlays)) : indexed;
      return facts ? sourceOf(path, facts) : undefined;
    } catch {
      return undefined;
    }
  }

  /** What the index knows of a file; undefined where the file has to be read, as one that is overlaid. */
  private indexed(path: string): SourceFacts | null | undefined {
    const file = this.overlays.has(path) ? undefined : regularFile(path);
    return file && this.indexFor(path)?.facts(path, file);
  }

  private indexFor(path: string): TreeIndex | undefined {
    const folder = dirname(path);
    if (!this.roots.has(folder)) this.roots.set(folder, treeRoot(path));
    const root = this.roots.get(folder);
    return root === undefined ? undefined : this.indexOf(root);
  }
}

function sourceOf(path: string, { functions, moving, tags }: SourceFacts): Source {
  const names = new Set(moving);
  return {
    path,
    functions,
    moving: new Map(functions.filter(({ name }) => names.has(name)).map(each => [each.name, each])),
    tags: new Set(tags),
  };
}

const isSource = (path: string): boolean => path.endsWith('.c');

function sourceNames(folder: string, overlays: Overlays): string[] {
  return namesInFolder(folder, overlays).filter(isSource).slice(0, MAX_FILES);
}
