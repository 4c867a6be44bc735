// package.json's configuration and docs/settings.md, from the table of settings.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/bundle.mjs';
import { loadSource } from '../lib/loadModule.mjs';

/** The files to write, as [path, text]. */
export async function generateSettings() {
  const { SETTINGS } = await loadSource("export { SETTINGS } from './server/src/host/settings.ts'");
  const rows = Object.entries(SETTINGS);
  return [
    ['package.json', withConfiguration(rows)],
    ['docs/settings.md', settingsPage(rows)],
  ];
}

function withConfiguration(rows) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
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

function settingsPage(rows) {
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
