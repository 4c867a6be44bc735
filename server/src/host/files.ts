import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';

/** Kernel sources are UTF-8, a few of them Latin-1; every byte sequence has a text. */
export function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }
}

/** Bytes of which decode() makes this text; it takes a byte-order mark away. What is no UTF-16 keeps its length. */
export function encode(text: string): Buffer {
  return Buffer.from(`\uFEFF${text}`);
}

/** A path as the output names it: relative to `cwd` with `/`, absolute where it lies outside. */
export function displayPath(path: string, cwd: string): string {
  const inside = relative(cwd, path);
  const outside = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  return (outside ? path : inside).split(sep).join('/');
}

/**
 * By absolute path, what is read in the place of that file: the file at another absolute path, these bytes, or (null)
 * no file at all.
 */
export type Overlays = ReadonlyMap<string, string | Uint8Array | null>;

/** Reads bytes, through the overlays. Throws what node:fs throws. */
export function readBytes(path: string, overlays: Overlays): Buffer {
  const absolute = resolve(path);
  const overlay = overlays.get(absolute);
  if (overlay === null)
    throw Object.assign(new Error(`ENOENT: no such file or directory, open '${absolute}'`), {
      code: 'ENOENT',
    });
  return overlay instanceof Uint8Array ? Buffer.from(overlay) : readFileSync(overlay ?? absolute);
}

/** What the system tells of a regular file, symbolic links followed; undefined where there is none that can be reached. */
export function regularFile(path: string): Stats | undefined {
  try {
    const file = statSync(path);
    return file.isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

/** Changes with the file or folder at a path; the same for one that cannot be reached. */
export function stampOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return '';
  }
}

/** Size in bytes of a regular file through the overlays; undefined where there is no such file. */
export function sizeOf(path: string, overlays: Overlays): number | undefined {
  const overlay = overlays.get(path);
  if (overlay === null) return undefined;
  if (overlay instanceof Uint8Array) return overlay.length;
  return regularFile(overlay ?? path)?.size;
}

/** The names in a folder through the overlays, sorted; none where it cannot be read. */
export function namesInFolder(folder: string, overlays: Overlays): string[] {
  const absolute = resolve(folder);
  const laid = [...overlays].filter(([path]) => dirname(path) === absolute);
  const gone = new Set(laid.flatMap(([path, overlay]) => (overlay === null ? [basename(path)] : [])));
  const names = new Set([...onDisk(absolute), ...laid.map(([path]) => basename(path))]);
  return [...names].filter(name => !gone.has(name)).sort();
}

function onDisk(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The text of a file through the overlays, or undefined where it cannot be read. */
export function readText(path: string, overlays: Overlays): string | undefined {
  try {
    return decode(readBytes(path, overlays));
  } catch {
    return undefined;
  }
}

/** How a file below `root` is named from there, with `/`; both are absolute paths. */
export function nameIn(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}

/**
 * Puts a text into a file, which others see either as it was or whole. Throws what node:fs throws.
 * @param path absolute path in a folder that exists; not that of a link.
 */
export function replaceFile(path: string, text: string): void {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    writeFileSync(draft, text, { flag: 'wx' });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
