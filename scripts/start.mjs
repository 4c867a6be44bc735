#!/usr/bin/env node
// `npm start [-- paths]`: installs and builds what is missing, then checks examples/ or the paths.
import { join, resolve } from 'node:path';
import { buildBundles, install, requireNode, root, run } from './lib/setup.mjs';

requireNode();
for (const step of [install, buildBundles]) {
  const status = step();
  if (status !== 0) process.exit(2);
}

// npm runs scripts in the checkout; paths are meant relative to where the user stands.
const from = process.env.INIT_CWD ?? process.cwd();
const given = process.argv.slice(2);
const paths = given.map(path => (path.startsWith('-') ? path : resolve(from, path)));
const status = run(process.execPath, [
  join(root, 'dist/cli.js'),
  'check',
  ...(paths.length > 0 ? paths : ['examples']),
]);

if (status !== 2)
  console.log(`
See the same findings in an editor:   npm run workbench
Check kernel code of yours:           npm start -- path/to/linux/drivers/foo
Fetch two kernel trees to try on:     scripts/fetch-kernel`);
// Findings in the examples are what a first run is to show, not a failure of it.
process.exitCode = given.length === 0 && status === 1 ? 0 : status;
