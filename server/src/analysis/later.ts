import { type CallInstruction, callsOf, type FunctionModel, type Program } from '../program/model.ts';
import {
  BINDERS,
  DROPS_REFERENCE,
  ENDS_BIO,
  GOES_ON,
  STATUS_FUNCTION,
  STATUS_MEMBER,
  WAKES,
} from '../semantics/completions.ts';
import type { Release } from '../semantics/effects.ts';
import type { EffectTable } from '../semantics/table.ts';
import type { Binding } from './bindings.ts';
import { filledBiosHandedOn, releasesBios } from './bioContents.ts';
import { isBuiltin } from './builtins.ts';
import { Context } from './context.ts';
import { literal, UNTOLD } from './doubts.ts';
import { ForkMap } from './forkMap.ts';
import type { Frame } from './frames.ts';
import { type Exit, Interpreter, TooComplex } from './interpret.ts';
import { keep } from './keepers.ts';
import { isOwnStruct, mayBeWritten } from './laterWrites.ts';
import { LIMITS } from './limits.ts';
import { Members } from './members.ts';
import { type Place, pointerAtom } from './places.ts';
import { setsOf } from './reach.ts';
import { ReleaseSites } from './releaseSites.ts';
import type { Scope } from './scope.ts';
import type { PageSet, State } from './state.ts';
import { memoryKey, mentions, type OperationAtom, type SymbolAtom, type Term } from './terms.ts';
import { Values } from './values.ts';

/** Somebody was told something, or given something: he may act on it. */
export const TOLD = 'told';

/** Begins what stands for an answer that somebody gets: how the I/O ended. */
const END = 'end ';

/** What nobody knows of a path, without the answers that somebody gets. */
export const doubtsOf = ({ doubts }: State): ReadonlySet<string> =>
  new Set([...doubts].filter(each => each !== TOLD && !each.startsWith(END)));

/** The subject of a step after which an object is no more. */
export const GONE = 'gone';

/** How a callback went that was bound in a state, with what that state held. */
export interface Later {
  readonly frame: Frame;
  readonly entry: State;
  readonly exits: readonly Exit[];
}

/**
 * Runs a callback as the end of what a state has begun: in its memory, and with nothing else than the callback to look
 * after the pages. Paths through it are kept apart by what decided them.
 * @returns undefined where the callback is too much to follow.
 */
export function runLater(context: Context, root: Frame, state: State, binding: Binding): Later | undefined {
  const { callback, given, where } = binding;
  const before = root.function.span.start;
  const later = new LaterContext(context, before);
  const entry = startOf(context, state, before);
  const frame: Frame = {
    key: `${root.key}/later${where.span.start}`,
    function: callback,
    parent: root,
    call: undefined,
    callBlock: -1,
    depth: root.depth + 1,
  };
  later.watch(frame);
  const values = new Values(later, entry, frame);
  callback.parameters.forEach((parameter, at) => {
    const { name, type, span } = parameter;
    const place = values.place({ kind: 'variable', variable: parameter, type, span });
    values.store(place, given.get(at) ?? values.fresh(`parameter${frame.key}:${name}`, type));
  });
  try {
    const exits = new LaterInterpreter(later, ALL, LIMITS.stepsOfCallback).run(frame, entry.clone());
    return later.leftOut ? undefined : { frame, entry, exits };
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    return;
  }
}

/** A callback is followed as far as its file goes. */
const ALL: Scope = {
  matters: () => true,
  acquires: () => false,
  builds: () => false,
  releases: () => false,
  finds: () => false,
  isTooLong: () => false,
};

/** Begins the name of what a place holds that others may have written since. */
const LATER = 'memory:later ';

/** What a function left behind: its locals are gone, and nobody who may have kept something counts any more. */
function startOf(context: Context, from: State, before: number): State {
  const state = from.clone();
  for (const [key, value] of [...state.memory]) {
    const place = context.places.get(key);
    const isPointer = [...value.parts.keys()].some(atom => context.isPointer(atom));
    if (key.startsWith('v')) state.memory.delete(key);
    else if (place && !isPointer && mayBeWritten(context, place, before))
      state.memory.set(key, context.terms.symbol(`${LATER}${key}`));
  }
  state.keepers = new ForkMap();
  state.released.clear();
  state.flight.land();
  for (const { bio, result, acquisition } of releasesBios(context)
    ? filledBiosHandedOn(context, state)
    : []) {
    state.facts.assume(result, 0, 0);
    const set = filledSet(context, bio, result, acquisition);
    state.sets.set(set.id, set);
  }
  for (const set of state.sets.values()) {
    if (state.mayExist(set)) state.facts.assume(set.exists.term, set.exists.low, set.exists.high);
    state.updateSet(set.id, { keepers: [], viewers: [], isViewed: false });
  }
  state.doubts = new Set();
  return state;
}

/** The pages of a bio as one thing that goes with it. */
function filledSet(
  { terms }: Context,
  bio: Term,
  result: Term,
  acquisition: PageSet['acquisition'],
): PageSet {
  return {
    id: `bio ${bio.id}`,
    acquisition,
    age: 'latest',
    mode: 'pin',
    iterator: undefined,
    base: undefined,
    pointer: undefined,
    page: bio,
    exists: { term: result, low: 0, high: 0 },
    obtained: terms.constant(1),
    asked: undefined,
    askedPlaces: [],
    bytes: undefined,
    from: terms.constant(0),
    to: terms.constant(1),
    isExact: true,
    status: 'held',
    keepers: [],
    hasOwnReference: false,
    isViewed: false,
    isNumbered: false,
    viewers: [],
    dropped: [],
  };
}

/** Runs in the terms and places of another context, and tells it nothing. */
class LaterContext extends Context {
  override readonly terms;
  override readonly places;
  override readonly pointers;
  override readonly releases = new ReleaseSites();
  private frame: Frame | undefined;

  /** @param before where the root function begins: what stands there is of its file. */
  constructor(
    context: Context,
    private readonly before: number,
  ) {
    super(context.program, context.table, new Members(), context.isCancelled);
    this.terms = context.terms;
    this.places = context.places;
    this.pointers = context.pointers;
    this.onOpenBranch = this.doubt;
    this.onCall = this.see;
  }

  watch(frame: Frame): void {
    this.frame = frame;
  }

  override report(): void {}

  /** Of what was zeroed, others may have written what is not the file's own. */
  override isStillZero(place: Place): boolean {
    return isOwnStruct(this.program, place.owner, this.before) && !mayBeWritten(this, place, this.before);
  }

  private readonly doubt: NonNullable<Context['onOpenBranch']> = (state, frame, span, condition, isTrue) => {
    const place = `${frame.key}@${span.start}`;
    const isEnd = condition !== undefined && this.isEnd(condition, isTrue);
    mark(state, literal(isEnd ? END + place : place, isTrue));
  };

  /** The condition asks how the I/O ended, or the answer is one that somebody gets. */
  private isEnd(condition: Term, isTrue: boolean): boolean {
    if (condition.kind === 'operation' && condition.operator === '!')
      return this.isEnd(condition.operands[0]!, !isTrue);
    const asked = calledFor(this.program, condition);
    if (asked && DROPS_REFERENCE.test(asked)) return isTrue;
    const goesOn = (term: Term): boolean =>
      mentions(term, atom => atom.kind === 'symbol' && GOES_ON.some(name => atom.name === `errno:${name}`));
    if (goesOn(condition)) return !isTrue && condition.kind === 'operation' && condition.operator === '==';
    let isStatus = false;
    const isOther = mentions(condition, atom => {
      if (atom.kind === 'page' || atom.kind === 'address') return true;
      if (atom.kind === 'operation') return !isArithmetic(atom);
      if (/^(errno|global):/.test(atom.name)) return false;
      isStatus = true;
      return !this.isStatus(atom);
    });
    return isStatus && !isOther;
  }

  private isStatus(symbol: SymbolAtom): boolean {
    const { name } = symbol;
    if (name.startsWith(`parameter${this.frame?.key}:`)) return !this.pointers.has(symbol);
    const key = name.startsWith(LATER) ? name.slice(LATER.length) : memoryKey(symbol);
    const place = key === undefined ? undefined : this.places.get(key);
    if (place) return STATUS_MEMBER.test(place.key) && mayBeWritten(this, place, this.before);
    const callee = calledFor(this.program, symbol);
    return callee !== undefined && STATUS_FUNCTION.test(callee);
  }

  private readonly see: NonNullable<Context['onCall']> = (values, call, row) => {
    const { state } = values;
    const callee = call.callee ?? '';
    const [first] = call.arguments;
    if (ENDS_BIO.has(callee) && first) {
      const bio = pointerAtom(values.value(first), atom => this.pointers.has(atom));
      if (bio) state.freed.add(bio);
    }
    const isFree = row?.effects.some(({ kind }) => kind === 'free');
    if (isFree || ENDS_BIO.has(callee)) {
      const message = `${callee}() ends \`${this.source(call.arguments.at(-1)?.span ?? call.span)}\``;
      state.step({ kind: 'call', span: call.calleeSpan, frame: values.frame, message, subject: GONE });
    }
    for (const effect of row?.effects ?? [])
      if (effect.kind === 'release' && !isOfKnown(values, call, effect)) mark(state, UNTOLD);
      else if (effect.kind === 'submit' || effect.kind === 'store')
        for (const argument of call.arguments)
          keep(this, state, values.value(argument), { callee, result: undefined, failure: 'number' });
    if (isBuiltin(call)) return;
    if (!row && mayRelease(this.program, this.table, call)) mark(state, UNTOLD);
    const isTelling = !row && call.arguments.some(({ type }) => type.kind !== 'integer');
    if (isTelling || WAKES.test(callee)) mark(state, TOLD);
  };
}

function mark(state: State, word: string): void {
  state.doubts = new Set([...state.doubts, word]);
}

/** Operators that make of how an I/O ended nothing but another way to say it. */
const isArithmetic = ({ operator }: OperationAtom): boolean =>
  /^(==|<|<=|!|unsigned|[&|%/~])$/.test(operator);

/** The function whose result a symbol is. */
function calledFor({ text }: Program, term: Term): string | undefined {
  const start = term.kind === 'symbol' ? /^result.*@(\d+)$/.exec(term.name)?.[1] : undefined;
  return start === undefined ? undefined : /^\w+/.exec(text.slice(Number(start), Number(start) + 80))?.[0];
}

/** Whether it is known which of the pages that are followed a call releases. */
function isOfKnown(values: Values, call: CallInstruction, effect: Release): boolean {
  if (effect.hold === 'allocation') return true;
  const argument = call.arguments[effect.pages.argument - 1];
  if (!argument) return false;
  const term = values.value(argument);
  const { state, context } = values;
  if (setsOf(state, term).length > 0) return true;
  const pointer = pointerAtom(term, atom => context.pointers.has(atom));
  return pointer !== undefined && state.aliases.has(pointer);
}

/** Whether a function of the file that is not gone into may release pages. */
function mayRelease(
  program: Program,
  table: EffectTable,
  { callee }: CallInstruction,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  const model = callee === undefined || seen.has(callee) ? undefined : program.functions.get(callee);
  if (!model || callee === undefined) return false;
  return callsOf(model).some(
    call =>
      (call.callee && table.row(call.callee)?.effects.some(({ kind }) => kind === 'release')) ||
      mayRelease(program, table, call, new Set([...seen, callee])),
  );
}

/** Goes into what drops the last reference as well: some call does. */
class LaterInterpreter extends Interpreter {
  override calleeToEnter(frame: Frame, values: Values, call: CallInstruction): FunctionModel | undefined {
    const binder = BINDERS.find(({ name, lastReference }) => lastReference && name === call.callee);
    const callback = binder && call.arguments[binder.callback - 1];
    const named = callback?.kind === 'address' ? callback.of : callback;
    const model = named?.kind === 'global' ? this.context.program.functions.get(named.name) : undefined;
    return model ?? super.calleeToEnter(frame, values, call);
  }
}
