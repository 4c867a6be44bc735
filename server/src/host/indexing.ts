import { Worker } from 'node:worker_threads';
import { Cancelled } from '../base/cancel.ts';

/** What the worker is given at its start. */
export interface IndexTask {
  /** Absolute path of the tree. */
  readonly root: string;
}

export type IndexMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly of: number }
  | { readonly kind: 'built'; readonly files: number; readonly sources: number };

export interface Indexed {
  /** Source files of the tree. */
  readonly files: number;
  /** Those among them that take or give back pages. */
  readonly sources: number;
}

export interface IndexingOptions {
  /** Path of the bundled worker. */
  readonly script: string;
  readonly cancel?: AbortSignal;
  /** Told how many of how many files are done. */
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * Brings the index of a tree on disk up to date, on a thread of its own.
 * Rejects with Cancelled where it is given up, and with what the worker failed on.
 */
export function buildIndex(root: string, { script, cancel, onProgress }: IndexingOptions): Promise<Indexed> {
  return new Promise((resolve, reject) => {
    if (cancel?.aborted) return reject(new Cancelled());
    const task: IndexTask = { root };
    const worker = new Worker(script, { workerData: task });
    cancel?.addEventListener('abort', () => {
      reject(new Cancelled());
      void worker.terminate();
    });
    worker.on('message', (message: IndexMessage) => {
      if (message.kind === 'progress') onProgress?.(message.done, message.of);
      else resolve({ files: message.files, sources: message.sources });
    });
    worker.on('error', reject);
    worker.on('exit', code => reject(new Error(`the index worker ended with ${code}`)));
  });
}
