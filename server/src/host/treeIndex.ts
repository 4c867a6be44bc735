import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, type Stats, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { version } from '../../../package.json';
import { FREE_NAMES, MOVER_NAMES } from '../semantics/table.ts';
import { regularFile } from './files.ts';
import { factsOf, MAX_SIZE, type SourceFacts } from './sources.ts';
import { walk } from './walk.ts';

/** What is known of one file: its size and time of change then, and its facts; null where it has to do with no pages. */
interface Entry {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly changed: number;
  readonly facts: SourceFacts | null;
}

/** The form of the file on disk; another form, or other names in the effect table, make it worthless. */
const FORM = 1;
const STAMP = createHash('sha1')
  .update(JSON.stringify([FORM, version, [...MOVER_NAMES].sort(), [...FREE_NAMES].sort()]))
  .digest('base64url');

/** What the source files of one tree let each other see. It is kept on disk, and read from there. */
export class TreeIndex {
  private byName: Map<string, string[]> | undefined;

  private constructor(
    readonly root: string,
    private readonly entries: Map<string, Entry>,
  ) {}

  /** Number of source files. */
  get files(): number {
    return this.entries.size;
  }

  /** Number of those that take or give back pages. */
  get size(): number {
    return [...this.entries.values()].filter(entry => entry.facts !== null).length;
  }

  /** Reads the index of a tree from disk; undefined where there is none that fits. */
  static load(root: string): TreeIndex | undefined {
    try {
      const stored: unknown = JSON.parse(readFileSync(placeOf(root), 'utf8'));
      return isStored(stored, root) ? new TreeIndex(root, new Map(stored.files)) : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Reads the source files of a tree: those that have changed since its index was written.
   * @param onProgress told how many of how many files are done.
   */
  static build(root: string, onProgress: (done: number, of: number) => void = () => {}): TreeIndex {
    const earlier = TreeIndex.load(root);
    const paths = walk(root).files.filter(path => path.endsWith('.c'));
    const entries = new Map<string, Entry>();
    for (const [at, path] of paths.entries()) {
      if (at % PROGRESS === 0) onProgress(at, paths.length);
      const file = regularFile(path);
      const known = file && earlier?.entry(path, file);
      const entry = known ?? (file && entryOf(path, file));
      if (entry) entries.set(nameOf(root, path), entry);
    }
    return new TreeIndex(root, entries);
  }

  /** Writes the index to disk. Throws what node:fs throws. */
  save(): void {
    const place = placeOf(this.root);
    mkdirSync(dirname(place), { recursive: true });
    const stored: Stored = { stamp: STAMP, root: this.root, files: [...this.entries] };
    // Others may read it at any time, and write it as well.
    const draft = `${place}.${randomUUID()}`;
    try {
      writeFileSync(draft, JSON.stringify(stored));
      renameSync(draft, place);
    } finally {
      rmSync(draft, { force: true });
    }
  }

  /** Takes the index of a tree from disk. */
  static remove(root: string): void {
    rmSync(placeOf(root), { force: true });
  }

  /** The facts of a file as it is now: null where there are none, undefined where it has to be read. */
  facts(path: string, file: Stats): SourceFacts | null | undefined {
    return this.entry(path, file)?.facts;
  }

  /** Absolute paths of the files that define a function for others, which takes or gives back pages. */
  defining(name: string): readonly string[] {
    this.byName ??= this.names();
    return this.byName.get(name) ?? [];
  }

  private entry(path: string, { size, mtimeMs }: Stats): Entry | undefined {
    const entry = this.entries.get(nameOf(this.root, path));
    return entry?.size === size && entry.changed === mtimeMs ? entry : undefined;
  }

  private names(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const [name, { facts }] of this.entries) {
      const moving = new Set(facts?.moving);
      for (const each of facts?.functions ?? []) {
        if (each.isStatic || !moving.has(each.name)) continue;
        const path = join(this.root, name);
        const known = found.get(each.name);
        if (known) known.push(path);
        else found.set(each.name, [path]);
      }
    }
    return found;
  }
}

/** Files between two words about progress. */
const PROGRESS = 256;

interface Stored {
  readonly stamp: string;
  readonly root: string;
  readonly files: readonly (readonly [string, Entry])[];
}

/** Whether what was read is the index of a tree: others may write into the cache. */
function isStored(value: unknown, root: string): value is Stored {
  if (!isObject(value) || value.stamp !== STAMP || value.root !== root || !Array.isArray(value.files))
    return false;
  return value.files.every(
    (each: unknown) => Array.isArray(each) && each.length === 2 && isInside(each[0]) && isEntry(each[1]),
  );
}

/** The name of a source file below the root. */
function isInside(name: unknown): boolean {
  return typeof name === 'string' && name.endsWith('.c') && !/^\/|(?:^|\/)\.\.?\//.test(name);
}

function isEntry(value: unknown): boolean {
  if (!isObject(value) || typeof value.size !== 'number' || typeof value.changed !== 'number') return false;
  return value.facts === null || (isObject(value.facts) && isFacts(value.facts));
}

function isFacts({ functions, moving, tags }: Fields): boolean {
  return Array.isArray(functions) && functions.every(isFunction) && isTexts(moving) && isTexts(tags);
}

function isFunction(value: unknown): boolean {
  if (!isObject(value) || typeof value.name !== 'string' || !isTexts(value.calls) || !isTexts(value.members))
    return false;
  const { start, end, isStatic, hasPointers, isExported } = value;
  return (
    Number.isSafeInteger(start) &&
    Number.isSafeInteger(end) &&
    [isStatic, hasPointers, isExported].every(each => typeof each === 'boolean')
  );
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every(each => typeof each === 'string');

function entryOf(path: string, { size, mtimeMs }: Stats): Entry | undefined {
  try {
    const facts = size > MAX_SIZE ? undefined : factsOf(readFileSync(path));
    return { size, changed: mtimeMs, facts: facts ?? null };
  } catch {
    return undefined;
  }
}

const nameOf = (root: string, path: string): string => relative(root, path).split(sep).join('/');

function placeOf(root: string): string {
  const cache =
    process.env.PINSIGHT_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pinsight');
  return join(cache, 'index', `${createHash('sha1').update(root).digest('hex')}.json`);
}
