import type { Span } from '../base/text.ts';
import { targetsOf } from '../program/liveness.ts';
import {
  type Block,
  type CallInstruction,
  callsOf,
  type Expression,
  type FunctionModel,
  type Program,
} from '../program/model.ts';
import { LEAVES_MEMORY, TAKES_MEMORY } from '../semantics/completions.ts';
import type { FunctionRow } from '../semantics/effects.ts';
import type { Direction } from '../semantics/holds.ts';
import { OPERATIONS } from '../semantics/operations.ts';
import type { EffectTable } from '../semantics/table.ts';
import { callbacksOf } from './callbacks.ts';
import { isMember, type Location, locationsOf, structOf, variableLocation } from './locations.ts';

/** A call in a completion, work function or thread, or below it, that moves data through a kept iterator. */
export interface LaterUse {
  readonly location: Location;
  readonly callback: FunctionModel;
  readonly function: FunctionModel;
  readonly callee: string;
  readonly span: Span;
  /** The callback's own call that leads there. */
  readonly within: CallInstruction;
  /** Undefined: it works either way. */
  readonly direction: Direction | undefined;
  /** The memory of a process may have been taken on before, or the author asks whose memory it is. */
  readonly isSafe: boolean;
}

/** What the callbacks of a file do with iterators that were kept for them. */
export interface LaterUses {
  readonly uses: readonly LaterUse[];
  /** Structs whose members the callbacks look at: what these do with such an object is in view. */
  readonly structs: ReadonlySet<string>;
}

/** From the callback down to the function that uses the iterator. */
const CALLEE_STEPS = 4;

const found = new WeakMap<Program, LaterUses>();

/** The uses of kept iterators in everything that runs later. */
export function laterUsesOf(program: Program, table: EffectTable): LaterUses {
  let uses = found.get(program);
  if (!uses) {
    uses = new Search(program, table).run();
    found.set(program, uses);
  }
  return uses;
}

/** A function on the way from a callback. */
interface Visit {
  readonly model: FunctionModel;
  readonly callback: FunctionModel;
  /** What its parameters stand for. */
  readonly given: ReadonlyMap<Location, readonly Location[]>;
  readonly isSafe: boolean;
  readonly callers: readonly FunctionModel[];
  readonly within: CallInstruction | undefined;
}

class Search {
  private readonly uses: LaterUse[] = [];
  private readonly structs = new Set<string>();

  constructor(
    private readonly program: Program,
    private readonly table: EffectTable,
  ) {}

  run(): LaterUses {
    // What runs in the task itself has the memory of the process at hand.
    const callbacks = new Map<FunctionModel, boolean>();
    for (const { model, isForeign } of callbacksOf(this.program))
      callbacks.set(model, !isForeign && callbacks.get(model) !== false);
    for (const [model, isSafe] of callbacks)
      this.visit({ model, callback: model, given: new Map(), isSafe, callers: [], within: undefined });
    return { uses: this.uses, structs: this.structs };
  }

  private visit(visit: Visit): void {
    const { model } = visit;
    const names = this.namesIn(visit);
    const safe = blocksWithMemory(model, visit.isSafe || this.asksWhose(model));
    for (const block of model.blocks) {
      let isSafe = safe.has(block);
      for (const instruction of block.instructions)
        if (instruction.kind === 'call') {
          isSafe = afterCall(instruction, isSafe);
          this.call(visit, names, instruction, isSafe);
        }
    }
  }

  private call(visit: Visit, names: Names, call: CallInstruction, isSafe: boolean): void {
    const { model, callback } = visit;
    for (const argument of call.arguments) this.noteStruct(argument);
    const row = call.callee === undefined ? undefined : this.table.row(call.callee);
    for (const { iterator, direction } of usesIn(call, row)) {
      const argument = call.arguments[iterator - 1];
      const callee = call.callee ?? this.program.text.slice(call.calleeSpan.start, call.calleeSpan.end);
      for (const location of argument ? names(argument) : [])
        if (isMember(location))
          this.uses.push({
            location,
            callback,
            function: model,
            callee,
            span: call.calleeSpan,
            within: visit.within ?? call,
            direction,
            isSafe,
          });
    }
    const target = call.callee === undefined || row ? undefined : this.program.functions.get(call.callee);
    if (!target || visit.callers.length >= CALLEE_STEPS || visit.callers.includes(target)) return;
    const given = new Map<Location, readonly Location[]>();
    target.parameters.forEach((parameter, at) => {
      const argument = call.arguments[at];
      if (argument && structOf(parameter.type) === 'struct iov_iter')
        given.set(variableLocation(target, parameter.id), names(argument));
    });
    this.visit({
      model: target,
      callback,
      given,
      isSafe,
      callers: [...visit.callers, model],
      within: visit.within ?? call,
    });
  }

  /** The members that an expression of a function stands for, through locals that are pointers to iterators or copies. */
  private namesIn({ model, given }: Visit): Names {
    const aliases = new Map<Location, Location[]>();
    for (const block of model.blocks)
      for (const instruction of block.instructions) {
        if (instruction.kind !== 'assign') continue;
        this.noteStruct(instruction.value);
        this.noteStruct(instruction.place);
        const { place, value } = instruction;
        if (place.kind !== 'variable' || structOf(place.type) !== 'struct iov_iter') continue;
        const at = variableLocation(model, place.variable.id);
        aliases.set(at, [...(aliases.get(at) ?? []), ...locationsOf(model, value)]);
      }
    return expression => {
      const seen = new Set(locationsOf(model, expression));
      for (const location of seen)
        for (const next of [...(aliases.get(location) ?? []), ...(given.get(location) ?? [])]) seen.add(next);
      return [...seen];
    };
  }

  private noteStruct(expression: Expression): void {
    if (expression.kind === 'member') {
      if (expression.object.type.kind === 'struct') this.structs.add(expression.object.type.tag);
      this.noteStruct(expression.object);
    } else if (expression.kind === 'cast') this.noteStruct(expression.operand);
    else if (expression.kind === 'address') this.noteStruct(expression.of);
    else if (expression.kind === 'dereference') {
      const tag = structOf(expression.type);
      if (tag) this.structs.add(tag);
      this.noteStruct(expression.pointer);
    }
  }

  /** The function asks what is behind the iterator, or whose memory it runs in: it knows what it does. */
  private asksWhose(model: FunctionModel): boolean {
    if (/\bcurrent\s*->\s*mm\b/.test(this.program.text.slice(model.span.start, model.span.end))) return true;
    return callsOf(model).some(({ callee }) =>
      (callee === undefined ? undefined : this.table.row(callee))?.effects.some(
        effect => effect.kind === 'query' && effect.question === 'kinds',
      ),
    );
  }
}

/** An argument that is an iterator, and in which direction the call moves data through it. */
interface IteratorArgument {
  readonly iterator: number;
  readonly direction: Direction | undefined;
}

type Names = (expression: Expression) => readonly Location[];

function usesIn(call: CallInstruction, row: FunctionRow | undefined): IteratorArgument[] {
  if (row)
    return row.effects.flatMap((effect): IteratorArgument[] => {
      if (effect.kind === 'transfer' && !effect.member) return [effect];
      return effect.kind === 'acquire' && effect.iterator !== undefined
        ? [{ iterator: effect.iterator, direction: undefined }]
        : [];
    });
  const operation = call.target?.kind === 'dereference' ? call.target.pointer : call.target;
  if (call.callee !== undefined || operation?.kind !== 'member') return [];
  return OPERATIONS.filter(each => each.member === operation.member && !each.within).slice(0, 1);
}

function afterCall({ callee }: CallInstruction, isSafe: boolean): boolean {
  if (callee === undefined) return isSafe;
  return TAKES_MEMORY.has(callee) || (isSafe && !LEAVES_MEMORY.has(callee));
}

/** The blocks at whose beginning the memory of a process may have been taken on. */
function blocksWithMemory(model: FunctionModel, atEntry: boolean): ReadonlySet<Block> {
  const safe = new Set<Block>(atEntry ? [model.entry] : []);
  const queue = [...model.blocks];
  for (let block = queue.pop(); block; block = queue.pop()) {
    let isSafe = safe.has(block);
    for (const instruction of block.instructions)
      if (instruction.kind === 'call') isSafe = afterCall(instruction, isSafe);
    if (!isSafe) continue;
    for (const target of targetsOf(block.terminator))
      if (!safe.has(target)) {
        safe.add(target);
        queue.push(target);
      }
  }
  return safe;
}
