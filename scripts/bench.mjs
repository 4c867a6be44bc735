#!/usr/bin/env node
// Times `check` on kernel folders against grep over the same files, which is what reading them costs, and the
// analysis of each file: `npm run bench [-- folder …]`, folders relative to the tree 6.12.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { analyse, kernels, requestsOf, table } from './lib/analyse.mjs';
import { root } from './lib/bundle.mjs';
import { buildBundles } from './lib/setup.mjs';

const ROUNDS = 3;
const PATTERN = 'iov_iter|user_page|get_user_pages';

const tree = join(kernels, 'linux-source-6.12');
if (!existsSync(tree)) {
  console.error(`NOT RUN: THE KERNEL TREE 6.12 IS MISSING (${tree}). Run scripts/fetch-kernel.`);
  process.exit(2);
}
const given = process.argv.slice(2);
const folders =
  given.length > 0 ? given : ['block', 'drivers/infiniband', 'drivers/misc', 'fs', 'lib', 'mm', 'net'];
if (buildBundles() !== 0) process.exit(2);

/** The shortest of several runs, in ms: other work on the machine only makes a run longer. */
function time(command, args) {
  const times = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    const { error } = spawnSync(command, args, { cwd: tree, stdio: 'ignore' });
    if (error) throw error;
    return performance.now() - started;
  });
  return Math.min(...times);
}

const grep = time('grep', ['-rlE', '--include=*.c', '--include=*.h', PATTERN, ...folders]);
const check = time(process.execPath, [join(root, 'dist/cli.js'), 'check', ...folders]);
console.log(
  table([
    ['over the same files', 'ms', 'of grep'],
    ['grep -rlE', grep.toFixed(0), '1.0'],
    ['check', check.toFixed(0), (check / grep).toFixed(1)],
  ]),
);

const requests = folders.flatMap(folder =>
  requestsOf(join(tree, folder)).map(({ path }) => ({ path, display: path.slice(tree.length + 1) })),
);
const results = await analyse(requests, { jobs: 1 });
const done = results
  .filter(result => result.milliseconds > 0)
  .sort((a, b) => a.milliseconds - b.milliseconds);
const quantile = share =>
  done[Math.min(done.length - 1, Math.floor(share * done.length))]?.milliseconds.toFixed(1) ?? '–';
console.log(`\none file (${done.length} of interest among ${requests.length}), in ms`);
console.log(table([['p50', 'p90', 'p99', 'max'], [0.5, 0.9, 0.99, 1].map(quantile)]));
console.log('\nslowest');
for (const { request, milliseconds } of done.slice(-5).reverse())
  console.log(`  ${milliseconds.toFixed(0)} ms  ${request.display}`);
for (const { request } of results.filter(result => result.milliseconds === 0))
  console.log(`GIVEN UP: ${request.display}`);
