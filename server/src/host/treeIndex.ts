import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, type Stats } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { version } from '../../../package.json';
import { FREE_NAMES, MOVER_NAMES } from '../semantics/table.ts';
import { nameIn, regularFile, replaceFile } from './files.ts';
import { Form } from './form.ts';
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

/** The version of the form of the file on disk; another one, or other names in the effect table, make it worthless. */
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

  /** When the index of a tree was written, in milliseconds since 1970; undefined where there is none. */
  static written(root: string): number | undefined {
    return regularFile(placeOf(root))?.mtimeMs;
  }

  /** Reads the index of a tree from disk; undefined where there is none that fits. */
  static load(root: string): TreeIndex | undefined {
    try {
      const stored: Partial<Stored> = JSON.parse(readFileSync(placeOf(root), 'utf8'));
      if (stored.stamp !== STAMP || stored.root !== root) return undefined;
      return new TreeIndex(root, new Map(STORED.checked(stored).files));
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
      if (entry) entries.set(nameIn(root, path), entry);
    }
    return new TreeIndex(root, entries);
  }

  /** Writes the index to disk. Throws what node:fs throws. */
  save(): void {
    const place = placeOf(this.root);
    mkdirSync(dirname(place), { recursive: true });
    const stored: Stored = { stamp: STAMP, root: this.root, files: [...this.entries] };
    replaceFile(place, JSON.stringify(stored));
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
    const entry = this.entries.get(nameIn(this.root, path));
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

const TEXTS = { type: 'array', items: { type: 'string' } };

const FUNCTION = {
  type: 'object',
  required: ['name', 'start', 'end', 'isStatic', 'hasPointers', 'isExported', 'calls', 'members'],
  properties: {
    name: { type: 'string' },
    start: { type: 'integer' },
    end: { type: 'integer' },
    isStatic: { type: 'boolean' },
    hasPointers: { type: 'boolean' },
    isExported: { type: 'boolean' },
    calls: TEXTS,
    members: TEXTS,
  },
};

const FACTS = {
  type: 'object',
  nullable: true,
  required: ['functions', 'moving', 'tags'],
  properties: { functions: { type: 'array', items: FUNCTION }, moving: TEXTS, tags: TEXTS },
};

const ENTRY = {
  type: 'object',
  required: ['size', 'changed', 'facts'],
  properties: { size: { type: 'number' }, changed: { type: 'number' }, facts: FACTS },
};

/** The name of a source file below the root. */
const NAME = { type: 'string', pattern: '^(?!/)(?!(.*/)?[.][.]?/).*[.]c$' };

/** Anybody may have written into the cache: what is there is believed only where it has this form. */
const STORED = new Form<Stored>({
  type: 'object',
  required: ['stamp', 'root', 'files'],
  properties: {
    stamp: { type: 'string' },
    root: { type: 'string' },
    files: { type: 'array', items: { type: 'array', minItems: 2, maxItems: 2, items: [NAME, ENTRY] } },
  },
});

function entryOf(path: string, { size, mtimeMs }: Stats): Entry | undefined {
  try {
    const facts = size > MAX_SIZE ? undefined : factsOf(readFileSync(path));
    return { size, changed: mtimeMs, facts: facts ?? null };
  } catch {
    return undefined;
  }
}

function placeOf(root: string): string {
  const cache =
    process.env.PINSIGHT_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pinsight');
  return join(cache, 'index', `${createHash('sha1').update(root).digest('hex')}.json`);
}
