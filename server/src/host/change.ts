import { join } from 'node:path';
import { decode, type Overlays, readBytes } from './files.ts';
import { Git } from './git.ts';

/** One version of a file. */
export interface FileVersion {
  /** Absolute path. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What a change makes of one C file: made anew without `before`, deleted without `after`. */
export interface FileChange {
  readonly before?: FileVersion;
  readonly after?: FileVersion;
}

export const isCFile = (path: string): boolean => /\.[ch]$/.test(path);

/** The text of a version, empty where there is none. */
export const textOf = (version: FileVersion | undefined): string => (version ? decode(version.bytes) : '');

/**
 * What happened to C files from a revision to the working tree.
 * @param directory absolute path within the working tree.
 * Throws GitError, and what node:fs throws.
 */
export function changesSince(revision: string, directory: string, overlays: Overlays): FileChange[] {
  const git = new Git(directory);
  const changes = git.changesSince(git.tree(revision));
  const old = git.blobs(changes.flatMap(({ before }) => (before ? [before.object] : [])));
  const version = (path: string, bytes: Uint8Array): FileVersion => ({ path: join(git.top, path), bytes });
  return changes
    .map(({ before, after }) => ({
      before: before && version(before.path, old.shift()!),
      after: after === undefined ? undefined : version(after, readBytes(join(git.top, after), overlays)),
    }))
    .filter(isChange);
}

/** git names a file too that was only touched. */
export function isChange({ before, after }: FileChange): boolean {
  return !before || !after || before.path !== after.path || Buffer.compare(before.bytes, after.bytes) !== 0;
}

/** The tree as it was before the change, and as it is after it, over what is on disk. */
export function overlaysOf(
  changes: readonly FileChange[],
  overlays: Overlays,
): { readonly before: Overlays; readonly after: Overlays } {
  const paths = changes.flatMap(({ before, after }) => [before?.path, after?.path]);
  const nothing = paths.flatMap(path => (path === undefined ? [] : [[path, null] as const]));
  const side = (which: 'before' | 'after'): Overlays =>
    new Map([
      ...overlays,
      ...nothing,
      ...changes.flatMap(({ [which]: version }) =>
        version ? [[version.path, shared(version.bytes)] as const] : [],
      ),
    ]);
  return { before: side('before'), after: side('after') };
}

/** Bytes that are sent to threads without being copied for each. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
