import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { applyPatch, reversePatch, type StructuredPatch } from 'diff';
import { type FileChange, type FileVersion, isCFile, isChange } from './change.ts';
import { nameIn, type Overlays, readBytes, sizeOf } from './files.ts';
import { fileNamesOf, PatchError } from './patch.ts';

/** Directories that are taken off the names of a patch: git and quilt put one before them, others none. */
const LEVELS = [1, 0, 2];

/**
 * Applies patches to the C files of a tree one after the other, in memory. The place of a hunk is searched where lines
 * have moved; the lines around it have to be there.
 * @param root absolute path that the names in the patches are relative to.
 * Throws PatchError where one does not apply.
 */
export function applyPatches(
  patches: readonly StructuredPatch[],
  root: string,
  overlays: Overlays,
): FileChange[] {
  const tree = new PatchedTree(root, overlays);
  for (const patch of patches) tree.apply(patch);
  return tree.changes();
}

/** A file on its way through a series. */
interface Patched {
  readonly before?: FileVersion;
  readonly path: string;
  /** Latin-1, so that each character is a byte. */
  readonly text: string;
}

class PatchedTree {
  /** By present path; null where the series has taken the file away. */
  private readonly files = new Map<string, Patched | null>();
  private readonly deleted: FileVersion[] = [];
  /** Of the last file that was there: a new one is named like it. */
  private level = LEVELS[0]!;

  constructor(
    private readonly root: string,
    private readonly overlays: Overlays,
  ) {}

  changes(): FileChange[] {
    const patched = [...this.files.values()].flatMap(file =>
      file
        ? [{ before: file.before, after: { path: file.path, bytes: Buffer.from(file.text, 'latin1') } }]
        : [],
    );
    return [...patched, ...this.deleted.map(before => ({ before }))].filter(isChange);
  }

  apply(patch: StructuredPatch): void {
    const { before, after } = fileNamesOf(patch);
    if (![before, after].some(name => name !== undefined && isCFile(name))) return;
    if (before === undefined) {
      this.create(patch, after!);
      return;
    }
    const level = LEVELS.find(each => this.has(this.locate(before, each)));
    if (level === undefined) {
      if (after === undefined || !makesFile(patch))
        throw new PatchError(`${strip(before, 1) ?? before}: there is no such file in the tree`);
      this.create(patch, after);
      return;
    }
    this.level = level;
    const file = this.take(this.locate(before, level)!);
    const text = patched(file.text, patch, strip(before, level)!);
    if (!patch.isCopy) this.files.set(file.path, null);
    if (after === undefined) {
      if (file.before) this.deleted.push(file.before);
      return;
    }
    const path = this.locate(after, level)!;
    if (path !== file.path && this.has(path)) throw new PatchError(`${strip(after, level)}: exists already`);
    this.files.set(path, { before: patch.isCopy ? undefined : file.before, path, text });
  }

  private create(patch: StructuredPatch, name: string): void {
    const places = [this.level, 1, 0].flatMap(level => this.locate(name, level) ?? []);
    const path = places.find(place => existsSync(dirname(place))) ?? places[0]!;
    if (this.has(path)) throw new PatchError(`${nameIn(this.root, path)}: exists already`);
    this.files.set(path, { path, text: patched('', patch, nameIn(this.root, path)) });
  }

  private has(path: string | undefined): boolean {
    if (path === undefined) return false;
    const known = this.files.get(path);
    if (known !== undefined) return known !== null;
    return sizeOf(path, this.overlays) !== undefined && (this.overlays.has(path) || this.isInside(path));
  }

  private take(path: string): Patched {
    const known = this.files.get(path);
    if (known) return known;
    const bytes = readBytes(path, this.overlays);
    return { before: { path, bytes }, path, text: bytes.toString('latin1') };
  }

  /** Absolute path of a name in a patch without its first directories. Throws PatchError where it leads out of the tree. */
  private locate(name: string, level: number): string | undefined {
    const stripped = strip(name, level);
    if (isAbsolute(name) || /(?:^|[\\/])\.\.(?:[\\/]|$)|\0/.test(name))
      throw new PatchError(`the patch names a file outside the tree: ${name}`);
    return stripped === undefined ? undefined : resolve(this.root, stripped);
  }

  /** A link within the tree may lead out of it. */
  private isInside(path: string): boolean {
    const inside = relative(realpathSync(this.root), realpathSync(path));
    return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
  }
}

/** A name without its first `level` directories; undefined where it has not as many. */
function strip(name: string, level: number): string | undefined {
  const parts = name.split('/');
  return parts.length > level ? join(...parts.slice(level)) : undefined;
}

/** diff names a file that is not there yet as if it were empty. */
const makesFile = ({ hunks }: StructuredPatch): boolean =>
  hunks.length === 1 && hunks[0]!.oldLines === 0 && hunks[0]!.newLines > 0;

function patched(text: string, patch: StructuredPatch, name: string): string {
  const result = applyPatch(text, patch);
  if (result !== false) return result;
  if (applyPatch(text, reversePatch(patch)) !== false)
    throw new PatchError(`${name}: the patch seems to be applied already`);
  const { hunks } = patch;
  const wrong = hunks.findIndex(
    (_, at) => applyPatch(text, { ...patch, hunks: hunks.slice(0, at + 1) }) === false,
  );
  const { oldStart = 1 } = hunks[wrong] ?? {};
  throw new PatchError(
    `${name}: hunk ${wrong + 1} of ${hunks.length}, for line ${oldStart}, does not fit to the file`,
  );
}
