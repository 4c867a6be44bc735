import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { Cancelled, type CancelSignal } from '../base/cancel.ts';
import type { AnalyseOptions, Engine } from '../engine.ts';
import { Surroundings } from '../host/surroundings.ts';
import { findTree } from '../host/trees.ts';
import type { Tree } from '../semantics/eras.ts';
import { assumedTree, treeForEra } from '../semantics/trees.ts';
import type { AboutFile, AnswerOf, Kind, Request, Response, ThreadData } from './messages.ts';

/** The part of the engine that the thread uses. */
export type ThreadEngine = Pick<
  Engine,
  'isOfInterest' | 'forget' | 'analyse' | 'hover' | 'highlights' | 'inlayHints'
>;

/** Answers the questions of the server's main thread, one at a time, until the thread is ended. */
export function serveThread(createEngine: () => Promise<ThreadEngine>): void {
  const port = parentPort;
  if (!port) throw new Error('the analysis thread is not to be run by itself');
  const cancelled = new Int32Array((workerData as ThreadData).cancelled);
  const desk = createEngine().then(engine => new Desk(engine));
  port.on('message', async (request: Request) => {
    const isCancelled = () => Atomics.load(cancelled, 0) === request.ticket;
    port.postMessage(await respond(desk, request, isCancelled));
  });
}

async function respond(desk: Promise<Desk>, request: Request, cancel: CancelSignal): Promise<Response> {
  const { ticket } = request;
  try {
    return { ticket, answer: (await desk).answer(request, cancel) };
  } catch (error) {
    if (error instanceof Cancelled) return { ticket, cancelled: true };
    return { ticket, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

class Desk {
  private readonly trees = new Map<string, Tree | undefined>();
  private readonly surroundings = new Surroundings(new Map(), path => path);

  constructor(private readonly engine: ThreadEngine) {}

  answer(request: Request, cancel: CancelSignal): AnswerOf<Kind> {
    if (request.kind === 'forgetTrees') {
      this.trees.clear();
      this.surroundings.clear();
      this.engine.forget();
      return undefined;
    }
    const { file } = request.question;
    if (!this.engine.isOfInterest(file.text)) return undefined;
    const options = this.options(request.question);
    switch (request.kind) {
      case 'analyse': {
        const report = this.engine.analyse(file, options, cancel);
        return { era: options.tree.era, assumed: options.tree.assumed, report };
      }
      case 'hover':
        return this.engine.hover(file, request.question.offset, options, cancel);
      case 'highlights':
        return this.engine.highlights(file, request.question.offset, options, cancel);
      case 'inlayHints':
        return this.engine.inlayHints(file, request.question.range, options);
    }
  }

  private options({ file, settings }: AboutFile): AnalyseOptions {
    const tree =
      settings.era === 'auto'
        ? (this.treeAround(file.path) ?? assumedTree(file.text))
        : treeForEra(settings.era);
    const surroundings = (isAcquiring: boolean) => this.surroundings.of(file.path, file.text, isAcquiring);
    return { tree, severities: settings.rules, surroundings };
  }

  /** Remembered by folder: an open file asks after each edit. */
  private treeAround(path: string): Tree | undefined {
    const folder = dirname(path);
    if (!this.trees.has(folder)) this.trees.set(folder, findTree(path));
    return this.trees.get(folder);
  }
}
