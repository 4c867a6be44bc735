import { stampOf } from './files.ts';

/** The state of files and folders when they were read. */
export class Stamps {
  private readonly stamps = new Map<string, string>();

  /** Notes how a file or folder is now, which is about to be read. */
  note(path: string): void {
    this.stamps.set(path, stampOf(path));
  }

  /** Those that are no longer what they were; they are known no more. */
  takeChanged(): string[] {
    const changed = [...this.stamps].flatMap(([path, stamp]) => (stampOf(path) === stamp ? [] : [path]));
    for (const path of changed) this.stamps.delete(path);
    return changed;
  }
}
