import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** The .gitignore of one directory; its patterns are relative to it. */
interface IgnoreFile {
  readonly directory: string;
  readonly patterns: Ignore;
}

export interface Walk {
  /** Absolute paths of the *.c and *.h files, sorted. */
  readonly files: readonly string[];
  /** Directories that could not be read, with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Finds the C files under a directory. Within a git checkout .gitignore files are respected, those of the directories
 * above it too; elsewhere they mean nothing (Debian's unpacked kernel source has one that ignores the whole tree).
 * Enters no `.git` and follows no symbolic link.
 */
export function walk(directory: string): Walk {
  const files: string[] = [];
  const unreadable: { path: string; reason: string }[] = [];
  const visit = (current: string, above: readonly IgnoreFile[]) => {
    const own = inCheckout ? readIgnoreFile(current) : undefined;
    const rules = own ? [...above, own] : above;
    for (const entry of entriesOf(current, unreadable)) {
      const path = join(current, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== '.git' && !isIgnored(path, true, rules)) visit(path, rules);
      } else if (entry.isFile() && /\.[ch]$/.test(entry.name) && !isIgnored(path, false, rules)) {
        files.push(path);
      }
    }
  };
  const root = checkoutRoot(directory);
  const inCheckout = root !== undefined;
  visit(directory, inCheckout ? ignoreFilesAbove(directory, root) : []);
  return { files: files.sort(), unreadable };
}

function entriesOf(directory: string, unreadable: { path: string; reason: string }[]) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    unreadable.push({ path: directory, reason: error instanceof Error ? error.message : String(error) });
    return [];
  }
}

function readIgnoreFile(directory: string): IgnoreFile | undefined {
  try {
    return {
      directory,
      patterns: ignore().add(readFileSync(join(directory, '.gitignore'), 'utf8')),
    };
  } catch {
    return undefined;
  }
}

/** The nearest directory, from this one upwards, that holds `.git`. */
export function checkoutRoot(directory: string): string | undefined {
  for (let current = directory; ; current = dirname(current)) {
    if (existsSync(join(current, '.git'))) return current;
    if (current === dirname(current)) return undefined;
  }
}

/** Outermost first, without that of the directory itself. */
function ignoreFilesAbove(directory: string, root: string): IgnoreFile[] {
  const found: IgnoreFile[] = [];
  for (let current = directory; current !== root; current = dirname(current)) {
    const own = readIgnoreFile(dirname(current));
    if (own) found.unshift(own);
  }
  return found;
}

/** The innermost file that has an opinion decides, as in git. */
function isIgnored(path: string, isDirectory: boolean, rules: readonly IgnoreFile[]): boolean {
  for (let at = rules.length - 1; at >= 0; at--) {
    const { directory, patterns } = rules[at]!;
    const name = relative(directory, path).split(sep).join('/') + (isDirectory ? '/' : '');
    const { ignored, unignored } = patterns.test(name);
    if (ignored || unignored) return ignored;
  }
  return false;
}
