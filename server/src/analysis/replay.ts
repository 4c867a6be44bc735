import type { Block } from '../program/model.ts';
import { judgeCompletions } from './absence.ts';
import type { Arrival } from './arrivals.ts';
import { Context, type Fault } from './context.ts';
import { judgeExits } from './exits.ts';
import { type Frame, rootOf } from './frames.ts';
import { Guide } from './guide.ts';
import { Activation, type Exit, Interpreter, TooComplex } from './interpret.ts';
import { LIMITS } from './limits.ts';
import { Members } from './members.ts';
import { startOf } from './root.ts';
import type { Scope } from './scope.ts';
import type { Shape } from './shapes.ts';
import type { PageSet, State, Trace } from './state.ts';
import { asNumber, type Term } from './terms.ts';

/**
 * The fault with a path on which it really happens. The analysis merges states, and a merged state keeps the trace of
 * only one of them: what that trace says of branches may contradict what the state knows. So the function is executed
 * once more, with the same transfer functions but without any merging, until the same fault is met.
 * @param context that of the run that found the fault.
 */
export function replay(context: Context, fault: Fault, scope: Scope): Fault {
  const model = rootOf(fault.frame).function;
  const again = new ReplayContext(context, fault);
  const { frame, entry } = startOf(again, model);
  const interpreter = new PathInterpreter(again, scope, new Guide({ ...fault, ...fault.leftAt }));
  try {
    interpreter.run(frame, entry);
  } catch (error) {
    if (error instanceof Met) return { ...fault, ...error.place, trace: error.trace, isReplayed: true };
    if (!(error instanceof TooComplex)) throw error;
  }
  return again.similar ? { ...again.similar, isReplayed: true } : { ...fault, isReplayed: false };
}

/** Thrown where the wanted fault is met. */
class Met extends Error {
  constructor(
    readonly trace: Trace | undefined,
    /** Where this path loses what is lost; other paths may lose it elsewhere. */
    readonly place: Pick<Fault, 'span' | 'frame' | 'steps'>,
  ) {
    super();
  }
}

/** Waits for one fault. */
class ReplayContext extends Context {
  override readonly releases;
  override readonly isReplay = true;
  /** The same fault for another cause. */
  similar: Fault | undefined;

  constructor(
    original: Context,
    private readonly wanted: Fault,
  ) {
    super(original.program, original.table, new Members(), original.isCancelled);
    this.releases = original.releases;
  }

  get wantsLeak(): boolean {
    return this.wanted.kind === 'leak';
  }

  override report(fault: Fault): void {
    const { kind, span, frame, origin, details } = this.wanted;
    const isLoss = kind === 'leak' || kind === 'array-leak';
    const isSame =
      fault.kind === kind &&
      (isLoss ? fault.frame.key === frame.key : fault.span.start === span.start) &&
      fault.origin.span.start === origin.span.start;
    if (!isSame) return;
    if (fault.details.cause === details.cause)
      throw new Met(fault.trace, { span: fault.span, frame: fault.frame, steps: fault.steps });
    this.similar ??= fault;
  }

  /** What the other exits said is known from the first run. */
  judge(frame: Frame, exit: Exit): void {
    if (this.wanted.kind === 'completion-leak') {
      judgeCompletions(this, frame, [exit], undefined);
      return;
    }
    judgeExits(this, frame, [exit], {
      isReleasedSomewhere: this.wanted.details.everywhere === undefined,
      isReleasedAtError: this.wanted.confidence === 'guess',
    });
  }
}

class PathInterpreter extends Interpreter {
  constructor(
    protected override readonly context: ReplayContext,
    scope: Scope,
    private readonly guide: Guide,
  ) {
    super(context, scope, LIMITS.replaySteps);
  }

  protected override activation(frame: Frame, shape: Shape): Activation {
    return new PathActivation(this.context, this, frame, shape, this.guide);
  }
}

/** A state on its own way to a block. */
interface Way extends Arrival {
  /** What memory and the sets were on arrival. */
  readonly memory: ReadonlyMap<string, Term>;
  readonly sets: ReadonlyMap<string, PageSet>;
  readonly previous: Way | undefined;
  readonly length: number;
  /** It has been at the fault's place: what is lost there shows only at the end. */
  readonly isPast: boolean;
  /** The blocks behind it and an estimate of those before it. */
  readonly cost: number;
}

/** Runs a function along single paths, the shortest first. */
class PathActivation extends Activation {
  private readonly ways: Way[] = [];
  private readonly met = new Map<string, number>();
  private taken: Way | undefined;
  /** Outcomes of ways that have been at the fault's place. */
  private behind = 0;
  /** Steps that were gone when this activation began. */
  private readonly before: number;

  constructor(
    protected override readonly context: ReplayContext,
    interpreter: Interpreter,
    frame: Frame,
    shape: Shape,
    private readonly guide: Guide,
  ) {
    super(context, interpreter, frame, shape);
    this.before = context.steps;
  }

  protected override enter(block: Block, state: State): void {
    this.dropDead(block, state);
    this.skipTurns(block, state);
    const property = state.property();
    const turn = turns(this.taken, block);
    if (this.context.wantsLeak && turn > LIMITS.replayTurnsOfLeak)
      throw this.interpreter.tooComplex('loops do not end');
    // Each further turn of a loop costs more than the one before, so that other ways are tried in between.
    const length = (this.taken?.length ?? 0) + 1 + turn;
    const key = `${block.id}:${turn}:${property}:${kindsKnown(state)}`;
    const known = this.met.get(key) ?? 0;
    if (known >= LIMITS.replayStatesPerBlock) return;
    this.met.set(key, known + 1);
    const isPast = this.isPastPlace(state);
    const cost = length + this.guide.distance(this.frame, block, state, isPast);
    const { sets } = state;
    const memory = new Map(state.memory);
    this.ways.push({
      block,
      state,
      property,
      length,
      cost,
      isPast,
      previous: this.taken,
      memory,
      sets: new Map(sets),
    });
  }

  /** Whether the way that is being gone, and has come to a state, has been at the fault's place. */
  private isPastPlace(state: State): boolean {
    if (!this.taken) return false;
    return this.taken.isPast || this.guide.isPlace(this.frame, this.taken.block, state);
  }

  /** A loop that counts to a fixed number and does nothing to any pages is left after a few turns: its counters go on. */
  private skipTurns(block: Block, state: State): void {
    if (turns(this.taken, block) < LIMITS.replayTurns) return;
    let before = this.taken;
    while (before && before.block !== block) before = before.previous;
    if (!before || [...state.sets].some(([id, set]) => before.sets.get(id) !== set)) return;
    for (const [key, value] of [...state.memory]) {
      const [now, then] = [asNumber(value), asNumber(before.memory.get(key) ?? value)];
      if (now === undefined || then === undefined || now === then) continue;
      const later = this.context.terms.symbol(`later:${key}@${block.id}`);
      if (now > then) state.facts.assume(later, now, Number.POSITIVE_INFINITY);
      else state.facts.assume(later, Number.NEGATIVE_INFINITY, now);
      state.memory.set(key, later);
    }
  }

  /** The way with the least cost; of equals the one that was gone last. */
  protected override take(): Arrival | undefined {
    if (this.isExhausted()) return;
    let best = -1;
    this.ways.forEach((way, at) => {
      if (best < 0 || way.cost <= this.ways[best]!.cost) best = at;
    });
    this.taken = best < 0 ? undefined : this.ways.splice(best, 1)[0];
    return this.taken;
  }

  /** The fault may need another way to this call: a callee that only uses the thing takes no more than its share of the search. */
  private isExhausted(): boolean {
    if (!this.frame.parent) return false;
    const steps = this.context.steps - this.before;
    // What a callee has left behind may show only where its caller goes on.
    if (this.behind >= LIMITS.replayExits) return steps > LIMITS.replaySteps / 2;
    return steps > LIMITS.replayStepsOfCallee && !this.guide.takesThing(this.frame);
  }

  protected override exit(exit: Exit): void {
    if (!this.frame.parent) this.context.judge(this.frame, exit);
    else this.exits.push(exit);
    if (this.guide.isAhead(this.frame)) {
      if (this.isPastPlace(exit.state)) this.behind++;
      return;
    }
    const limit = this.guide.takesThing(this.frame) ? LIMITS.replayExitsOfAcquirer : LIMITS.replayExits;
    if (this.exits.length >= limit) this.ways.length = 0;
  }

  /** Outcomes are not merged: of each kind only the shortest go on. */
  protected override mergeExits(exits: readonly Exit[], callee: Frame): Exit[] {
    const kept: Exit[] = [];
    const counts = new Map<string, number>();
    for (const exit of exits) {
      this.endScope(exit.state, callee);
      const kind = `${exit.state.property()}>${this.outcome(exit.state, exit.value)}`;
      const known = counts.get(kind) ?? 0;
      if (known >= LIMITS.replayStatesPerBlock) continue;
      counts.set(kind, known + 1);
      kept.push(exit);
    }
    return kept;
  }
}

/** What is known of iterators decides what calls obtain, and is no part of the property. */
function kindsKnown(state: State): string {
  return [...state.iterators.values()].map(({ kinds }) => [...kinds].sort().join()).join(';');
}

/** How often a way has been at a block. */
function turns(way: Way | undefined, block: Block): number {
  let count = 0;
  for (let at = way; at; at = at.previous) if (at.block === block) count++;
  return count;
}
