#!/usr/bin/env node
// `npm test`: everything on a fresh clone. The last line is `N passed, N failed`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBundles, install, requireNode, root, run } from './lib/setup.mjs';

const vitest = 'node_modules/vitest/vitest.mjs';

requireNode();
if (install() !== 0) finish([{ name: 'install', passed: 0, failed: 1 }]);
const results = [
  step('build', buildBundles),
  step('types', () => run(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit'])),
  step('lint', () =>
    run(process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'ci', '--reporter=summary', '.']),
  ),
  unitTests(),
  await suite('workbench', 'scripts/test-workbench.mjs'),
  await suite('neovim', 'scripts/test-neovim.mjs'),
];
finish(results);

function step(name, action) {
  console.log(`\n=== ${name}`);
  const failed = action() === 0 ? 0 : 1;
  return { name, passed: 1 - failed, failed };
}

/** vitest, counted from its JSON report; a run that dies without a report has failed. */
function unitTests() {
  console.log('\n=== vitest');
  const directory = mkdtempSync(join(tmpdir(), 'pinsight-test-'));
  const report = join(directory, 'report.json');
  const status = run(process.execPath, [
    vitest,
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const counts = countsOf(report);
  rmSync(directory, { recursive: true });
  // A file that cannot be loaded fails the run without failing any test.
  return {
    name: 'vitest',
    passed: counts.passed,
    failed: status === 0 ? counts.failed : Math.max(1, counts.failed),
  };
}

function countsOf(report) {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/** A runner of its own, whose last line is `N passed, N failed`. */
function suite(name, script) {
  console.log(`\n=== ${name}`);
  return new Promise(resolve => {
    const child = spawn(process.execPath, [script], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', text => {
      output += text;
      process.stdout.write(text);
    });
    child.on('close', status => {
      const [, passed = 0, failed = 0] = /(\d+) passed, (\d+) failed\s*$/.exec(output) ?? [];
      resolve({
        name,
        passed: Number(passed),
        failed: status === 0 ? Number(failed) : Math.max(1, Number(failed)),
      });
    });
  });
}

function finish(results) {
  console.log();
  for (const { name, passed, failed } of results) console.log(`${name}: ${passed} passed, ${failed} failed`);
  const sum = key => results.reduce((total, result) => total + result[key], 0);
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  process.exit(sum('failed') === 0 ? 0 : 1);
}
