#!/usr/bin/env node
// Holds the executable machine against the effect table and against recordings of booted kernels:
// `npm run machine -- --walk all` runs every trial of every row (`bounded`: those of `npm test`; `--row NAME`: of one function),
// `npm run machine -- --vectors FILE.jsonl[.gz]` replays a recording (`--kernel 6.1|6.12` where the file's name does not say
// it; `--show N` prints so many of what is not reproduced).
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { bundleOptions, root } from './lib/bundle.mjs';

const { values: options } = parseArgs({
  options: {
    walk: { type: 'string' },
    row: { type: 'string' },
    vectors: { type: 'string' },
    kernel: { type: 'string' },
    show: { type: 'string', default: '10' },
  },
});

if (!options.walk && !options.vectors) fail('say --walk all, --walk bounded or --vectors FILE');
const outfile = join(root, 'dist/machine/machine.mjs');
await build({
  ...bundleOptions,
  format: 'esm',
  entryPoints: [join(root, 'test/machine/command.ts')],
  outfile,
});
const machine = await import(pathToFileURL(outfile).href);
if (options.vectors) replay(options.vectors);
if (options.walk) walk(options.walk);

function walk(extent) {
  if (extent !== 'all' && extent !== 'bounded') fail(`--walk is all or bounded, not ${extent}`);
  const rows = machine
    .rowsInScope()
    .filter(({ name }) => name in machine.PROBES && (options.row ?? name) === name);
  if (rows.length === 0) fail(`no row of the machine is named ${options.row}`);
  const started = Date.now();
  const walked = rows.flatMap(row =>
    machine.versionsOf(row).map(version => {
      const result = machine.walkRow(row, version, extent);
      const state = result.complaints.length === 0 ? 'agrees' : `${result.complaints.length} complaints`;
      console.log(`${row.name} on ${version}: ${result.runs} runs, ${state}`);
      for (const complaint of result.complaints.slice(0, Number(options.show))) console.log(`  ${complaint}`);
      return result;
    }),
  );
  console.table(machine.summary(walked));
  console.log(`in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  if (walked.some(({ complaints }) => complaints.length > 0)) process.exitCode = 1;
}

function replay(file) {
  const kernel = options.kernel ?? /6\.(?:12|1)(?!\d)/.exec(basename(file))?.[0];
  if (kernel !== '6.1' && kernel !== '6.12') fail(`say --kernel 6.1 or --kernel 6.12 for ${file}`);
  const { agreement, failures, reasons } = machine.compareAll(kernel, vectorsOf(file));
  console.table(agreement);
  for (const line of failures.slice(0, Number(options.show))) console.log(line);
  for (const [reason, count] of reasons) console.log(`not modelled, ${count} times: ${reason}`);
  const total = agreement.reduce((sum, each) => sum + each.reproduced + each.wrong + each['not modelled'], 0);
  console.log(`${total - failures.length} of ${total} reproduced on ${kernel}`);
  if (failures.length > 0) process.exitCode = 1;
}

function vectorsOf(file) {
  try {
    return machine.parseVectors(readFileSync(file));
  } catch (error) {
    return fail(`${file} cannot be read: ${error.message}`);
  }
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
