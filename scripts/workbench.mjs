#!/usr/bin/env node
// npm run workbench [-- FOLDER]: opens a VS Code that has the extension, on FOLDER (default: examples/).
// Where `code` is not on PATH, a workbench from npm is served on this machine for any browser.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { root } from './lib/bundle.mjs';
import { whereIs } from './lib/programs.mjs';
import { startWorkbench, workbenchUrl } from './lib/workbench.mjs';
import { packageExtension } from './package.mjs';

const folder = resolve(process.argv[2] ?? `${root}/examples`);

if (whereIs('code')) {
  spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
  spawnSync('code', [`--extensionDevelopmentPath=${root}`, folder], { stdio: 'inherit' });
} else {
  const workbench = await startWorkbench({ vsix: packageExtension(), token: true });
  console.log(
    `VS Code with Pinsight, on this machine only, until Ctrl+C:\n\n  ${workbenchUrl(workbench, folder)}\n`,
  );
}
