import { parentPort, workerData } from 'node:worker_threads';
import { Cancelled, type CancelSignal } from '../base/cancel.ts';
import { Desk, type ThreadEngine } from './desk.ts';
import type { Request, Response, ThreadData } from './messages.ts';

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
