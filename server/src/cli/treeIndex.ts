import { join, resolve } from 'node:path';
import { buildIndex } from '../host/indexing.ts';
import { TreeIndex } from '../host/treeIndex.ts';
import { treeRoot } from '../host/trees.ts';
import { EXIT, Failure, reasonOf } from './failure.ts';
import { write } from './output.ts';
import { progressLine } from './progress.ts';

export interface IndexFlags {
  readonly remove?: boolean;
}

/** Brings the index of the tree around a path up to date, or takes it away. Returns the exit status; throws Failure. */
export async function index(path: string, { remove }: IndexFlags): Promise<number> {
  const root = treeRoot(join(resolve(path), 'any.c'));
  if (root === undefined)
    throw new Failure(`${path} lies in no kernel tree: no include/linux/uio.h above it`);
  if (remove) {
    TreeIndex.remove(root);
    return EXIT.clean;
  }
  const progress = progressLine();
  try {
    const { files, sources } = await buildIndex(root, {
      script: join(__dirname, 'indexWorker.js'),
      onProgress: progress.show,
    });
    progress.clear();
    await write(`${sources} of ${files} source files of ${root} take or give back pages\n`);
    return EXIT.clean;
  } catch (error) {
    progress.clear();
    throw new Failure(`the index of ${root} could not be written: ${reasonOf(error)}`);
  }
}
