import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { Cancelled } from '../base/cancel.ts';

export type Log = (message: string) => void;

export const describeError = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/**
 * Wraps the handler of a request: an exception is logged and answered with `otherwise`, so that a fault in one
 * request ends neither the server nor the editor's patience. Outdated work is answered as the protocol wants it.
 */
export function guardRequest<Params, Result>(
  name: string,
  log: Log,
  otherwise: Result,
  handler: (params: Params, cancel: CancellationToken) => Promise<Result>,
): (params: Params, cancel: CancellationToken) => Promise<Result> {
  return async (params, cancel) => {
    try {
      return await handler(params, cancel);
    } catch (error) {
      if (error instanceof ResponseError) throw error;
      if (error instanceof Cancelled) throw outdated(cancel);
      log(`${name} failed: ${describeError(error)}`);
      return otherwise;
    }
  };
}

/** Wraps the handler of a notification: an exception is logged. */
export function guardNotification<Params>(
  name: string,
  log: Log,
  handler: (params: Params) => void | Promise<void>,
): (params: Params) => Promise<void> {
  return async params => {
    try {
      await handler(params);
    } catch (error) {
      if (!(error instanceof Cancelled)) log(`${name} failed: ${describeError(error)}`);
    }
  };
}

const outdated = (cancel: CancellationToken) =>
  cancel.isCancellationRequested
    ? new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled')
    : new ResponseError(LSPErrorCodes.ContentModified, 'the text has changed');
