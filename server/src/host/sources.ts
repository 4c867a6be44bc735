import { dirname, join } from 'node:path';
import { MOVER_NAMES } from '../semantics/table.ts';
import { indexSource, type SourceFunction, type SourceIndex } from '../syntax/sources.ts';
import { namesIn, type Overlays, readText, sizeOf } from './files.ts';

/** A source file that takes or gives back pages, as far as other files may ask. */
export interface Source extends SourceIndex {
  /** Absolute path. */
  readonly path: string;
  /** The functions that take or give back pages, themselves or through others of the file, by name. */
  readonly moving: ReadonlyMap<string, SourceFunction>;
}

/** Bytes of a source file; longer ones are tables. */
const MAX_SIZE = 1_500_000;
/** Files of one folder that are looked at. */
const MAX_FILES = 500;

const MOVERS = new RegExp(`\\b(?:${[...MOVER_NAMES].join('|')})\\b`);

/** Reads source files for what they let others see, and remembers it. */
export class Sources {
  private readonly byPath = new Map<string, Source | undefined>();
  private readonly byFolder = new Map<string, readonly Source[]>();

  constructor(private readonly overlays: Overlays) {}

  /** Forgets what was read: a file may have changed. */
  clear(): void {
    this.byPath.clear();
    this.byFolder.clear();
  }

  /** The source files of a folder that take or give back pages. */
  inFolder(folder: string): readonly Source[] {
    let found = this.byFolder.get(folder);
    if (!found) {
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

  text(source: Source): string {
    return readText(source.path, this.overlays) ?? '';
  }

  private source(path: string): Source | undefined {
    if (!this.byPath.has(path)) this.byPath.set(path, this.read(path));
    return this.byPath.get(path);
  }

  private read(path: string): Source | undefined {
    const size = sizeOf(path, this.overlays);
    if (size === undefined || size > MAX_SIZE) return undefined;
    const text = readText(path, this.overlays);
    return text === undefined || !MOVERS.test(text) ? undefined : sourceOf(path, indexSource(text));
  }
}

function sourceNames(folder: string, overlays: Overlays): string[] {
  return namesIn(folder, overlays)
    .filter(name => name.endsWith('.c'))
    .slice(0, MAX_FILES);
}

function sourceOf(path: string, index: SourceIndex): Source {
  const moving = new Map<string, SourceFunction>();
  for (let size = -1; size < moving.size; ) {
    size = moving.size;
    for (const each of index.functions)
      if (each.calls.some(name => MOVER_NAMES.has(name) || moving.has(name))) moving.set(each.name, each);
  }
  return { ...index, path, moving };
}
