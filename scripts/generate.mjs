#!/usr/bin/env node
// Writes what follows from the table of settings: package.json's configuration and docs/settings.md.
// `--check` writes nothing and fails where they differ from the table.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions, root } from './lib/bundle.mjs';

const { SETTINGS } = await loadModule('server/src/host/settings.ts');
const rows = Object.entries(SETTINGS);

const outputs = [
  ['package.json', withConfiguration(readFileSync(join(root, 'package.json'), 'utf8'))],
  ['docs/settings.md', settingsPage()],
];
const drifted = outputs.filter(([path, text]) => text !== read(path));

if (process.argv.includes('--check')) {
  for (const [path] of drifted) console.error(`${path} differs from the table of settings: npm run generate`);
  process.exitCode = drifted.length === 0 ? 0 : 1;
} else {
  for (const [path, text] of drifted) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`${path} written`);
  }
}

function withConfiguration(text) {
  const manifest = JSON.parse(text);
  const properties = rows.map(([name, row]) => [
    `pinsight.${name}`,
    { ...row.schema, default: row.default, scope: row.scope, markdownDescription: row.description },
  ]);
  manifest.contributes.configuration = { title: 'Pinsight', properties: Object.fromEntries(properties) };
  manifest.capabilities.untrustedWorkspaces.restrictedConfigurations = rows
    .filter(([, row]) => row.restricted)
    .map(([name]) => `pinsight.${name}`);
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function settingsPage() {
  const section = ([name, row]) => [
    `## pinsight.${name}`,
    '',
    row.description,
    '',
    `- Type: ${typeOf(row.schema)}`,
    `- Default: \`${JSON.stringify(row.default)}\``,
    `- Scope: ${row.scope}`,
    '',
  ];
  return [
    '# Settings',
    '',
    'Generated from `server/src/host/settings.ts` by `npm run generate`. An editor other than VS Code gives them as the',
    'section `pinsight` of `workspace/configuration`, or as `initializationOptions.settings`.',
    '',
    ...rows.flatMap(section),
  ].join('\n');
}

function typeOf(schema) {
  if (schema.enum) return schema.enum.map(choice => `\`${choice}\``).join(', ');
  return schema.type;
}

function read(path) {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return '';
  }
}

/** Runs a TypeScript module of this project and returns its exports. */
async function loadModule(path) {
  const { outputFiles } = await build({
    ...bundleOptions,
    format: 'esm',
    entryPoints: [join(root, path)],
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
