import { Cancelled } from '../base/cancel.ts';
import type { Span } from '../base/text.ts';
import type { Block, CallInstruction, FunctionModel, Instruction, Terminator } from '../program/model.ts';
import { type Arrival, Arrivals } from './arrivals.ts';
import { assign, isLvalue } from './assignments.ts';
import { isNamedConstant } from './bits.ts';
import { assume } from './branch.ts';
import { executeCall } from './calls.ts';
import { CHECKS } from './checks/index.ts';
import type { Context } from './context.ts';
import { countErrorsAsNegative } from './convention.ts';
import { calleeFrame, type Frame, resultName } from './frames.ts';
import { join } from './join.ts';
import { LIMITS } from './limits.ts';
import { allocationOf, setsOf } from './reach.ts';
import { calleeToEnter, type Scope } from './scope.ts';
import { type Shape, shapeOf } from './shapes.ts';
import type { State } from './state.ts';
import { asNumber, isFoundOnEntry, type Term } from './terms.ts';
import { Values } from './values.ts';

/** No variable has this id. */
const RETURNED = -1;

/** A state at a return, with the returned value. */
export interface Exit {
  readonly state: State;
  readonly value: Term | undefined;
  readonly span: Span;
}

/** Thrown where a bound of limits.ts was hit; the root is then listed as not analysed. */
export class TooComplex extends Error {
  /** @param followed the callees that were gone into until then. */
  constructor(
    message: string,
    readonly followed: ReadonlySet<string>,
  ) {
    super(message);
  }
}

/** Runs functions abstractly: a worklist over blocks, each with one state a property. */
export class Interpreter {
  private readonly shapes = new Map<FunctionModel, Shape>();
  private readonly followed = new Set<string>();

  constructor(
    protected readonly context: Context,
    private readonly scope: Scope,
    private readonly maxSteps: number,
  ) {
    context.touches = scope.matters;
  }

  /** Counts an instruction. @throws TooComplex, Cancelled */
  count(): void {
    if (++this.context.steps > this.maxSteps) throw this.tooComplex('too many paths');
    if (this.context.steps % 256 === 0 && this.context.isCancelled()) throw new Cancelled();
  }

  tooComplex(reason: string): TooComplex {
    return new TooComplex(reason, this.followed);
  }

  run(frame: Frame, entry: State): Exit[] {
    if (frame.parent) this.followed.add(frame.function.name);
    return this.activation(frame, this.shapeOf(frame.function)).run(entry);
  }

  protected activation(frame: Frame, shape: Shape): Activation {
    return new Activation(this.context, this, frame, shape);
  }

  /** A callee of the program that is worth going into, or undefined. */
  calleeToEnter(frame: Frame, values: Values, call: CallInstruction): FunctionModel | undefined {
    return calleeToEnter(this.context, this.scope, frame, values, call);
  }

  private shapeOf(model: FunctionModel): Shape {
    let shape = this.shapes.get(model);
    if (!shape) {
      shape = shapeOf(model);
      this.shapes.set(model, shape);
    }
    return shape;
  }
}

/** One run of one function body. */
export class Activation {
  private readonly arrivals: Arrivals;
  /** Names the edge that the next state leaves over. */
  private edge = '';
  private source: Block | undefined;
  private edges = 0;
  protected readonly exits: Exit[] = [];

  constructor(
    protected readonly context: Context,
    protected readonly interpreter: Interpreter,
    protected readonly frame: Frame,
    private readonly shape: Shape,
  ) {
    this.arrivals = new Arrivals(context, frame, shape, () => {
      throw interpreter.tooComplex('loops do not settle');
    });
  }

  run(entry: State): Exit[] {
    this.enter(this.frame.function.entry, entry, '');
    for (let next = this.take(); next; next = this.take())
      this.runBlock(next.block, next.state, next.property);
    return this.exits;
  }

  protected take(): Arrival | undefined {
    return this.arrivals.next();
  }

  /**
   * A state arrives at a block.
   * @param edge names the edge and the state of its block that it comes from.
   */
  protected enter(block: Block, state: State, edge: string): void {
    this.dropDead(block, state);
    const isAgain = this.isBackEdgeTo(block);
    // The next turn releases what lies at another index under the same name.
    if (isAgain) state.released.clear();
    if (!this.arrivals.add({ block, state, edge, isAgain })) this.context.leftOut = true;
  }

  /** Locals that nothing reads any more go, and with them what is known only of them. */
  protected dropDead(block: Block, state: State): void {
    const live = this.shape.live[block.id]!;
    const prefix = `v${this.frame.key}:`;
    for (const key of state.memory.keys()) {
      if (!key.startsWith(prefix)) continue;
      const id = Number.parseInt(key.slice(prefix.length), 10);
      if (!live.has(id)) state.memory.delete(key);
    }
  }

  private runBlock(block: Block, entry: State, property: string): void {
    let states = [entry];
    for (const instruction of block.instructions) {
      this.context.block = block.id;
      states = states.flatMap(state => this.execute(instruction, state, block));
      if (states.length > LIMITS.statesPerBlock) states = states.slice(0, LIMITS.statesPerBlock);
    }
    this.source = block;
    this.edge = `${block.id}:${property}`;
    this.edges = 0;
    for (const state of states) this.leave(block.terminator, state);
  }

  private isBackEdgeTo(block: Block): boolean {
    return this.source !== undefined && this.shape.order[block.id]! <= this.shape.order[this.source.id]!;
  }

  private go(block: Block, state: State): void {
    this.enter(block, state, `${this.edge}>${this.edges++}`);
  }

  private execute(instruction: Instruction, state: State, block: Block): State[] {
    this.interpreter.count();
    this.context.observer?.(instruction, state, this.frame);
    const values = new Values(this.context, state, this.frame);
    switch (instruction.kind) {
      case 'assign':
        for (const check of CHECKS)
          check.assign?.(this.context, values, instruction.place, instruction.value);
        assign(this.context, values, instruction.place, instruction.value);
        return [state];
      case 'declare': {
        const { variable, span } = instruction;
        const place = values.place({ kind: 'variable', variable, type: variable.type, span });
        if (variable.type.kind === 'array' || variable.type.kind === 'struct') values.undeclare(place);
        else values.store(place, values.fresh(`uninitialised:${place.key}`));
        return [state];
      }
      case 'zero':
        values.zero(values.place(instruction.place));
        return [state];
      case 'warned':
        state.warned = true;
        return [state];
      case 'call':
        return this.call(instruction, values, block);
    }
  }

  private call(call: CallInstruction, values: Values, block: Block): State[] {
    const row = call.callee === undefined ? undefined : this.context.table.row(call.callee);
    // What the call answers now is another value than what it answered in an earlier turn of the loop.
    const beginAnswer = () => values.fresh(resultName(this.frame, call), call.result?.type);
    const mayEnter = !row && this.context.program.functions.has(call.callee ?? '');
    if (!mayEnter) beginAnswer();
    for (const check of CHECKS) check.call?.(this.context, values, call, row);
    const model = this.interpreter.calleeToEnter(this.frame, values, call);
    if (model) return this.enterCallee(model, call, values, block);
    if (mayEnter) beginAnswer();
    this.context.onCall?.(values, call, row);
    return executeCall(this.context, values, call, row, block.id).map(outcome => {
      this.storeResult(outcome.state, call, outcome.result);
      return outcome.state;
    });
  }

  private storeResult(state: State, call: CallInstruction, result: Term | undefined): void {
    if (!call.result || !result) return;
    const values = new Values(this.context, state, this.frame);
    const { result: variable, span } = call;
    values.store(values.place({ kind: 'variable', variable, type: variable.type, span }), result);
  }

  /** Analyses a callee of the same file in this state: its outcomes become states of the caller. */
  private enterCallee(model: FunctionModel, call: CallInstruction, values: Values, block: Block): State[] {
    const frame = calleeFrame(this.frame, model, call.span, block.id);
    const entry = values.state.clone();
    const inner = new Values(this.context, entry, frame);
    model.parameters.forEach((parameter, at) => {
      const argument = call.arguments[at];
      const place = inner.place({
        kind: 'variable',
        variable: parameter,
        type: parameter.type,
        span: parameter.span,
      });
      if (!argument)
        inner.store(place, inner.fresh(`parameter${frame.key}:${parameter.name}`, parameter.type));
      else if (parameter.type.kind === 'struct' && isLvalue(argument))
        inner.copy(place, values.place(argument));
      else inner.store(place, inner.convert(values.value(argument), argument.type, parameter.type));
    });
    entry.step({ kind: 'call', span: call.calleeSpan, frame: this.frame, message: `calls ${model.name}()` });
    const exits = this.interpreter.run(frame, entry);
    countErrorsAsNegative(model, exits);
    return this.mergeExits(exits, frame).map(exit => {
      this.context.block = block.id;
      this.storeResult(exit.state, call, exit.value);
      return exit.state;
    });
  }

  /** Outcomes by property and class of the returned value; the callee's locals end. */
  protected mergeExits(exits: readonly Exit[], frame: Frame): Exit[] {
    const merged = new Map<string, Exit>();
    // The returned value is joined like a local of the caller.
    const slot = this.context.places.local(this.frame.key, RETURNED, { kind: 'unknown', name: '' }).key;
    for (const { state, value, span } of exits) {
      this.endScope(state, frame);
      if (value) state.memory.set(slot, value);
      const property = `${state.property()}>${this.outcome(state, value)}`;
      const known = merged.get(property);
      if (known) {
        const tag = `${frame.key}|exit|${this.context.number(property)}`;
        const joined = join(this.context, known.state, state, tag);
        merged.set(property, { state: joined, value: joined.memory.get(slot), span });
      } else merged.set(property, { state, value, span });
    }
    for (const exit of merged.values()) exit.state.memory.delete(slot);
    return [...merged.values()].slice(0, LIMITS.statesPerBlock);
  }

  /** The callee's locals go, and the sets of which nothing more can be said. */
  protected endScope(state: State, callee: Frame): void {
    const own = `v${callee.key}:`;
    for (const key of state.memory.keys()) if (key.startsWith(own)) state.memory.delete(key);
    for (const set of state.sets.values())
      if (set.status === 'unknown' || set.status === 'consumed' || (set.status === 'held' && !set.isExact))
        state.sets.delete(set.id);
  }

  protected outcome(state: State, value: Term | undefined): string {
    if (!value) return '';
    const number = asNumber(value);
    if (number !== undefined) return Math.sign(number).toString();
    const { low, high } = state.facts.bounds(value);
    return high < 0 ? '-1' : low > 0 ? '1' : low === 0 && high === 0 ? '0' : '?';
  }

  private leave(terminator: Terminator, state: State): void {
    this.context.observer?.(terminator, state, this.frame);
    switch (terminator.kind) {
      case 'jump':
        if (terminator.reason === 'goto') this.note(state, terminator.span, 'goto', terminator.target.id);
        this.go(terminator.target, state);
        return;
      case 'branch':
        this.branch(terminator, state);
        return;
      case 'switch':
        this.switch(terminator, state);
        return;
      case 'choice':
        terminator.targets.forEach((target, at) => {
          const next = state.clone();
          this.context.onOpenBranch?.(next, this.frame, terminator.span, undefined, at === 0);
          this.go(target, next);
        });
        return;
      case 'return': {
        const values = new Values(this.context, state, this.frame);
        const value = terminator.value && values.value(terminator.value);
        this.note(state, terminator.span, 'return', -1, value && this.frame.parent && thingsIn(state, value));
        for (const check of CHECKS) check.exit?.(this.context, values, value, terminator.span);
        this.exit({ state, value, span: terminator.span });
        return;
      }
      case 'stop':
        return;
    }
  }

  protected exit(exit: Exit): void {
    this.exits.push(exit);
  }

  private note(
    state: State,
    span: Span,
    kind: 'goto' | 'return',
    target: number,
    handedOut?: readonly string[],
  ): void {
    if (state.sets.size + state.allocations.size === 0) return;
    const text = this.context.source(span).replace(/\s+/g, ' ').replace(/;$/, '');
    const message = kind === 'return' && !text.startsWith('return') ? 'the function ends' : `\`${text}\``;
    state.step({ kind, span, frame: this.frame, message, target, handedOut });
  }

  private branch(terminator: Terminator & { kind: 'branch' }, state: State): void {
    const values = new Values(this.context, state, this.frame);
    for (const check of CHECKS) check.branch?.(this.context, values, terminator);
    const condition = values.value(terminator.condition);
    const text = this.context.source(terminator.span).replace(/\s+/g, ' ');
    const arms = [true, false].map(isTrue => ({
      isTrue,
      states: assume(this.context, state.clone(), condition, isTrue),
    }));
    const isOpen = arms.every(({ states }) => states.length > 0);
    for (const { isTrue, states } of arms) {
      const target = isTrue ? terminator.whenTrue : terminator.whenFalse;
      for (const next of states) {
        if (isOpen) this.context.onOpenBranch?.(next, this.frame, terminator.span, condition, isTrue);
        if (next.sets.size > 0)
          next.step({
            kind: 'branch',
            span: terminator.span,
            frame: this.frame,
            message: `\`${text}\` is ${isTrue ? 'true' : 'false'}`,
            target: target.id,
            isUndecided: isOpen && isFoundOnEntry(condition),
          });
        this.go(target, next);
      }
    }
  }

  private switch(terminator: Terminator & { kind: 'switch' }, state: State): void {
    const value = new Values(this.context, state, this.frame).value(terminator.value);
    let rest = [state.clone()];
    for (const { low, high, target } of terminator.cases) {
      const taken = state.clone();
      const label = new Values(this.context, taken, this.frame).value(low);
      const isSingle = low === high && (asNumber(label) !== undefined || isNamedConstant(label));
      const difference = this.context.terms.subtract(value, label);
      const equal = this.context.terms.operation('==', difference);
      const others = isSingle ? rest.flatMap(each => assume(this.context, each, equal, false)) : rest;
      if (others.length > 0) this.context.onOpenBranch?.(taken, this.frame, low.span, equal, true);
      if (!isSingle) this.go(target, taken);
      else
        for (const next of assume(this.context, taken, equal, true)) {
          for (const other of others) this.context.onOpenBranch?.(other, this.frame, low.span, equal, false);
          // The value is the label from here on: a second switch over it goes the same way.
          if (value.kind === 'symbol' && isNamedConstant(label))
            this.context.rename(next, atom => (atom === value ? label : undefined));
          this.go(target, next);
        }
      rest = others;
    }
    for (const each of rest) this.go(terminator.otherwise, each);
  }
}

/** What a value leads to, as faults name it: acquisitions and allocations. */
function thingsIn(state: State, value: Term): string[] {
  const allocation = allocationOf(state, value);
  return [...setsOf(state, value).map(set => set.acquisition.key), ...(allocation ? [allocation.id] : [])];
}
