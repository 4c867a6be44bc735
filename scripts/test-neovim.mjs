#!/usr/bin/env node
// Runs test/neovim/lsp.lua: the server in an editor that is not VS Code and does not ask for diagnostics.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './lib/bundle.mjs';
import { ensureProgram } from './lib/programs.mjs';

let neovim;
try {
  neovim = ensureProgram('nvim', 'neovim');
} catch (error) {
  const skip = process.env.PINSIGHT_SKIP_NEOVIM === '1';
  console.error(`NEOVIM COULD NOT BE HAD: THE SERVER WAS NOT TESTED IN IT. ${error.message}`);
  console.log(skip ? '0 passed, 0 failed' : '0 passed, 1 failed');
  process.exit(skip ? 0 : 1);
}

spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
const workspace = mkdtempSync(join(tmpdir(), 'pinsight-neovim-'));
cpSync(join(root, 'test/workbench/workspace'), workspace, { recursive: true });
const args = ['--headless', '--clean', '-n', '-i', 'NONE', '-S', join(root, 'test/neovim/lsp.lua')];
const { status, stdout, stderr } = spawnSync(neovim, args, {
  encoding: 'utf8',
  timeout: 60_000,
  env: {
    ...process.env,
    PINSIGHT_NODE: process.execPath,
    PINSIGHT_SERVER: join(root, 'dist/server.js'),
    PINSIGHT_FILE: join(workspace, 'pins.c'),
    PINSIGHT_CACHE: join(workspace, '.cache'),
  },
});
rmSync(workspace, { recursive: true, force: true });

const lines = (stdout ?? '').trimEnd();
console.log(lines);
if (!/\d+ passed, \d+ failed$/.test(lines)) {
  console.error(`Neovim did not come to its end\n${stderr ?? ''}`);
  console.log('0 passed, 1 failed');
}
process.exit(status === 0 ? 0 : 1);
