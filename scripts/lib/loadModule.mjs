import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions, root } from './bundle.mjs';

/** Runs TypeScript that is written as if it stood in `folder` of this project, and returns its exports. */
export async function loadSource(contents, folder = '.') {
  const { outputFiles } = await build({
    ...bundleOptions,
    format: 'esm',
    stdin: { contents, loader: 'ts', resolveDir: join(root, folder) },
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
