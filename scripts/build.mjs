#!/usr/bin/env node
// Bundles the server, the extension's client and the command line into dist/. `--production` minifies, `--force`
// builds even where nothing changed.
import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions, entryPoints, newest, readJson, root, WASM } from './lib/bundle.mjs';

const production = process.argv.includes('--production');
const force = process.argv.includes('--force');
const dist = join(root, 'dist');
const stampFile = join(dist, '.build.json');
const entries = entryPoints();

const inputs = [
  'server/src',
  'client/src',
  'scripts/lib/bundle.mjs',
  'scripts/build.mjs',
  'package-lock.json',
];
const stamp = {
  production,
  entries: Object.keys(entries),
  newest: newest(inputs.map(path => join(root, path))),
};
const outputs = [...stamp.entries.map(name => `${name}.js`), ...WASM.map(([, name]) => name)];
const upToDate =
  JSON.stringify(readJson(stampFile)) === JSON.stringify(stamp) &&
  outputs.every(name => existsSync(join(dist, name)));

if (upToDate && !force) {
  console.log('dist/ is up to date');
} else {
  const started = Date.now();
  mkdirSync(dist, { recursive: true });
  await build({
    ...bundleOptions,
    entryPoints: entries,
    outdir: dist,
    minify: production,
    keepNames: production,
    sourcemap: production ? false : 'linked',
  });
  for (const [source, name] of WASM) copyFileSync(source, join(dist, name));
  if (entries.cli) chmodSync(join(dist, 'cli.js'), 0o755);
  writeFileSync(stampFile, JSON.stringify(stamp));
  console.log(`dist/ built in ${Date.now() - started} ms: ${outputs.join(', ')}`);
}
