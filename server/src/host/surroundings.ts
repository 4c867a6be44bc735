import { isAbsolute } from 'node:path';
import type { Declarations } from '../engine.ts';
import type { Overlays } from './files.ts';
import { Headers } from './headers.ts';
import { slicesFor } from './neighbours.ts';
import { Sources } from './sources.ts';
import { Stamps } from './stamps.ts';
import { TreeIndex } from './treeIndex.ts';

/** What is read with a file. */
export interface Around {
  /** The text to be read behind the file's own. */
  readonly declarations?: Declarations;
  /** Tells absolute paths of the headers and the other files that it is taken from, or may be. */
  readonly files: () => readonly string[];
}

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
  private readonly stamps = new Stamps();

  /** @param display how a path is named in what is said. */
  constructor(
    private readonly overlays: Overlays,
    display: (path: string) => string,
  ) {
    const note = (path: string): void => this.stamps.note(path);
    this.headers = new Headers(overlays, display, note);
    this.sources = new Sources(overlays, root => this.indexOf(root), note);
  }

  /** Forgets what was read: files may have changed. An index says itself for which state of a file it holds. */
  clear(): void {
    this.headers.clear();
    this.sources.clear();
    this.present.clear();
  }

  /** Forgets what was read of these files and folders, which have changed. */
  forget(paths: Iterable<string>): void {
    for (const path of paths) {
      this.headers.forget(path);
      this.sources.forget(path);
    }
  }

  /** Forgets what has changed on disk since it was read. @returns whether there was any. */
  forgetChanged(): boolean {
    const changed = this.stamps.takeChanged().filter(path => !this.overlays.has(path));
    this.forget(changed);
    const renewed = [...this.present].filter(
      root => this.indexes.get(root)?.written !== TreeIndex.written(root),
    );
    if (renewed.length > 0) this.clear();
    return changed.length + renewed.length > 0;
  }

  /**
   * What is to be read with a file.
   * @param path absolute path of the file.
   * @param isAcquiring true where the file by itself is a reason to read its headers.
   */
  of(path: string, text: string, isAcquiring: boolean): Around {
    if (!isAbsolute(path)) return { files: () => [] };
    const slices = slicesFor(path, text, this.sources, () => this.headers.pageMembers(path, text));
    const files = () => this.headers.files(path, text, slices);
    if (!isAcquiring && slices.length === 0) return { files };
    return { declarations: this.headers.declarationsFor(path, text, slices), files };
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
