import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, sep } from 'node:path';
import type { Tree } from '../semantics/eras.ts';
import { assumedTree, treeOf } from '../semantics/trees.ts';
import { regularFile } from './files.ts';

const UIO = 'include/linux/uio.h';
/** The headers of a tree that tell its era and features. */
const TELLING = { uio: UIO, mm: 'include/linux/mm.h', blkTypes: 'include/linux/blk_types.h' };

/** Whether a path is that of a header that tells the era and features of some tree. */
export function isTelling(path: string): boolean {
  return Object.values(TELLING).some(name => path.split(sep).join('/').endsWith(`/${name}`));
}

/**
 * The root of the kernel tree that holds a file: its nearest ancestor with include/linux/uio.h.
 * @param path absolute path of a file, which need not exist.
 */
export function treeRoot(path: string): string | undefined {
  if (!isAbsolute(path)) return undefined;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (regularFile(join(folder, UIO))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/**
 * Era and features of the tree that holds a file, read from the tree's headers and Makefile.
 * @param path absolute path of a file. Undefined where no ancestor is a kernel tree.
 */
export function findTree(path: string): Tree | undefined {
  const root = treeRoot(path);
  return root === undefined ? undefined : readTree(root);
}

/** Era and features of the kernel tree at `root`. */
export function readTree(root: string): Tree {
  const read = (name: string) => textOf(join(root, name));
  const headers = {
    uio: read(TELLING.uio),
    mm: read(TELLING.mm),
    blkTypes: read(TELLING.blkTypes),
    version: read('Makefile'),
  };
  return treeOf(headers, assumedTree());
}

/** What a path holds, or undefined where it cannot be read. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
