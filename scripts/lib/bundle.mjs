// What is bundled, and when a bundle is out of date.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const require = createRequire(import.meta.url);

/** Bundle by name, with its entry. */
const ENTRIES = {
  server: 'server/src/lsp/server.ts',
  thread: 'server/src/lsp/thread.ts',
  client: 'client/src/extension.ts',
  cli: 'server/src/cli/main.ts',
  worker: 'server/src/host/worker.ts',
  indexWorker: 'server/src/host/indexWorker.ts',
};

/** The entries whose sources exist, as esbuild's `entryPoints`. */
export function entryPoints() {
  const present = Object.entries(ENTRIES).filter(([, path]) => existsSync(join(root, path)));
  return Object.fromEntries(present.map(([name, path]) => [name, join(root, path)]));
}

/** WebAssembly modules that stand beside the bundles: [source, name in dist]. */
export const WASM = [
  ['web-tree-sitter/web-tree-sitter.wasm', 'web-tree-sitter.wasm'],
  ['tree-sitter-c/tree-sitter-c.wasm', 'tree-sitter-c.wasm'],
].map(([specifier, name]) => [join(root, 'node_modules', specifier), name]);

/** Settings shared by every bundle of this project: CommonJS for Node 20 and for VS Code's extension host. */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode'],
  // The ESM build of web-tree-sitter needs import.meta, which CommonJS has not.
  alias: { 'web-tree-sitter': require.resolve('web-tree-sitter') },
  logLevel: 'warning',
};

/** Time of the newest file under the given paths, in ms; 0 where there is none. */
export function newest(paths) {
  let latest = 0;
  for (const path of paths) {
    if (!existsSync(path)) continue;
    const stat = statSync(path);
    latest = Math.max(latest, stat.mtimeMs);
    if (stat.isDirectory())
      latest = Math.max(latest, newest(readdirSync(path).map(name => join(path, name))));
  }
  return latest;
}

/** The JSON of a file, or undefined where it is absent or broken. */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
