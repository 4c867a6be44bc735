import { join } from 'node:path';
import { expect, test } from 'vitest';
import { analyseFiles } from '../../server/src/host/pool.ts';
import { folder } from './harness.ts';

/** Speaks the protocol of the worker; what a file does is in its name. */
const WORKER = `
const { parentPort } = require('node:worker_threads');
const report = { findings: [], notAnalysed: [], extractions: [], iterators: [] };
parentPort.on('message', batch => {
  parentPort.postMessage({ kind: 'ready' });
  batch.forEach(({ path }, index) => {
    if (path.startsWith('dull')) return;
    parentPort.postMessage({ kind: 'started', index });
    if (path.startsWith('hang')) for (;;);
    if (path.startsWith('exit')) process.exit(3);
    if (path.startsWith('error')) return parentPort.postMessage({ kind: 'failed', index, reason: 'broken' });
    parentPort.postMessage({ kind: 'report', index, report, milliseconds: 1 });
  });
  parentPort.postMessage({ kind: 'done' });
});
`;

async function results(paths: readonly string[], jobs: number, worker = WORKER) {
  const script = join(folder({ 'worker.js': worker }), 'worker.js');
  const requests = paths.map(path => ({ path, display: path }));
  const run = { severities: {}, overlays: new Map<string, string>() };
  const found = await analyseFiles(requests, run, { jobs, script, timeLimit: 300 });
  return found.map(({ request, report }) => [request.path, report.notAnalysed[0]?.reason]);
}

test.each([1, 2, 5])('no file is lost where workers hang, exit or fail (%i jobs)', async jobs => {
  const paths = ['a', 'dull', 'hang1', 'b', 'exit', 'c', 'error', 'hang2', 'dull2', 'd'];
  expect(await results(paths, jobs)).toEqual([
    ['a', undefined],
    ['hang1', 'not done within 0.3 s'],
    ['b', undefined],
    ['exit', 'the analysis ended with status 3'],
    ['c', undefined],
    ['error', 'broken'],
    ['hang2', 'not done within 0.3 s'],
    ['d', undefined],
  ]);
});

test('many files go through few workers in order', async () => {
  const paths = Array.from({ length: 500 }, (_, at) => (at % 3 === 0 ? `dull${at}` : `f${at}`));
  const found = await results(paths, 2);
  expect(found.map(([path]) => path)).toEqual(paths.filter(path => path.startsWith('f')));
});

test('a worker that cannot start ends the run', async () => {
  await expect(results(['a', 'b'], 1, 'throw new Error("no WebAssembly");')).rejects.toThrow(
    'no WebAssembly',
  );
});
