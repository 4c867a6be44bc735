import { resolve } from 'node:path';
import { LineIndex } from '../base/text.ts';
import { type Overlays, readText } from '../host/files.ts';
import type { LineText } from '../report/fingerprint.ts';

/** Lines of files under the paths that findings carry, each file read once. */
export function linesOf(overlays: Overlays): LineText {
  const indexes = new Map<string, LineIndex | undefined>();
  return (file, line) => {
    if (!indexes.has(file)) {
      const text = readText(resolve(file), overlays);
      indexes.set(file, text === undefined ? undefined : new LineIndex(text));
    }
    const index = indexes.get(file);
    return index && line >= 1 && line <= index.lineCount ? index.lineText(line) : undefined;
  };
}
