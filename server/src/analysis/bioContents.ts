import { callsOf, type Expression, type FunctionModel } from '../program/model.ts';
import { isPointerToStruct } from '../program/types.ts';
import type { Context } from './context.ts';
import { Memory } from './memory.ts';
import type { Place } from './places.ts';
import { type Acquisition, FILLED, type State } from './state.ts';
import type { Term } from './terms.ts';
import type { Values } from './values.ts';

const BIO = new Set(['struct bio']);

export const isBio = (expression: Expression): boolean => isPointerToStruct(expression.type, BIO, 1);

/** Stands before that end of the key once the bio is somebody else's. */
const HANDED_ON = '.__handedOn';

const handedOn = (key: string): string => key.slice(0, -FILLED.length) + HANDED_ON + FILLED;

const fillings = new WeakMap<Term, Acquisition>();

/** A call fills a bio with pages; `result` is what it returns, zero where it did. */
export function noteFilled(
  context: Context,
  state: State,
  bio: Term,
  result: Term,
  acquisition: Acquisition,
): void {
  fillings.set(result, acquisition);
  forgetHandedOn(state);
  state.memory.set(cellOf(context, bio).key, result);
}

/** Somebody else may release the pages of a bio from here on: whoever completes it, say. */
export function handOnFilled(context: Context, state: State, bio: Term): void {
  const { key } = cellOf(context, bio);
  const result = state.memory.get(key);
  state.memory.delete(key);
  if (result) state.memory.set(handedOn(key), result);
}

/** The pages of a bio were released. */
export function forgetFilled(context: Context, state: State, bio: Term): void {
  const { key } = cellOf(context, bio);
  state.memory.delete(key);
  state.memory.delete(handedOn(key));
}

/** Of several bios that were given away, one after the other, the last one stands for all. */
function forgetHandedOn(state: State): void {
  for (const key of state.memory.keys()) if (key.endsWith(HANDED_ON + FILLED)) state.memory.delete(key);
}

/** A bio that was filled with pages and then given to somebody else. */
export interface FilledBio {
  readonly bio: Term;
  /** What the call returned that filled it, zero where it did. */
  readonly result: Term;
  readonly acquisition: Acquisition;
}

export function filledBiosHandedOn(context: Context, state: State): FilledBio[] {
  return [...state.memory].flatMap(([key, result]) => {
    const acquisition = key.endsWith(HANDED_ON + FILLED) && fillings.get(result);
    const bio = acquisition && context.places.get(key.slice(0, -(HANDED_ON + FILLED).length));
    return bio ? [{ bio: new Memory(context, state).addressOf(bio, false), result, acquisition }] : [];
  });
}

/** The call that filled a bio on this path, where it is known to have succeeded. */
export function filledBy(context: Context, { state }: Values, bio: Term): Acquisition | undefined {
  const result = state.memory.get(cellOf(context, bio).key);
  return result && state.facts.isZero(result) ? fillings.get(result) : undefined;
}

/** Whether some bio holds the pages of this acquisition. */
export function isInBio(state: State, start: number): boolean {
  for (const [key, value] of state.memory)
    if (key.endsWith(FILLED) && fillings.get(value)?.span.start === start) return true;
  return false;
}

function cellOf(context: Context, bio: Term): Place {
  const unknown = { kind: 'unknown', name: '' } as const;
  return context.places.member(context.places.target(bio, unknown), FILLED.slice(1), unknown);
}

const releasing = new WeakMap<Context['program'], boolean>();

/** Some function of the file releases the pages of bios: there may be user memory behind them. */
export function releasesBios({ program, table }: Context): boolean {
  const isRelease = (callee: string): boolean =>
    table.row(callee)?.effects.some(effect => effect.kind === 'release' && effect.pages.form === 'object') ===
    true;
  const hasRelease = (model: FunctionModel): boolean =>
    callsOf(model).some(
      ({ callee, arguments: given }) => callee !== undefined && isRelease(callee) && given.some(isBio),
    );
  const known = releasing.get(program) ?? [...program.functions.values()].some(hasRelease);
  releasing.set(program, known);
  return known;
}
