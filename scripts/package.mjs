#!/usr/bin/env node
// Packs the extension into pinsight-VERSION.vsix, which needs neither node_modules nor the network.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readJson, root } from './lib/bundle.mjs';

/** Builds for production and packs; returns the package's path. */
export function packageExtension() {
  const { name, version } = readJson(join(root, 'package.json'));
  const file = join(root, `${name}-${version}.vsix`);
  node('scripts/build.mjs', '--production');
  node(
    'node_modules/@vscode/vsce/vsce',
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--out',
    file,
  );
  return file;
}

function node(script, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${script} failed\n${stdout}${stderr}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(packageExtension());
