import { Worker } from 'node:worker_threads';
import { Cancelled } from '../base/cancel.ts';
import { HEAP } from '../host/pool.ts';
import type { AnswerOf, Kind, QuestionOf, Request, Response, ThreadData } from './messages.ts';

/** What is needed of a cancellation token. */
export interface Cancellable {
  readonly isCancellationRequested: boolean;
  onCancellationRequested(listener: () => void): { dispose(): void };
}

export interface AskOptions {
  readonly cancel?: Cancellable;
  /** A person waits for this answer: it goes before those that nobody asked for by hand. */
  readonly urgent?: boolean;
  /** It is put off, even while it is worked on, as soon as a question comes that does not yield. */
  readonly yields?: boolean;
}

/** Asks the engine. The answer comes from another thread, so that the protocol never waits for an analysis. */
export interface Analyser {
  /** @param question called when the thread is ready for it, so that it tells how things stand then. */
  ask<K extends Kind>(kind: K, question: () => QuestionOf<K>, options?: AskOptions): Promise<AnswerOf<K>>;
  dispose(): void;
}

interface Job {
  readonly request: (ticket: number) => Request;
  readonly yields: boolean;
  /** Of its present turn with the thread. */
  ticket: number;
  isPutOff: boolean;
  readonly resolve: (answer: AnswerOf<Kind>) => void;
  readonly reject: (error: Error) => void;
}

/** No file of the kernel takes near this long, in ms: the thread hangs. */
const TIME_LIMIT = 10_000;

/** The thread is started at the first question, and anew after it died. One question is with the thread at a time. */
export class ThreadAnalyser implements Analyser {
  private readonly waiting: Job[] = [];
  private running: Job | undefined;
  private worker: Worker | undefined;
  private watchdog: NodeJS.Timeout | undefined;
  private lastTicket = 0;
  private readonly cancelled = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);

  /**
   * @param script path of the bundled thread.
   * @param timeLimit ms after which a question is given up and the thread replaced.
   */
  constructor(
    private readonly script: string,
    private readonly timeLimit = TIME_LIMIT,
  ) {}

  ask<K extends Kind>(
    kind: K,
    question: () => QuestionOf<K>,
    options: AskOptions = {},
  ): Promise<AnswerOf<K>> {
    return new Promise<AnswerOf<K>>((resolve, reject) => {
      const { cancel, urgent = false, yields = false } = options;
      const request = (ticket: number) => ({ ticket, kind, question: question() }) as Request;
      // The thread answers a request of kind K with AnswerOf<K>.
      const job: Job = {
        request,
        yields,
        ticket: 0,
        isPutOff: false,
        resolve: resolve as Job['resolve'],
        reject,
      };
      if (cancel?.isCancellationRequested) return reject(new Cancelled());
      cancel?.onCancellationRequested(() => this.cancel(job));
      if (urgent) this.waiting.unshift(job);
      else if (yields) this.waiting.push(job);
      else this.waiting.splice(this.firstYielding(), 0, job);
      if (!yields) this.putOff();
      this.next();
    });
  }

  dispose(): void {
    const unanswered = [...this.waiting.splice(0), ...(this.running ? [this.running] : [])];
    this.stopThread();
    for (const job of unanswered) job.reject(new Cancelled());
  }

  private firstYielding(): number {
    const at = this.waiting.findIndex(({ yields }) => yields);
    return at < 0 ? this.waiting.length : at;
  }

  /** Stops the running question where it yields; its turn comes again. */
  private putOff(): void {
    const job = this.running;
    if (!job?.yields || job.isPutOff) return;
    job.isPutOff = true;
    this.stop(job);
  }

  private stop(job: Job): void {
    Atomics.store(new Int32Array(this.cancelled), 0, job.ticket);
  }

  private cancel(job: Job): void {
    if (job === this.running) {
      job.isPutOff = false;
      this.stop(job);
      return;
    }
    const at = this.waiting.indexOf(job);
    if (at < 0) return;
    this.waiting.splice(at, 1);
    job.reject(new Cancelled());
  }

  private next(): void {
    if (this.running) return;
    const job = this.waiting.shift();
    if (!job) return;
    this.running = job;
    this.watchdog = setTimeout(
      () => this.abandon(new Error(`no answer within ${this.timeLimit} ms`)),
      this.timeLimit,
    );
    job.ticket = ++this.lastTicket;
    job.isPutOff = false;
    this.thread().postMessage(job.request(job.ticket));
  }

  private thread(): Worker {
    if (this.worker) return this.worker;
    const workerData: ThreadData = { cancelled: this.cancelled };
    const worker = new Worker(this.script, { workerData, resourceLimits: HEAP });
    const onlyIfCurrent = (error: Error) => {
      if (worker === this.worker) this.abandon(error);
    };
    worker.on('message', (response: Response) => this.settle(response));
    worker.on('error', onlyIfCurrent);
    worker.on('exit', code => onlyIfCurrent(new Error(`the analysis thread ended with ${code}`)));
    this.worker = worker;
    return worker;
  }

  private settle(response: Response): void {
    const job = this.running;
    if (!job || response.ticket !== job.ticket) return;
    this.finishRunning();
    if ('cancelled' in response && job.isPutOff) this.waiting.push(job);
    else if ('answer' in response) job.resolve(response.answer);
    else job.reject('cancelled' in response ? new Cancelled() : new Error(response.error));
    this.next();
  }

  /** Gives up the running question with its thread; the others wait for a new one. */
  private abandon(error: Error): void {
    const job = this.running;
    this.stopThread();
    job?.reject(error);
    this.next();
  }

  private stopThread(): void {
    this.finishRunning();
    void this.worker?.terminate();
    this.worker = undefined;
  }

  private finishRunning(): void {
    clearTimeout(this.watchdog);
    this.running = undefined;
  }
}
