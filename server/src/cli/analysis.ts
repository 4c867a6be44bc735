import { join } from 'node:path';
import type { FileRequest, RunOptions } from '../host/fileAnalyser.ts';
import { analyseFiles } from '../host/pool.ts';
import { type JsonNotAnalysed, type JsonReport, merge } from '../report/json.ts';
import { progressLine } from './progress.ts';

/** A file of the kernel takes some 10 ms; one that needs this long (in ms) never ends. */
const TIME_LIMIT = 20_000;

/** Analyses files, with a line on the terminal meanwhile. */
export async function analyse(
  files: readonly FileRequest[],
  run: RunOptions,
  jobs: number,
  notAnalysed: readonly JsonNotAnalysed[] = [],
): Promise<JsonReport> {
  const progress = progressLine(files.length);
  const results = await analyseFiles(files, run, {
    jobs,
    script: join(__dirname, 'worker.js'),
    timeLimit: TIME_LIMIT,
    onProgress: progress.show,
  });
  progress.clear();
  const walked: JsonReport = { findings: [], notAnalysed, extractions: [], iterators: [] };
  return merge([...results.map(result => result.report), walked]);
}
