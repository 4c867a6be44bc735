#!/usr/bin/env node
// Writes what follows from tables and modules elsewhere: see scripts/generators/.
// `--check` writes nothing and fails where a file differs from what would be written.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateLimits } from './generators/limits.mjs';
import { generateRules } from './generators/rules.mjs';
import { generateSettings } from './generators/settings.mjs';
import { root } from './lib/bundle.mjs';

const outputs = [...(await generateRules()), ...(await generateSettings()), ...generateLimits()];
const drifted = outputs.filter(([path, text]) => text !== read(path));

if (process.argv.includes('--check')) {
  for (const [path] of drifted) console.error(`${path} is out of date: npm run generate`);
  process.exitCode = drifted.length === 0 ? 0 : 1;
} else {
  for (const [path, text] of drifted) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`${path} written`);
  }
}

function read(path) {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return '';
  }
}
