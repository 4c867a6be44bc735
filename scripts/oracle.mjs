#!/usr/bin/env node
// Runs generated C programs and holds the analysis against what the runs show:
//   npm run oracle -- --programs 20000 --jobs 2 [--from SEED]
// `--show SEED` prints one program whole, `--all` leaves no feature out (what the profile leaves out stands in
// docs/oracle.md), `--without FEATURE` leaves one more out, `--keep` writes each disagreement, made small, as a fixture.
import { fork } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { bundleOptions, root, WASM } from './lib/bundle.mjs';

/** Seeds that one process works on before it asks for more. */
const RANGE = 50;

const { values: options } = parseArgs({
  options: {
    programs: { type: 'string', default: '300' },
    jobs: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
    show: { type: 'string' },
    without: { type: 'string', multiple: true, default: [] },
    all: { type: 'boolean' },
    keep: { type: 'boolean' },
    worker: { type: 'boolean' },
  },
});

const outfile = join(root, 'dist/oracle/oracle.js');
const kept = join(root, 'test/oracle/kept');

if (options.worker) await work();
else {
  await bundle();
  if (options.show) await show(Number(options.show));
  else await compareMany(Number(options.from), Number(options.programs), Number(options.jobs));
}

async function bundle() {
  const contents = `export * from './oracle.ts'; export { AGREED } from './profile.ts'; export * from './fixtures.ts'; export { observe } from './observe.ts'; export { Engine } from '../../server/src/engine.ts';`;
  await build({
    ...bundleOptions,
    stdin: { contents, loader: 'ts', resolveDir: join(root, 'test/oracle') },
    outfile,
  });
}

async function load() {
  const oracle = createRequire(import.meta.url)(outfile);
  const [runtime, grammar] = WASM.map(([source]) => readFileSync(source));
  const engine = await oracle.Engine.create({ runtime, grammar });
  const base = options.all ? [] : oracle.AGREED.without;
  return { oracle, engine, profile: { without: [...base, ...options.without] } };
}

async function show(seed) {
  const { oracle, engine, profile } = await load();
  const made = oracle.programOf(seed, profile);
  console.log(made ? oracle.explain(engine, made.program) : 'that program has no meaning, or is left out');
}

/** Works on the ranges of seeds that the parent sends. */
async function work() {
  const { oracle, engine, profile } = await load();
  process.on('message', ({ from, to }) => {
    const cases = [];
    for (let seed = from; seed < to; seed++) {
      const one = oracle.tryCase(engine, seed, profile);
      if (!one) continue;
      const summary = oracle.summaryOf(one);
      if (one.disagreements.length === 0) {
        cases.push(summary);
        continue;
      }
      const small = oracle.minimal(engine, one);
      const fixture = oracle.fixtureOf(seed, one.disagreements[0], small, oracle.observe(small));
      cases.push({ ...summary, text: oracle.explain(engine, small), fixture });
    }
    process.send({ from, to, cases });
  });
  process.send({ isReady: true });
}

async function compareMany(first, wanted, jobs) {
  const started = Date.now();
  const ranges = new Map();
  let next = first;
  let programs = 0;
  const worker = () =>
    new Promise((resolve, reject) => {
      const child = fork(process.argv[1], [...process.argv.slice(2), '--worker']);
      child.on('error', reject);
      child.on('exit', code => (code ? reject(new Error(`a process ended with ${code}`)) : resolve()));
      child.on('message', message => {
        if (message.cases) {
          ranges.set(message.from, message);
          programs += message.cases.length;
          message.cases.filter(one => one.disagreements.length > 0).forEach(report);
          if (ranges.size % 10 === 0) console.error(`${programs} programs, seeds up to ${message.to}`);
        }
        if (programs >= wanted) child.disconnect();
        else {
          child.send({ from: next, to: next + RANGE });
          next += RANGE;
        }
      });
    });
  await Promise.all(Array.from({ length: jobs }, worker));
  const cases = [...ranges.values()].flatMap(each => each.cases);
  printCounts(cases, next - first);
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  console.log(`seeds ${first} to ${next - 1} in ${seconds} s; go on with --from ${next}`);
  process.exitCode = cases.some(one => one.disagreements.length > 0) ? 1 : 0;
}

function report({ seed, disagreements, text, fixture }) {
  console.log(`\nseed ${seed}: ${disagreements.join(', ')}\n${text}`);
  if (!options.keep) return;
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, `${seed}.json`), fixture);
}

function printCounts(cases, seeds) {
  const { histogram, shareOfMisbehaving } = createRequire(import.meta.url)(outfile);
  console.log('\nprograms with each feature');
  for (const [feature, number] of histogram(cases))
    console.log(`  ${String(number).padStart(6)}  ${feature}`);
  const share = (100 * shareOfMisbehaving(cases)).toFixed(1);
  const wrong = cases.filter(one => one.disagreements.length > 0);
  console.log(
    `\n${cases.length} programs, ${share} % of them misbehave; ${seeds - cases.length} seeds were left out: ` +
      `no meaning in C, or a feature outside the profile\n${wrong.length} disagreements` +
      `${wrong.length > 0 ? `: seeds ${wrong.map(one => one.seed).join(' ')}` : ''}`,
  );
}
