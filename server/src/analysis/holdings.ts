import { Cancelled, type CancelSignal } from '../base/cancel.ts';
import type { Span } from '../base/text.ts';
import type { Expression, FunctionModel, Instruction, Program, Terminator } from '../program/model.ts';
import type { Mode } from '../semantics/holds.ts';
import type { EffectTable } from '../semantics/table.ts';
import { Context } from './context.ts';
import type { Frame } from './frames.ts';
import { Interpreter, TooComplex } from './interpret.ts';
import { LIMITS } from './limits.ts';
import { type Mattering, scopeOf } from './mattering.ts';
import { Members } from './members.ts';
import { hasFailed, reachable, setsOf } from './reach.ts';
import { startOf } from './root.ts';
import type { PageSet, State } from './state.ts';
import { asNumber, type Term } from './terms.ts';
import { Values } from './values.ts';

/** What is held of the pages of one acquisition, in some of the states that reach a place. */
export interface Holding {
  readonly placeText: string;
  readonly callee: string;
  readonly taken: Span;
  readonly mode: Mode;
  readonly status: 'held' | 'released' | 'handed-on' | 'nothing' | 'unknown';
  /** Turns of a loop before the present one. */
  readonly isOlder: boolean;
  /** How the source names the number of pages obtained, or the number. */
  readonly obtained: string | undefined;
  /** The slots [from, to) that are left, where some were released. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly releases: readonly { readonly callee: string; readonly span: Span }[];
  /** Callees that may have kept the pages. */
  readonly keepers: readonly string[];
}

/** Told of every state in which an instruction or the end of a block is about to be executed. */
export type Observer = (point: Instruction | Terminator, state: State, frame: Frame) => void;

/**
 * What is held at an offset: of the variable, member or argument there; at a goto or return, of everything.
 * @throws Cancelled
 */
export function holdingsAt(
  program: Program,
  table: EffectTable,
  mattering: Mattering,
  offset: number,
  isCancelled: CancelSignal,
): Holding[] {
  const model = [...program.functions.values()].find(({ span }) => span.start <= offset && offset < span.end);
  if (!model || !mattering.all.has(model.name)) return [];
  const own = holdingsIn(program, table, mattering, model, offset, isCancelled);
  if (own.length > 0) return own;
  // A helper that is given pages: they are known where it is called.
  const callers = (program.callers.get(model.name) ?? []).filter(name => mattering.all.has(name));
  const found = [...new Set(callers)].flatMap(name =>
    holdingsIn(program, table, mattering, program.functions.get(name)!, offset, isCancelled),
  );
  return distinct(found);
}

function holdingsIn(
  program: Program,
  table: EffectTable,
  mattering: Mattering,
  root: FunctionModel,
  offset: number,
  isCancelled: CancelSignal,
): Holding[] {
  if (isCancelled()) throw new Cancelled();
  const context = new Context(program, table, new Members(), isCancelled);
  const watch = new Watch(context, offset);
  context.observer = watch.see;
  const { frame, entry } = startOf(context, root);
  const interpreter = new Interpreter(context, scopeOf(root, mattering), LIMITS.stepsPerRoot);
  try {
    interpreter.run(frame, entry);
  } catch (error) {
    // What was seen until then is true of some paths.
    if (!(error instanceof TooComplex)) throw error;
  }
  return distinct(watch.holdings());
}

/** Keeps the last state of each kind that came by the offset. */
class Watch {
  private readonly seen = new Map<string, { point: Instruction | Terminator; state: State; frame: Frame }>();
  private length = Number.POSITIVE_INFINITY;

  constructor(
    private readonly context: Context,
    private readonly offset: number,
  ) {}

  readonly see: Observer = (point, state, frame) => {
    const { start, end } = point.span;
    if (this.offset < start || this.offset >= end || end - start > this.length) return;
    // Of nested places the smallest is meant.
    if (end - start < this.length) this.seen.clear();
    this.length = end - start;
    const key = `${frame.key}|${this.context.block}|${point.kind}|${state.property()}`;
    this.seen.set(key, { point, state: state.clone(), frame });
  };

  holdings(): Holding[] {
    return [...this.seen.values()].flatMap(({ point, state, frame }) => {
      const values = new Values(this.context, state, frame);
      return this.setsAt(point, values).map(set => holdingOf(values, set));
    });
  }

  private setsAt(point: Instruction | Terminator, values: Values): PageSet[] {
    const { state } = values;
    if (isExit(point)) return [...state.sets.values()];
    const isName = point.kind === 'call' && contains(point.calleeSpan, this.offset);
    const named = isName ? point.arguments : smallest(expressionsOf(point), this.offset);
    const terms = named.map(expression => values.value(expression));
    const direct = [...new Set(terms.flatMap(term => setsOf(state, term)))];
    return direct.length > 0 || isName ? direct : behind(this.context, state, terms);
  }
}

/** The sets that an object leads to. */
function behind(context: Context, state: State, terms: readonly Term[]): PageSet[] {
  const found = new Set<PageSet>();
  for (const term of reachable(context, state, terms)) for (const set of setsOf(state, term)) found.add(set);
  return [...found];
}

function isExit(point: Instruction | Terminator): boolean {
  return point.kind === 'return' || (point.kind === 'jump' && point.reason === 'goto');
}

const contains = (span: Span, offset: number): boolean => span.start <= offset && offset <= span.end;

/** The expressions of the smallest span around the offset. */
function smallest(expressions: readonly Expression[], offset: number): Expression[] {
  const around = expressions.flatMap(partsOf).filter(({ span }) => contains(span, offset));
  const least = Math.min(...around.map(({ span }) => span.end - span.start));
  return around.filter(({ span }) => span.end - span.start === least).slice(0, 1);
}

function expressionsOf(point: Instruction | Terminator): readonly Expression[] {
  switch (point.kind) {
    case 'assign':
      return [point.place, point.value];
    case 'call':
      return point.arguments;
    case 'branch':
      return [point.condition];
    case 'switch':
      return [point.value];
    default:
      return [];
  }
}

function partsOf(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'dereference':
      return [expression, ...partsOf(expression.pointer)];
    case 'member':
      return [expression, ...partsOf(expression.object)];
    case 'index':
      return [expression, ...partsOf(expression.array), ...partsOf(expression.index)];
    case 'address':
      return [expression, ...partsOf(expression.of)];
    case 'unary':
    case 'cast':
      return [expression, ...partsOf(expression.operand)];
    case 'binary':
      return [expression, ...partsOf(expression.left), ...partsOf(expression.right)];
    default:
      return [expression];
  }
}

function holdingOf(values: Values, set: PageSet): Holding {
  const { state } = values;
  const { callee, placeText, span } = set.acquisition;
  const isWhole = state.facts.isZero(set.from);
  return {
    placeText,
    callee,
    taken: span,
    mode: set.mode,
    status: statusOf(state, set),
    isOlder: set.age === 'older',
    obtained: wordFor(values, set.obtained),
    from: isWhole ? undefined : wordFor(values, set.from),
    to: state.facts.areEqual(set.to, set.obtained) ? undefined : wordFor(values, set.to),
    releases: set.dropped.map(release => ({ callee: release.callee, span: release.span })),
    keepers: set.keepers.filter(keeper => !hasFailed(state, keeper)).map(keeper => keeper.callee),
  };
}

function statusOf(state: State, set: PageSet): Holding['status'] {
  if (!state.mayExist(set)) return 'nothing';
  if (set.status === 'consumed') return 'handed-on';
  if (set.status === 'unknown' || (set.status === 'held' && !set.isExact)) return 'unknown';
  return state.mayRemain(set) ? 'held' : 'released';
}

/** A number, or the variable that holds it. */
function wordFor(values: Values, term: Term): string | undefined {
  return asNumber(term)?.toString() ?? values.nameOf(term);
}

/** One of each kind: states may differ in what nobody asked about. */
function distinct(holdings: readonly Holding[]): Holding[] {
  return [...new Map(holdings.map(holding => [JSON.stringify(holding), holding])).values()].sort(
    (a, b) => a.taken.start - b.taken.start,
  );
}
