// Runs the analysis of the command line in this process's worker threads, for scripts that measure it.
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, homedir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions, root, WASM } from './bundle.mjs';

const POLICY_RULES = ['get-for-data', 'legacy-extraction', 'longterm-pin'];
/** Seconds a file may take. Shorter than the limit of `check`: a measurement is to end soon. */
const TIME_LIMIT = 5;

/** Where the kernel trees lie: linux-source-6.1 and linux-source-6.12. */
export const kernels = process.env.PINSIGHT_KERNELS ?? join(homedir(), '.cache/pinsight/kernels');

/** Severities with the policy rules turned on. */
export const withPolicy = Object.fromEntries(POLICY_RULES.map(id => [id, 'warning']));
export const isPolicy = rule => POLICY_RULES.includes(rule);

/**
 * Analyses requests { path, display, text? } by the code of `check`. Resolves to results in the order of the requests;
 * those that hold nothing of interest have none.
 */
export async function analyse(
  requests,
  { severities = {}, jobs = availableParallelism(), seconds = TIME_LIMIT } = {},
) {
  const directory = join(root, 'dist/measure');
  mkdirSync(directory, { recursive: true });
  await build({
    ...bundleOptions,
    entryPoints: {
      pool: join(root, 'server/src/host/pool.ts'),
      worker: join(root, 'server/src/host/worker.ts'),
    },
    outdir: directory,
  });
  for (const [source, name] of WASM) copyFileSync(source, join(directory, name));
  const { analyseFiles } = createRequire(import.meta.url)(join(directory, 'pool.js'));
  const run = { severities, overlays: new Map() };
  const script = join(directory, 'worker.js');
  return analyseFiles(requests, run, { jobs, script, timeLimit: seconds * 1000 });
}

/** Requests for every *.c and *.h file of a tree, displayed relative to it. */
export function requestsOf(tree) {
  return readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.[ch]$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
    .map(path => ({ path, display: relative(tree, path).split(sep).join('/') }));
}

export const counts = finding => finding.severity !== 'hint';

/** Lines of cells as an aligned table, the first column to the left. */
export function table(rows) {
  const widths = rows[0].map((_, at) => Math.max(...rows.map(row => String(row[at]).length)));
  return rows
    .map(row =>
      row
        .map((cell, at) => (at === 0 ? String(cell).padEnd(widths[at]) : String(cell).padStart(widths[at])))
        .join('  '),
    )
    .join('\n');
}

export const percent = (part, whole) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(0)} %`);
