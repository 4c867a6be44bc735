#!/usr/bin/env node
// Times the index of the whole of 6.12 against grep over the same files: built from nothing, brought up to date, and a
// check of one file that uses it. `npm run bench:index`
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kernels, table } from './lib/analyse.mjs';
import { root } from './lib/bundle.mjs';
import { buildBundles } from './lib/setup.mjs';

const tree = join(kernels, 'linux-source-6.12');
if (!existsSync(tree)) {
  console.error(`NOT RUN: THE KERNEL TREE 6.12 IS MISSING (${tree}). Run scripts/fetch-kernel.`);
  process.exit(2);
}
if (buildBundles() !== 0) process.exit(2);

/** How often the memory of a process is looked at, in ms. */
const INTERVAL = 20;
const cache = mkdtempSync(join(tmpdir(), 'pinsight-bench-'));
const env = { ...process.env, PINSIGHT_CACHE: cache };

/** Resolves to the time in ms and the largest resident set in MB of a run; the latter where /proc tells it. */
function measure(command, args) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, { cwd: tree, env, stdio: 'ignore' });
    let largest = 0;
    const timer = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        largest = Math.max(largest, Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) / 1000);
      } catch {
        // It is over, or there is no /proc.
      }
    }, INTERVAL);
    child.on('error', reject);
    child.on('exit', () => {
      clearInterval(timer);
      resolve({ milliseconds: performance.now() - started, megabytes: largest });
    });
  });
}

const pinsight = (...args) => measure(process.execPath, [join(root, 'dist/cli.js'), ...args]);
const grep = ['-rlE', '--include=*.c', 'put_page|user_page'];
// Once for nothing: the files shall be in memory for both.
spawnSync('grep', [...grep, '.'], { cwd: tree, stdio: 'ignore' });

const rows = [
  ['grep -rlE', await measure('grep', [...grep, '.'])],
  ['index, built from nothing', await pinsight('index')],
  ['index, nothing has changed', await pinsight('index')],
  ['check of one file with the index', await pinsight('check', 'drivers/virt/acrn/vm.c')],
];
rmSync(cache, { recursive: true, force: true });
const [[, base]] = rows;
console.log(
  table([
    ['over the *.c files of 6.12', 'ms', 'of grep', 'MB'],
    ...rows.map(([name, { milliseconds, megabytes }]) => [
      name,
      milliseconds.toFixed(0),
      (milliseconds / base.milliseconds).toFixed(1),
      megabytes.toFixed(0),
    ]),
  ]),
);
