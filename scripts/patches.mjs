#!/usr/bin/env node
// What `check --patch -` answers to historical fixes of the corpus, reversed: `npm run patches` shows the six replies
// that `npm test` looks at, `-- --all` counts how many of all the fixes are named.
import { parseArgs } from 'node:util';
import { requireCorpus } from './lib/corpus.mjs';
import { fixes, namesBug, replyTo, SIX } from './lib/patches.mjs';
import { buildBundles } from './lib/setup.mjs';

const { values: options } = parseArgs({ options: { all: { type: 'boolean' } } });
requireCorpus();
if (buildBundles() !== 0) process.exit(2);

const rows = fixes(options.all ? undefined : SIX);
let named = 0;
for (const row of rows) {
  const { reply, stderr } = replyTo(row);
  const isNamed = namesBug(row, reply);
  if (isNamed) named++;
  console.log(`=== ${row.id} (${row.class} in ${row.function}): ${isNamed ? 'named' : 'NOT NAMED'}`);
  if (!options.all) console.log(`\n${reply}${stderr}`);
}
console.log(`${named} of ${rows.length} reversed fixes are named`);
process.exitCode = options.all || named === rows.length ? 0 : 1;
