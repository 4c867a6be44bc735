import { Worker } from 'node:worker_threads';
import type { JsonReport } from '../report/json.ts';
import type { FileRequest, RunOptions } from './fileAnalyser.ts';

/** What a worker tells about a batch; a file that is never named in it holds nothing of interest. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'started'; readonly index: number }
  | {
      readonly kind: 'report';
      readonly index: number;
      readonly report: JsonReport;
      readonly milliseconds: number;
    }
  | { readonly kind: 'failed'; readonly index: number; readonly reason: string }
  | { readonly kind: 'done' };

export interface FileResult {
  readonly request: FileRequest;
  readonly report: JsonReport;
  /** Time of parsing and analysis; 0 where the file was not analysed. */
  readonly milliseconds: number;
}

export interface PoolOptions {
  readonly jobs: number;
  /** Path of the bundled worker. */
  readonly script: string;
  /** Time a file may take, in ms, before it is given up. */
  readonly timeLimit: number;
  /** Told how many files are done. */
  readonly onProgress?: (done: number) => void;
}

/** Files sent to a worker at a time: nearly all hold nothing of interest, and a message costs more than such a file. */
const BATCH = 64;
/** Towards the end batches get smaller, to this share of what is left for each worker: all are then done at about the same time. */
const SHARE = 4;

/**
 * Most of what the analysis makes is soon let go again. In a larger young generation less of it is still in use when it
 * is collected, so that less is copied.
 */
export const HEAP = { maxYoungGenerationSizeMb: 192 } as const;

/**
 * Analyses files on worker threads.
 * A file on which a worker crashes or hangs is reported as not analysed, and the worker is replaced.
 * Resolves to the results of the files of interest, in the order of `files`.
 */
export async function analyseFiles(
  files: readonly FileRequest[],
  run: RunOptions,
  options: PoolOptions,
): Promise<FileResult[]> {
  const queue = new Queue(files, options.onProgress);
  const lanes = Array.from({ length: Math.min(options.jobs, files.length) }, () =>
    new Lane(queue, run, options).work(),
  );
  await Promise.all(lanes);
  return queue.results();
}

/** The files that nobody has taken yet, and the results. */
class Queue {
  private next = 0;
  private done = 0;
  private readonly found = new Map<number, FileResult>();

  constructor(
    private readonly files: readonly FileRequest[],
    private readonly onProgress?: (done: number) => void,
  ) {}

  /** @returns indexes of files, for one of so many workers. */
  take(workers: number): number[] {
    const first = this.next;
    const share = Math.ceil((this.files.length - first) / (SHARE * workers));
    this.next = first + Math.min(BATCH, share);
    return Array.from({ length: this.next - first }, (_, at) => first + at);
  }

  file(index: number): FileRequest {
    return this.files[index]!;
  }

  settle(index: number, report: JsonReport, milliseconds: number): void {
    this.found.set(index, { request: this.file(index), report, milliseconds });
  }

  settleUnanalysed(index: number, reason: string): void {
    const part = { file: this.file(index).display, line: 1, function: '', reason };
    this.settle(index, { findings: [], notAnalysed: [part], extractions: [], iterators: [] }, 0);
  }

  finished(count: number): void {
    this.done += count;
    this.onProgress?.(this.done);
  }

  results(): FileResult[] {
    return [...this.found].sort(([a], [b]) => a - b).map(([, result]) => result);
  }
}

/** One worker after another, each used until it dies. */
class Lane {
  private worker: Worker | undefined;

  constructor(
    private readonly queue: Queue,
    private readonly run: RunOptions,
    private readonly options: PoolOptions,
  ) {}

  async work(): Promise<void> {
    const { jobs } = this.options;
    for (let batch = this.queue.take(jobs); batch.length > 0; batch = this.queue.take(jobs)) {
      const taken = batch.length;
      while (batch.length > 0) batch = await this.analyse(batch);
      this.queue.finished(taken);
    }
    await this.worker?.terminate();
  }

  /** Resolves to the files that are left where the worker died; rejects where it cannot even start. */
  private async analyse(batch: readonly number[]): Promise<number[]> {
    this.worker ??= new Worker(this.options.script, { workerData: this.run, resourceLimits: HEAP });
    const run = new BatchRun(this.worker, batch, this.queue, this.options.timeLimit);
    const left = await run.finished;
    if (run.died) this.worker = undefined;
    return left;
  }
}

/** One batch on one worker. */
class BatchRun {
  readonly finished: Promise<number[]>;
  died = false;
  /** The file that the worker is at, as an index of the batch. */
  private current = 0;
  private ready = false;
  private watchdog: NodeJS.Timeout | undefined;
  private settle!: (left: number[] | Error) => void;

  constructor(
    private readonly worker: Worker,
    private readonly batch: readonly number[],
    private readonly queue: Queue,
    private readonly timeLimit: number,
  ) {
    this.finished = new Promise((resolve, reject) => {
      this.settle = left => (left instanceof Error ? reject(left) : resolve(left));
    });
    worker.on('message', (message: WorkerMessage) => this.hear(message));
    worker.on('error', error => this.abandon(`the analysis crashed: ${error.message}`));
    worker.on('exit', code => this.abandon(`the analysis ended with status ${code}`));
    this.watch();
    worker.postMessage(batch.map(index => queue.file(index)));
  }

  private hear(message: WorkerMessage): void {
    this.watch();
    switch (message.kind) {
      case 'ready':
        this.ready = true;
        return;
      case 'done':
        this.end([]);
        return;
      case 'started':
        this.current = message.index;
        return;
      case 'failed':
        this.queue.settleUnanalysed(this.batch[message.index]!, message.reason);
        break;
      case 'report':
        this.queue.settle(this.batch[message.index]!, message.report, message.milliseconds);
    }
    this.current = message.index + 1;
  }

  private watch(): void {
    clearTimeout(this.watchdog);
    const reason = `not done within ${this.timeLimit / 1000} s`;
    this.watchdog = setTimeout(() => this.abandon(reason), this.timeLimit);
  }

  /** Gives up the worker and the file it is at. */
  private abandon(reason: string): void {
    this.died = true;
    if (this.current < this.batch.length) this.queue.settleUnanalysed(this.batch[this.current]!, reason);
    this.end(this.ready ? this.batch.slice(this.current + 1) : new Error(reason));
    // A dying worker may still raise an error, to which nobody else listens.
    this.worker.on('error', () => {});
    void this.worker.terminate();
  }

  private end(left: number[] | Error): void {
    clearTimeout(this.watchdog);
    // By name: a worker has listeners of its own, without which it falls silent.
    for (const event of ['message', 'error', 'exit']) this.worker.removeAllListeners(event);
    this.settle(left);
  }
}
