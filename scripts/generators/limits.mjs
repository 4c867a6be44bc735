// The table of docs/limits.md, from the comments of the named limits.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/bundle.mjs';

const PAGE = 'docs/limits.md';
const SOURCE = 'server/src/analysis/limits.ts';
const BEGIN = '<!-- generated from server/src/analysis/limits.ts by npm run generate -->';
const END = '<!-- end of the generated part -->';

/** The files to write, as [path, text]; what stands around the table is written by hand. */
export function generateLimits() {
  const page = readFileSync(join(root, PAGE), 'utf8');
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has lost the marks of its generated part`);
  const table = tableOf(readFileSync(join(root, SOURCE), 'utf8'));
  return [[PAGE, `${page.slice(0, from)}${BEGIN}\n\n${table}\n${page.slice(to)}`]];
}

function tableOf(source) {
  const limits = [...source.matchAll(/\/\*\* ([^*]+?) \*\/\s+(\w+): ([\d_]+),/g)];
  const names = source.match(/^ {2}\w+: [\d_]+,/gm) ?? [];
  if (limits.length !== names.length) throw new Error(`${SOURCE}: a limit has no reason in one comment`);
  const rows = limits.map(
    ([, reason, name, value]) => `| \`${name}\` | ${value.replace('_', ',')} | ${reason} |`,
  );
  return ['| limit | value | reason |', '|---|---:|---|', ...rows, ''].join('\n');
}
