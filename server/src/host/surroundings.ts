import { isAbsolute } from 'node:path';
import type { Declarations } from '../engine.ts';
import type { Overlays } from './files.ts';
import { Headers } from './headers.ts';
import { slicesFor } from './neighbours.ts';
import { Sources } from './sources.ts';
import { TreeIndex } from './treeIndex.ts';

/** What lies around a file and is read with it: its headers, and functions of other files. */
export class Surroundings {
  private readonly headers: Headers;
  private readonly sources: Sources;
  /** By root of the tree, with the time at which the file was written from which it was read. */
  private readonly indexes = new Map<
    string,
    { readonly written: number | undefined; readonly index: TreeIndex | undefined }
  >();
  /** The roots of those that are known to be the present ones. */
  private readonly present = new Set<string>();

  /** @param display how a path is named in what is said. */
  constructor(overlays: Overlays, display: (path: string) => string) {
    this.headers = new Headers(overlays, display);
    this.sources = new Sources(overlays, root => this.indexOf(root));
  }

  /** Forgets what was read: a file may have changed. An index says itself for which state of a file it holds. */
  clear(): void {
    this.headers.clear();
    this.sources.clear();
    this.present.clear();
  }

  /**
   * The text to be read behind a file's own.
   * @param path absolute path of the file.
   * @param isAcquiring true where the file by itself is a reason to read its headers.
   */
  of(path: string, text: string, isAcquiring: boolean): Declarations | undefined {
    if (!isAbsolute(path)) return undefined;
    const slices = slicesFor(path, text, this.sources, () => this.headers.pageMembers(path, text));
    if (!isAcquiring && slices.length === 0) return undefined;
    return this.headers.declarationsFor(path, text, slices);
  }

  private indexOf(root: string): TreeIndex | undefined {
    if (!this.present.has(root)) {
      const written = TreeIndex.written(root);
      if (written === undefined || this.indexes.get(root)?.written !== written)
        this.indexes.set(root, { written, index: TreeIndex.load(root) });
      this.present.add(root);
    }
    return this.indexes.get(root)?.index;
  }
}
