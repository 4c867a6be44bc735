import type { Span } from '../base/text.ts';
import type { CallInstruction } from '../program/model.ts';
import { QUEUED } from '../semantics/completions.ts';
import type { Borrow, FunctionRow } from '../semantics/effects.ts';
import type { Context } from './context.ts';
import { ForkMap } from './forkMap.ts';
import { type Frame, resultName } from './frames.ts';
import type { Location } from './locations.ts';
import type { Place } from './places.ts';
import { pointerAtom, rootKey } from './places.ts';
import type { Builder, State } from './state.ts';
import type { Term } from './terms.ts';
import type { Values } from './values.ts';

/** A call that started I/O or later work, of which the end was not waited for. */
export interface Submission {
  readonly callee: string;
  readonly span: Span;
  readonly frame: Frame;
  /** What was started: the object that the call was given, or the array of a page set. */
  readonly object: Term;
  /** The vector on the stack of the iterator that was given with it. */
  readonly vector?: Vector;
  /** The set of pages that the object leads to; undefined where it is the object itself. */
  readonly set?: string;
  /** What the call answers; undefined where nobody takes it. */
  readonly result: Term | undefined;
  /** When it started at all: `unless-error`: the result is 0; `queued`: the result is -EIOCBQUEUED. */
  readonly starts: 'always' | 'unless-error' | 'queued';
  /** Waits since then that may have been broken off. */
  readonly waits: readonly { readonly result: Term; readonly until: NonNullable<Borrow['until']> }[];
}

/** The array that an iterator runs over, and the call that built the iterator. */
export interface Vector {
  readonly text: string;
  readonly builtBy: Builder | undefined;
}

/** An iterator, or a pointer to one, that was put where others find it later. */
export interface KeptIterator {
  readonly place: Place;
  /** `struct request::iter`: the same name for this member of all objects. */
  readonly location: Location;
  /** How the source writes the place. */
  readonly text: string;
  /** The iterator that it stands for. */
  readonly iterator: Term;
  /** `copy`: the vector is still the other's; `duplicate`: it has a vector of its own; `pointer`: it is the other. */
  readonly how: 'copy' | 'duplicate' | 'pointer';
  readonly span: Span;
  readonly frame: Frame;
}

/** What is under way on a path: idle is what is not in here. Where paths meet, in flight wins. */
export class Flight {
  readonly submissions: ForkMap<string, Submission>;
  /** By the key of the place. */
  readonly kept: ForkMap<string, KeptIterator>;

  constructor(from?: Flight) {
    this.submissions = from?.submissions.fork() ?? new ForkMap();
    this.kept = from?.kept.fork() ?? new ForkMap();
  }

  get size(): number {
    return this.submissions.size + this.kept.size;
  }

  clone(): Flight {
    return new Flight(this);
  }

  /** Adds what is under way on another path to the same block. */
  join(other: Flight): void {
    for (const [key, submission] of other.submissions) {
      const known = this.submissions.get(key);
      if (!known || submission.waits.length < known.waits.length) this.submissions.set(key, submission);
    }
    for (const [key, kept] of other.kept) if (!this.kept.has(key)) this.kept.set(key, kept);
  }

  /** Puts other terms in the place of values. */
  rename(context: Context, again: (term: Term) => Term): void {
    for (const [key, each] of [...this.submissions]) {
      this.submissions.delete(key);
      this.submit({
        ...each,
        object: again(each.object),
        result: each.result && again(each.result),
        waits: each.waits.map(wait => ({ ...wait, result: again(wait.result) })),
      });
    }
    for (const [key, each] of [...this.kept]) {
      const { root } = each.place;
      const place =
        root.kind === 'pointer' ? context.places.moved(each.place, again(root.pointer)) : each.place;
      this.kept.delete(key);
      this.kept.set(place.key, { ...each, place, iterator: again(each.iterator) });
    }
  }

  submit(submission: Submission): void {
    this.submissions.set(keyOf(submission.object, submission.set), submission);
  }

  /** The submission of an object, or of the pages of a set. */
  submissionOf(object: Term, set?: string): Submission | undefined {
    return this.submissions.get(keyOf(object, set));
  }

  /** All may have come to its end. */
  land(): void {
    this.submissions.clear();
  }

  /** A wait that its result says was broken off or not. */
  landUnlessBrokenOff(result: Term, until: NonNullable<Borrow['until']>): void {
    for (const [key, each] of this.submissions)
      this.submissions.set(key, { ...each, waits: [...each.waits, { result, until }] });
  }
}

const keyOf = (object: Term, set: string | undefined): string => (set === undefined ? `${object.id}` : set);

/** -EIOCBQUEUED as a value. */
export function queued(context: Context): Term {
  return context.terms.scale(context.terms.symbol(`errno:${QUEUED}`), -1);
}

/** Whether what a call started may still go on: it did start, and of no wait since then is it known that it came to its end. */
export function isInFlight(state: State, { result, starts, waits }: Submission): boolean {
  const { facts } = state;
  if (result && starts === 'unless-error' && facts.isNonZero(result)) return false;
  if (starts === 'queued' && !(result && facts.isError(result, QUEUED))) return false;
  return waits.every(wait => {
    if (wait.until === 'zero') return !facts.isZero(wait.result);
    const isPositive = wait.until === 'nonzero' || facts.bounds(wait.result).low >= 0;
    return !(isPositive && facts.isNonZero(wait.result));
  });
}

/** The pointer to the object that an address or a place lies in. */
export function objectOf(context: Context, term: Term): Term | undefined {
  const atom = pointerAtom(term, candidate => context.pointers.has(candidate));
  if (atom?.kind !== 'address') return atom;
  const place = context.places.get(atom.place);
  return place ? holderOf(context, { place }) : atom;
}

/** The pointer to the object that a place lies in. */
export function holderOf(context: Context, { place }: { readonly place: Place }): Term | undefined {
  if (place.root.kind === 'pointer') return objectOf(context, place.root.pointer);
  return context.terms.address(rootKey(place.key), false);
}

/** What a call returns; undefined where nobody takes it. */
export function resultOf({ context, frame }: Values, call: CallInstruction): Term | undefined {
  return call.result && context.terms.symbol(resultName(frame, call));
}

/** What is under way may come to its end during a call that waits, or of which it is not known that it does not. */
export function settle(
  context: Context,
  values: Values,
  call: CallInstruction,
  row: FunctionRow | undefined,
): void {
  const { flight } = values.state;
  const until = row?.effects.find(effect => effect.kind === 'borrow')?.until;
  const result = resultOf(values, call);
  if (until && result) context.waitAnswers.add(result);
  if (flight.submissions.size === 0 || isQuiet(context, call.callee, row)) return;
  if (until && result) flight.landUnlessBrokenOff(result, until);
  else flight.land();
}

/** The call gives no I/O the time to end, and asks nothing about it. */
function isQuiet(
  context: Context,
  callee: string | undefined,
  row: FunctionRow | undefined,
  callers: readonly string[] = [],
): boolean {
  if (callee === undefined || callers.includes(callee)) return false;
  if (row)
    return row.effects.every(
      effect =>
        !(effect.kind === 'borrow' && effect.waits) && !(effect.kind === 'submit' && effect.synchronous),
    );
  const model = context.program.functions.get(callee);
  if (!model) return false;
  const within = [...callers, callee];
  return model.blocks.every(block =>
    block.instructions.every(
      each =>
        each.kind !== 'call' ||
        isQuiet(context, each.callee, each.callee ? context.table.row(each.callee) : undefined, within),
    ),
  );
}
