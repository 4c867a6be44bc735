#!/usr/bin/env node
// Runs test/workbench/suite inside a real VS Code. PINSIGHT_VSCODE=electron|npm says which; else the one that
// @vscode/test-electron downloads where its server can be reached, else the workbench from npm with Chromium.
// Only there: `--packaged` tests the .vsix as it is installed, `--untrusted` a workspace that nobody trusts.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import { build } from 'esbuild';
import { bundleOptions, readJson, root } from './lib/bundle.mjs';
import { ensureChromium, openPage } from './lib/chromium.mjs';
import { ensureWorkbench, remoteUri, startWorkbench, workbenchUrl } from './lib/workbench.mjs';
import { packageExtension } from './package.mjs';

const TIME_LIMIT = 180_000;
const packaged = process.argv.includes('--packaged');
const trusted = !process.argv.includes('--untrusted');
const suite = join(root, 'dist/test-workbench.js');
const scratch = mkdtempSync(join(tmpdir(), 'pinsight-suite-'));
const workspace = join(scratch, 'workspace');
const results = join(scratch, 'results.json');
const variables = { PINSIGHT_RESULTS: results, PINSIGHT_CACHE: join(scratch, 'cache') };

let way;
try {
  way = await chooseWay();
} catch (error) {
  const skip = process.env.PINSIGHT_SKIP_WORKBENCH === '1';
  console.error(`NO VS CODE COULD BE HAD: THE EDITOR WAS NOT TESTED. ${error.message}`);
  console.log(skip ? '0 passed, 0 failed' : '0 passed, 1 failed');
  process.exit(skip ? 0 : 1);
}

await prepare();
try {
  await way();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
}
const { passes, failures } = readJson(results) ?? { passes: 0, failures: 1 };
rmSync(scratch, { recursive: true, force: true });
console.log(`${passes} passed, ${failures} failed`);
process.exit(failures === 0 ? 0 : 1);

async function chooseWay() {
  const wish = process.env.PINSIGHT_VSCODE;
  const onlyNpm = packaged || !trusted || wish === 'npm';
  if (wish === 'electron' || (!onlyNpm && (await canDownload()))) return inElectron;
  ensureWorkbench();
  const chromium = ensureChromium();
  return () => inBrowser(chromium);
}

/** VS Code's download server answers, and there is a screen to show it on. */
async function canDownload() {
  if (process.platform === 'linux' && !process.env.DISPLAY) return false;
  const url = 'https://update.code.visualstudio.com/api/releases/stable';
  return fetch(url, { signal: AbortSignal.timeout(3000) }).then(
    response => response.ok,
    () => false,
  );
}

async function prepare() {
  spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
  await build({
    ...bundleOptions,
    external: ['vscode', 'mocha'],
    entryPoints: [join(root, 'test/workbench/suite/index.ts')],
    outfile: suite,
  });
  cpSync(join(root, 'test/workbench/workspace'), workspace, { recursive: true });
}

async function inElectron() {
  const { runTests } = await import('@vscode/test-electron');
  await runTests({
    extensionDevelopmentPath: root,
    extensionTestsPath: suite,
    extensionTestsEnv: variables,
    launchArgs: [workspace, '--disable-extensions', '--disable-workspace-trust'],
  });
}

async function inBrowser(chromium) {
  const workbench = await startWorkbench({
    driver: true,
    trusted,
    ...(packaged && { vsix: packageExtension() }),
    settings: { 'security.workspace.trust.startupPrompt': 'never' },
    env: variables,
  });
  const { browser, page } = await openPage(chromium);
  try {
    const ended = new Promise(resolve => page.exposeFunction('codeAutomationExit', resolve));
    await page.exposeFunction('codeAutomationLog', (_type, args) => {
      const line = format(...args);
      if (!isNoise(line)) console.log(line);
    });
    const payload = [
      ['extensionDevelopmentPath', remoteUri(workbench, packaged ? emptyExtension() : root)],
      ['extensionTestsPath', remoteUri(workbench, suite)],
    ];
    await page.goto(workbenchUrl(workbench, workspace, payload));
    const late = new Promise(resolve => setTimeout(resolve, TIME_LIMIT, 'late').unref());
    if ((await Promise.race([ended, late])) === 'late') throw new Error(`no result within ${TIME_LIMIT} ms`);
  } finally {
    await browser.close();
    await workbench.stop();
  }
}

/** The page runs a suite only beside an extension under development; this one does nothing. */
function emptyExtension() {
  const folder = join(scratch, 'extension');
  const manifest = { name: 'empty', publisher: 'pinsight', version: '0.0.0', engines: { vscode: '*' } };
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  return folder;
}

/** The workbench's own log: the mocha reporter's lines are what matters. */
function isNoise(line) {
  return /^%c|connection token|Creating a socket|grace-time|Service Worker|ENOTFOUND|Failed to fetch|builtin|AgentHost|AccountPolicyGate/.test(
    line,
  );
}
