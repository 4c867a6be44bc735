import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder of an installed kernel tree, or undefined (said on the console) where there is none. */
export function kernelTree(version: '6.1' | '6.12'): string | undefined {
  const root = process.env.PINSIGHT_KERNELS ?? join(homedir(), '.cache', 'pinsight', 'kernels');
  const tree = join(root, `linux-source-${version}`);
  if (existsSync(tree)) return tree;
  console.warn(`SKIPPED: no kernel tree at ${tree}; set PINSIGHT_KERNELS or run the fetch script`);
  return undefined;
}

/** The lines of a file of a tree. */
export function linesOf(tree: string, file: string): string[] {
  return readFileSync(join(tree, file), 'utf8').split('\n');
}
