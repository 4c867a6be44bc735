import { readFileSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';

/** Kernel sources are UTF-8, a few of them Latin-1; every byte sequence has a text. */
export function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }
}

/** A path as the output names it: relative to `cwd` with `/`, absolute where it lies outside. */
export function displayPath(path: string, cwd: string): string {
  const inside = relative(cwd, path);
  const outside = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  return (outside ? path : inside).split(sep).join('/');
}

/** Absolute path → absolute path of the file that is read in its place. */
export type Overlays = ReadonlyMap<string, string>;

/** Reads bytes, through the overlays. Throws what node:fs throws. */
export function readBytes(path: string, overlays: Overlays): Buffer {
  const absolute = resolve(path);
  return readFileSync(overlays.get(absolute) ?? absolute);
}

/** The text of a file through the overlays, or undefined where it cannot be read. */
export function readText(path: string, overlays: Overlays): string | undefined {
  try {
    return decode(readBytes(path, overlays));
  } catch {
    return undefined;
  }
}
