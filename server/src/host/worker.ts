import { parentPort, workerData } from 'node:worker_threads';
import { FileAnalyser, type FileRequest, loadAssets, type RunOptions } from './fileAnalyser.ts';
import type { WorkerMessage } from './pool.ts';

const port = parentPort;
if (!port) throw new Error('the analysis worker is not to be run by itself');
const say = (message: WorkerMessage) => port.postMessage(message);
const ready = FileAnalyser.create(loadAssets(__dirname), workerData as RunOptions);

port.on('message', async (batch: readonly FileRequest[]) => {
  const analyser = await ready;
  say({ kind: 'ready' });
  for (const [index, request] of batch.entries()) analyse(analyser, request, index);
  say({ kind: 'done' });
});

function analyse(analyser: FileAnalyser, request: FileRequest, index: number): void {
  try {
    const text = analyser.textOfInterest(request);
    if (text === undefined) return;
    // Told before the work, so that a crash or a hang is put down to this file.
    say({ kind: 'started', index });
    const started = performance.now();
    const report = analyser.located(request, text, analyser.analyse(request, text));
    say({ kind: 'report', index, report, milliseconds: performance.now() - started });
  } catch (error) {
    say({ kind: 'failed', index, reason: error instanceof Error ? error.message : String(error) });
  }
}
