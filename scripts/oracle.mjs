#!/usr/bin/env node
// Runs generated C functions and holds the analysis against what the runs show: `npm run oracle -- --count N --seed S`;
// `--without FEATURE` leaves a shape out, `--tolerate WRONG` asks for no finding of a kind (both may be repeated), `--extra` counts findings too that no run shows where others are shown,
// `--show SEED` prints one program whole, `--out DIR` writes a file for each disagreement, made small.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { bundleOptions, root, WASM } from './lib/bundle.mjs';

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    show: { type: 'string' },
    out: { type: 'string' },
    without: { type: 'string', multiple: true, default: [] },
    tolerate: { type: 'string', multiple: true, default: [] },
    extra: { type: 'boolean' },
  },
});

const outfile = join(root, 'dist/oracle/oracle.js');
const contents = `export * from './oracle.ts'; export { Engine } from '../../server/src/engine.ts';`;
await build({
  ...bundleOptions,
  stdin: { contents, loader: 'ts', resolveDir: join(root, 'test/oracle') },
  outfile,
});
const oracle = createRequire(import.meta.url)(outfile);
const [runtime, grammar] = WASM.map(([source]) => readFileSync(source));
const engine = await oracle.Engine.create({ runtime, grammar });
const profile = { without: options.without, tolerated: options.tolerate };

if (options.show) {
  const made = oracle.programOf(Number(options.show), profile);
  console.log(made ? oracle.explain(engine, made.program) : 'that program has no meaning');
} else compareMany(Number(options.seed), Number(options.count));

function compareMany(first, count) {
  const started = Date.now();
  const cases = [];
  let discarded = 0;
  for (let seed = first; cases.length < count; seed++) {
    const one = oracle.tryCase(engine, seed, profile);
    if (one) cases.push(one);
    else discarded++;
  }
  const counts = ({ kind }) => options.extra || kind !== 'extra';
  const extra = cases.filter(one => one.disagreements.some(({ kind }) => kind === 'extra')).length;
  const wrong = cases
    .map(one => ({ ...one, disagreements: one.disagreements.filter(counts) }))
    .filter(({ disagreements }) => disagreements.length > 0);
  wrong.forEach(report);
  console.log('\nfeatures');
  for (const [feature, number] of oracle.histogram(cases))
    console.log(`  ${String(number).padStart(5)}  ${feature}`);
  const share = (100 * oracle.shareOfMisbehaving(cases)).toFixed(0);
  console.log(
    `\n${cases.length} programs, ${share} % of them misbehave; ${discarded} without meaning were left out; ` +
      `${wrong.length} disagreements, ${extra} with findings more than the runs show, in ${((Date.now() - started) / 1000).toFixed(1)} s`,
  );
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

function report(one) {
  const names = one.disagreements.map(({ kind, rule }) => `${kind} ${rule}`).join(', ');
  const text = oracle.explain(engine, oracle.minimal(engine, one, profile));
  if (!options.out) {
    console.log(`\nseed ${one.seed}: ${names}\n${text}`);
    return;
  }
  mkdirSync(options.out, { recursive: true });
  const name = `${String(one.seed).padStart(4, '0')}.c`;
  writeFileSync(join(options.out, name), text);
  console.log(`seed ${one.seed}: ${names}: ${name}`);
}
