#!/usr/bin/env node
// Compares the errors and warnings on a whole kernel tree with the ledger of those that somebody has read:
// `npm run precision`, `-- --tree 6.1` or `-- --tree 7.3` for the others. Findings that nobody has read are printed as
// ledger entries to complete. `-- --list` shows all.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { analyse, counts, kernels, requestsOf, table } from './lib/analyse.mjs';
import { root } from './lib/bundle.mjs';

const VERSIONS = ['6.1', '6.12', '7.3'];

const { values: options } = parseArgs({
  options: { list: { type: 'boolean' }, tree: { type: 'string', default: '6.12' } },
});
if (!VERSIONS.includes(options.tree)) {
  console.error(`--tree is one of ${VERSIONS.join(', ')}`);
  process.exit(2);
}
const tree = join(kernels, `linux-source-${options.tree}`);
if (!existsSync(tree)) {
  console.error(`NOT RUN: THE KERNEL TREE ${options.tree} IS MISSING (${tree}). Run scripts/fetch-kernel.`);
  process.exit(2);
}

/** Entries { file, function, rule, line?, verdict: true | false | 'unclear', why }. */
const ledgerFile = join(root, `test/kernel/triage-${options.tree}.json`);
const ledger = existsSync(ledgerFile) ? JSON.parse(readFileSync(ledgerFile, 'utf8')) : [];

const started = Date.now();
// Places in other files are named from here.
process.chdir(tree);
const results = await analyse(requestsOf(tree));
const findings = distinct(results.flatMap(result => result.report.findings).filter(counts));
const entryOf = finding =>
  ledger.find(
    entry =>
      entry.file === finding.file &&
      entry.function === finding.function &&
      entry.rule === finding.rule &&
      (entry.line === undefined || entry.line === finding.line),
  );
const verdicts = findings.map(finding => ({ finding, entry: entryOf(finding) }));

const rules = [...new Set(findings.map(finding => finding.rule))].sort();
const amounts = some => {
  const amount = verdict => some.filter(({ entry }) => entry && String(entry.verdict) === verdict).length;
  return [
    some.length,
    amount('true'),
    amount('false'),
    amount('unclear'),
    some.filter(({ entry }) => !entry).length,
  ];
};
/** A finding that two files show is one. */
function distinct(findings) {
  const byPlace = new Map();
  for (const finding of findings)
    byPlace.set(`${finding.file}:${finding.line}:${finding.column}:${finding.rule}`, finding);
  return [...byPlace.values()].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
}

console.log(
  table([
    ['rule', 'findings', 'true', 'false', 'unclear', 'not read'],
    ...rules.map(rule => [rule, ...amounts(verdicts.filter(({ finding }) => finding.rule === rule))]),
    ['all', ...amounts(verdicts)],
  ]),
);

if (options.list)
  for (const { finding, entry } of verdicts)
    console.log(
      `${finding.file}:${finding.line}  ${finding.function}  ${finding.rule}  ${entry ? `${entry.verdict}: ${entry.why}` : 'not read'}`,
    );

const unread = verdicts.filter(({ entry }) => !entry);
if (unread.length > 0) console.log('\nnot in the ledger:');
for (const { finding } of unread) {
  const { file, function: name, rule, line } = finding;
  console.log(`${JSON.stringify({ file, function: name, rule, line, verdict: 'unclear', why: '' })},`);
}

const unfinished = results.filter(result => result.milliseconds === 0).map(result => result.request.display);
const gone = ledger.filter(
  entry => !unfinished.includes(entry.file) && !verdicts.some(verdict => verdict.entry === entry),
);
if (gone.length > 0) console.log('\nin the ledger, but not found any more:');
for (const entry of gone) console.log(`  ${entry.file}  ${entry.function}  ${entry.rule}  ${entry.verdict}`);

for (const file of unfinished) console.log(`GIVEN UP: ${file}`);
console.log(`\n${results.length} files of interest in ${((Date.now() - started) / 1000).toFixed(0)} s`);
process.exitCode = unread.length > 0 ? 1 : 0;
