/** Asked between steps of long work; returns true once the answer is no longer wanted. */
export type CancelSignal = () => boolean;

/** Thrown where work stops because its answer is no longer wanted. */
export class Cancelled extends Error {
  constructor() {
    super('cancelled');
  }
}

export const neverCancelled: CancelSignal = () => false;
