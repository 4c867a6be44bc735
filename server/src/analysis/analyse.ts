import { Cancelled, type CancelSignal } from '../base/cancel.ts';
import type { CallInstruction, FunctionModel, Program } from '../program/model.ts';
import { isPointerToStruct, PAGE_TAGS } from '../program/types.ts';
import type { Acquire } from '../semantics/effects.ts';
import type { Direction, IteratorKind, Mode } from '../semantics/holds.ts';
import type { EffectTable } from '../semantics/table.ts';
import { isFollowed } from './calls.ts';
import { Context, clearer, type Fault } from './context.ts';
import { judgeDirtying } from './dirtying.ts';
import { judgeExits } from './exits.ts';
import { type Fates, noFates, noteFates } from './fates.ts';
import { rootFrame, rootOf } from './frames.ts';
import { type Exit, Interpreter, returnsPages, TooComplex } from './interpret.ts';
import { LIMITS } from './limits.ts';
import { judgeMembers } from './memberFaults.ts';
import { Members, noteStores } from './members.ts';
import { PageFlow } from './pageFlow.ts';
import { replay, type Scope } from './replay.ts';
import { startOf } from './root.ts';
import type { Release } from './state.ts';

/** A call that acquires, with what the analysis learned of it in all contexts it was seen in. */
export interface AcquisitionSite {
  readonly call: CallInstruction;
  readonly function: FunctionModel;
  readonly callee: string;
  readonly effect: Acquire;
  readonly modes: Set<Mode>;
  readonly kinds: Set<IteratorKind>;
  readonly directions: Set<Direction | 'variable'>;
  readonly releases: Map<number, Release>;
  readonly fates: Fates;
}

const PATHS_LEFT_OUT = `more than ${LIMITS.statesPerBlock} states met at one place: some paths were left out`;

export interface AnalysisResult {
  readonly faults: readonly Fault[];
  readonly sites: readonly AcquisitionSite[];
  readonly flow: PageFlow;
  readonly given: readonly { readonly function: FunctionModel; readonly reason: string }[];
}

/** Analyses every function of a file that can reach an acquisition. */
export function analyse(program: Program, table: EffectTable, isCancelled: CancelSignal): AnalysisResult {
  const mattering = matteringFunctions(program, table);
  const sites = new Map<number, AcquisitionSite>();
  for (const model of program.functions.values()) collectSites(model, table, sites);
  const faults: Fault[] = [];
  const members = new Members();
  const runs = new Map<FunctionModel, { readonly context: Context; readonly scope: Scope }>();
  const given: { function: FunctionModel; reason: string }[] = [];
  for (const model of program.functions.values()) {
    const isAcquiring = mattering.acquiring.has(model.name);
    if (!isAcquiring && !mattering.touching.has(model.name)) continue;
    if (isCancelled()) throw new Cancelled();
    if (model.blocks.length > LIMITS.rootBlocks) {
      given.push({ function: model, reason: `the function has over ${LIMITS.rootBlocks} basic blocks` });
      continue;
    }
    const context = new Context(
      program,
      table,
      members,
      isCancelled,
      (acquisition, mode, kinds, direction) => {
        const site = sites.get(acquisition.span.start);
        if (!site) return;
        site.modes.add(mode);
        for (const kind of kinds) site.kinds.add(kind);
        site.directions.add(direction);
      },
    );
    try {
      const scope = scopeOf(model, mattering);
      const exits = runRoot(context, model, scope, isAcquiring);
      noteFates(rootFrame(model), exits, start => sites.get(start)?.fates);
      faults.push(...context.faults.values());
      runs.set(model, { context, scope });
      if (context.leftOut) given.push({ function: model, reason: PATHS_LEFT_OUT });
      for (const site of sites.values())
        for (const release of context.releases.ofCall(site.call.span.start))
          site.releases.set(release.span.start, release);
    } catch (error) {
      if (!(error instanceof TooComplex)) throw error;
      given.push({ function: model, reason: error.message });
    }
  }
  members.hasPins = [...sites.values()].some(site => /pin|by-direction/.test(site.effect.hold));
  faults.push(...judgeMembers(members), ...judgeDirtying([...sites.values()], members, program));
  const replayed = distinct(faults).map(fault => {
    const run = runs.get(rootOf(fault.frame).function);
    // What is judged over the whole file happens on no single path.
    return run?.context.hasSeen(fault) ? replay(run.context, fault, run.scope) : fault;
  });
  const flow = new PageFlow(program, table);
  return { faults: replayed, sites: [...sites.values()], flow, given };
}

function runRoot(context: Context, model: FunctionModel, scope: Scope, isAcquiring: boolean): Exit[] {
  const { frame, entry } = startOf(context, model);
  const interpreter = new Interpreter(
    context,
    scope.matters,
    scope.acquires,
    isAcquiring ? LIMITS.stepsPerRoot : LIMITS.stepsPerTouchingRoot,
  );
  const exits = interpreter.run(frame, entry);
  for (const { state } of exits) noteStores(context, state, context.members);
  if (isAcquiring) judgeExits(context, frame, exits);
  return exits;
}

/** What the analysis of a function goes into. */
export function scopeOf(model: FunctionModel, { acquiring, all, reaching }: Mattering): Scope {
  return {
    // Below a function that only touches pages, what acquires is analysed by itself.
    matters: name => all.has(name) && (acquiring.has(model.name) || !reaching.has(name)),
    acquires: name => reaching.has(name),
  };
}

/** The same fault seen from several roots is one; the shortest path explains it best. */
function distinct(faults: readonly Fault[]): Fault[] {
  const byPlace = new Map<string, Fault>();
  for (const fault of faults) {
    const isLoss = fault.kind === 'leak' || fault.kind === 'array-leak';
    const key = `${fault.kind}:${isLoss ? '' : fault.span.start}:${fault.origin.span.start}`;
    const known = byPlace.get(key);
    byPlace.set(key, known ? clearer(known, fault) : fault);
  }
  return [...byPlace.values()];
}

export interface Mattering {
  /** Functions with any effect on pages, arrays or iterators, and their callers. */
  readonly all: ReadonlySet<string>;
  /** Functions from which an acquisition can be reached. */
  readonly reaching: ReadonlySet<string>;
  /** Those that acquire, and their callers: analysed by themselves with all that they call. */
  readonly acquiring: ReadonlySet<string>;
  /** Those that build, ask or release: analysed by themselves, without what acquires below them. */
  readonly touching: ReadonlySet<string>;
}

/** Functions that acquire, and functions whose effects on pages, arrays or iterators must be seen in their callers. */
export function matteringFunctions(program: Program, table: EffectTable): Mattering {
  const all = new Set<string>();
  const acquiring = new Set<string>();
  const touching = new Set<string>();
  for (const model of program.functions.values())
    for (const call of callsOf(model)) {
      const row = call.callee === undefined ? undefined : table.row(call.callee);
      if (!row) continue;
      if (row.effects.some(isFollowed)) acquiring.add(model.name);
      if (
        row.effects.some(effect =>
          /^(acquire|release|free|allocate|construct|store|dirty)$/.test(effect.kind),
        )
      )
        all.add(model.name);
      if (row.effects.some(effect => /^(release|construct|query)$/.test(effect.kind)))
        touching.add(model.name);
      if (row.effects.some(effect => effect.kind === 'flag' && effect.act === 'set')) {
        all.add(model.name);
        touching.add(model.name);
      }
    }
  for (const model of program.functions.values()) {
    if (movesPages(model)) touching.add(model.name);
    if (returnsPages(model)) all.add(model.name);
  }
  for (const name of acquiring) all.add(name);
  const reaching = new Set(acquiring);
  spread(program, all, Number.POSITIVE_INFINITY);
  spread(program, reaching, Number.POSITIVE_INFINITY);
  spread(program, acquiring, LIMITS.callerSteps);
  spread(program, touching, LIMITS.callerSteps);
  return { all, reaching, acquiring, touching };
}

/** Whether a function stores a page, or an array of pages, in something that is no local. */
function movesPages(model: FunctionModel): boolean {
  return model.blocks.some(block =>
    block.instructions.some(
      instruction =>
        instruction.kind === 'assign' &&
        instruction.place.kind !== 'variable' &&
        [1, 2].some(depth => isPointerToStruct(instruction.value.type, PAGE_TAGS, depth)),
    ),
  );
}

/** Adds the callers of what is in the set, up to so many steps away. */
function spread(program: Program, names: Set<string>, steps: number): void {
  let edge = [...names];
  for (let step = 0; step < steps && edge.length > 0; step++) {
    const callers = new Set(edge.flatMap(name => program.callers.get(name) ?? []));
    edge = [...callers].filter(caller => !names.has(caller) && program.functions.has(caller));
    for (const caller of edge) names.add(caller);
  }
}

function callsOf(model: FunctionModel): CallInstruction[] {
  return model.blocks.flatMap(block =>
    block.instructions.filter((instruction): instruction is CallInstruction => instruction.kind === 'call'),
  );
}

function collectSites(model: FunctionModel, table: EffectTable, sites: Map<number, AcquisitionSite>): void {
  for (const call of callsOf(model)) {
    const row = call.callee === undefined ? undefined : table.row(call.callee);
    const effect = row?.effects.find(
      (each): each is Acquire => each.kind === 'acquire' && each.extraction === true,
    );
    if (!row || !effect) continue;
    sites.set(call.span.start, {
      call,
      function: model,
      callee: row.name,
      effect,
      modes: new Set(),
      kinds: new Set(),
      directions: new Set(),
      releases: new Map(),
      fates: noFates(),
    });
  }
}
