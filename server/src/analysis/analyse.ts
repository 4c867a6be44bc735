import { Cancelled, type CancelSignal } from '../base/cancel.ts';
import type { Span } from '../base/text.ts';
import { type CallInstruction, callsOf, type FunctionModel, type Program } from '../program/model.ts';
import { isPointerToStruct, PAGE_TAGS, type Type } from '../program/types.ts';
import { type Acquire, type Effect, type FunctionRow, isFollowed } from '../semantics/effects.ts';
import type { Direction, IteratorKind, Mode } from '../semantics/holds.ts';
import type { EffectTable } from '../semantics/table.ts';
import { isJudgedAtCallers } from './callers.ts';
import { Context, clearer, type Fault, type FaultKind } from './context.ts';
import { judgeDirtying } from './dirtying.ts';
import { judgeExits } from './exits.ts';
import { type Fates, noFates, noteFates } from './fates.ts';
import { rootFrame, rootOf } from './frames.ts';
import { type Exit, Interpreter, returnsPages, type Scope, TooComplex } from './interpret.ts';
import { LIMITS } from './limits.ts';
import { judgeMemberArrays } from './memberArrays.ts';
import { judgeMembers } from './memberFaults.ts';
import { Members, noteStores } from './members.ts';
import { PageFlow } from './pageFlow.ts';
import { replay } from './replay.ts';
import { startOf } from './root.ts';
import type { Release } from './state.ts';

const ITERATOR_TAGS = new Set(['struct iov_iter']);

/** A call that acquires, with what the analysis learned of it in all contexts it was seen in. */
export interface AcquisitionSite extends SiteEvidence {
  /** By the root function from which the call was seen: what its context says. */
  readonly evidence: Map<string, SiteEvidence>;
  readonly call: CallInstruction;
  readonly function: FunctionModel;
  readonly row: FunctionRow;
  readonly callee: string;
  readonly effect: Acquire;
  readonly releases: Map<number, Release>;
  readonly fates: Fates;
}

export interface SiteEvidence {
  readonly modes: Set<Mode>;
  readonly kinds: Set<IteratorKind>;
  readonly directions: Set<Direction | 'variable'>;
}

/** What no single path was found to do is not said: what is under way is known of merged paths only roughly. */
const ON_ONE_PATH: ReadonlySet<FaultKind> = new Set([
  'early-release',
  'foreign-iterator',
  'escaping-iterator',
]);

const PATHS_LEFT_OUT = `more than ${LIMITS.statesPerBlock} states met at one place: some paths were left out`;

export interface AnalysisResult {
  readonly faults: readonly Fault[];
  readonly sites: readonly AcquisitionSite[];
  readonly flow: PageFlow;
  readonly given: readonly { readonly function: FunctionModel; readonly reason: string }[];
}

/**
 * Analyses every function of a file that can reach an acquisition.
 * @param isRoot whether the function at a place is analysed for itself; others only where they are called.
 */
export function analyse(
  program: Program,
  table: EffectTable,
  isCancelled: CancelSignal,
  isRoot: (span: Span) => boolean = () => true,
): AnalysisResult {
  const mattering = matteringFunctions(program, table);
  const sites = new Map<number, AcquisitionSite>();
  for (const model of program.functions.values()) collectSites(model, table, sites);
  const faults: Fault[] = [];
  const members = new Members();
  const runs = new Map<FunctionModel, { readonly context: Context; readonly scope: Scope }>();
  const given: { function: FunctionModel; reason: string }[] = [];
  const own = new Map([...program.functions].filter(([, { span }]) => isRoot(span)));
  const hasOthers = own.size < program.functions.size;
  const withoutOthers = hasOthers ? matteringFunctions({ ...program, functions: own }, table) : mattering;
  const contextOf = (model: FunctionModel): Context =>
    new Context(program, table, members, isCancelled, (acquisition, mode, kinds, direction) => {
      const site = sites.get(acquisition.span.start);
      if (!site) return;
      const evidence = site.evidence.get(model.name) ?? newEvidence();
      site.evidence.set(model.name, evidence);
      evidence.modes.add(mode);
      for (const kind of kinds) evidence.kinds.add(kind);
      evidence.directions.add(direction);
    });
  for (const model of program.functions.values()) {
    if (!isRoot(model.span) || !isWorthwhile(model, mattering)) continue;
    if (isCancelled()) throw new Cancelled();
    if (model.blocks.length > LIMITS.rootBlocks) {
      given.push({ function: model, reason: `the function has over ${LIMITS.rootBlocks} basic blocks` });
      continue;
    }
    // What other files do is left to convention where following it is too much.
    const run = firstThatEnds([mattering, ...(hasOthers ? [withoutOthers] : [])], seen => {
      const scope = scopeOf(model, seen);
      const context = contextOf(model);
      const exits = isWorthwhile(model, seen) ? runRoot(context, model, scope, budgetOf(model, seen)) : [];
      return { context, scope, exits };
    });
    if (typeof run === 'string') {
      given.push({ function: model, reason: run });
      continue;
    }
    const { context, exits } = run;
    noteFates(rootFrame(model), exits, start => sites.get(start)?.fates);
    faults.push(...context.faults.values());
    runs.set(model, run);
    if (context.leftOut) given.push({ function: model, reason: PATHS_LEFT_OUT });
    for (const site of sites.values())
      for (const release of context.releases.ofCall(site.call.span.start))
        site.releases.set(release.span.start, release);
  }
  members.hasPins = [...sites.values()].some(site => /pin|by-direction/.test(site.effect.hold));
  for (const site of sites.values()) judgeAtCallers(program, site);
  const flow = new PageFlow(program, table);
  faults.push(...judgeMembers(members, flow, [...sites.values()]));
  faults.push(...judgeMemberArrays(program, table, flow));
  faults.push(...judgeDirtying([...sites.values()], members, program));
  const replayed = distinct(faults).map(fault => {
    const run = runs.get(rootOf(fault.frame).function);
    // What is judged over the whole file happens on no single path.
    return run?.context.hasSeen(fault) ? replay(run.context, fault, run.scope) : fault;
  });
  return {
    faults: replayed.filter(fault => fault.isReplayed !== false || !ON_ONE_PATH.has(fault.kind)),
    sites: [...sites.values()],
    flow,
    given,
  };
}

/** What the analysis of a root gave with the first of several views of the program with which it ends, or why none did. */
function firstThatEnds<Run>(views: readonly Mattering[], run: (view: Mattering) => Run): Run | string {
  let reason = '';
  for (const view of views)
    try {
      return run(view);
    } catch (error) {
      if (!(error instanceof TooComplex)) throw error;
      reason = error.message;
    }
  return reason;
}

function isWorthwhile({ name }: FunctionModel, { acquiring, touching }: Mattering): boolean {
  return acquiring.has(name) || touching.has(name);
}

/** How many instructions the analysis of a root may take: most where the acquisition stands. */
function budgetOf({ name }: FunctionModel, { direct, acquiring }: Mattering): number {
  if (direct.has(name)) return LIMITS.stepsPerRoot;
  return acquiring.has(name) ? LIMITS.stepsPerCallingRoot : LIMITS.stepsPerTouchingRoot;
}

function runRoot(context: Context, model: FunctionModel, scope: Scope, maxSteps: number): Exit[] {
  const { frame, entry } = startOf(context, model);
  const interpreter = new Interpreter(context, scope, maxSteps);
  const exits = interpreter.run(frame, entry);
  for (const { state } of exits) noteStores(context, state, context.members);
  if (maxSteps > LIMITS.stepsPerTouchingRoot) judgeExits(context, frame, exits);
  return exits;
}

/** What the analysis of a function goes into. */
export function scopeOf(model: FunctionModel, mattering: Mattering): Scope {
  const { acquiring, all, reaching, builders, releasers } = mattering;
  return {
    // Below a function that only touches pages, what acquires is analysed by itself.
    matters: name => all.has(name) && (acquiring.has(model.name) || !reaching.has(name)),
    acquires: name => reaching.has(name),
    builds: name => builders.has(name),
    // What is given pages that were acquired here is followed anyway.
    releases: name => !acquiring.has(model.name) && releasers.has(name),
  };
}

const newEvidence = (): SiteEvidence => ({ modes: new Set(), kinds: new Set(), directions: new Set() });

/** What a static function is given is known where all its callers are in view: its own unknown parameters say nothing. */
function judgeAtCallers(program: Program, site: AcquisitionSite): void {
  const { evidence } = site;
  const isSeenFromCallers = (name: string): boolean => {
    const model = program.functions.get(name);
    const isSeen = (program.callers.get(name) ?? []).every(caller => evidence.has(caller));
    return model !== undefined && isSeen && isJudgedAtCallers(program, model);
  };
  const own = [...evidence.keys()].filter(isSeenFromCallers);
  // Functions that only call each other have no caller to judge them at.
  if (own.length < evidence.size) for (const name of own) evidence.delete(name);
  for (const { modes, kinds, directions } of evidence.values()) {
    for (const mode of modes) site.modes.add(mode);
    for (const kind of kinds) site.kinds.add(kind);
    for (const direction of directions) site.directions.add(direction);
  }
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
  /** Static functions that build an iterator which is not their own. */
  readonly builders: ReadonlySet<string>;
  /** Small static functions that release pages, in a file whose pages carry different holds: a flag may tell which. */
  readonly releasers: ReadonlySet<string>;
  /** Those that acquire, and their callers: analysed by themselves with all that they call. */
  readonly acquiring: ReadonlySet<string>;
  /** Those in which an acquiring call stands. */
  readonly direct: ReadonlySet<string>;
  /** Those that build, ask, mark dirty or release: analysed by themselves, without what acquires below them. */
  readonly touching: ReadonlySet<string>;
}

/** Functions that acquire or build iterators, and functions whose effects on pages, arrays or iterators must be seen in their callers. */
export function matteringFunctions(program: Program, table: EffectTable): Mattering {
  const all = new Set<string>();
  const acquiring = new Set<string>();
  const builders = new Set<string>();
  const constructing = new Set<string>();
  const releasers = new Set<string>();
  const holds = new Set<string>();
  const touching = new Set<string>();
  for (const model of program.functions.values())
    for (const call of callsOf(model)) {
      const row = call.callee === undefined ? undefined : table.row(call.callee);
      if (!row) continue;
      if (row.effects.some(effect => isFollowed(effect) || isExtraction(effect))) acquiring.add(model.name);
      for (const effect of row.effects)
        if (effect.kind === 'acquire' && effect.extraction) holds.add(effect.hold);
      if (row.effects.some(effect => effect.kind === 'construct')) constructing.add(model.name);
      if (buildsForCaller(model, call, row)) builders.add(model.name);
      const isReleasing = row.effects.some(effect => effect.kind === 'release');
      if (model.isStatic && isReleasing && isLeaf(model, program)) releasers.add(model.name);
      if (row.effects.some(effect => SEEN_IN_CALLERS.test(effect.kind))) all.add(model.name);
      if (row.effects.some(effect => /^(release|construct|query|dirty)$/.test(effect.kind)))
        touching.add(model.name);
      if (row.effects.some(effect => effect.kind === 'flag' && effect.act === 'set')) {
        all.add(model.name);
        touching.add(model.name);
      }
    }
  for (const model of program.functions.values()) {
    if (movesPages(model)) touching.add(model.name);
    if (keepsIterators(model, table)) for (const names of [all, touching]) names.add(model.name);
    if (returnsPages(model)) all.add(model.name);
  }
  for (const name of acquiring) all.add(name);
  const direct = new Set(acquiring);
  const reaching = new Set(acquiring);
  spread(program, all, Number.POSITIVE_INFINITY);
  spread(program, reaching, Number.POSITIVE_INFINITY);
  // What an iterator was built as matters to what acquires from it, however far below.
  for (const name of constructing) if (reaching.has(name)) acquiring.add(name);
  for (const names of [acquiring, touching]) spread(program, names, LIMITS.callerSteps);
  const isMixed =
    [...holds].some(hold => !/^(pin|get|none)$/.test(hold)) || (holds.has('pin') && holds.has('get'));
  if (!isMixed) releasers.clear();
  return { all, reaching, direct, acquiring, builders, releasers, touching };
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

/** Whether a function calls no other of its file. */
const isLeaf = (model: FunctionModel, program: Program): boolean =>
  callsOf(model).every(({ callee }) => callee === undefined || !program.functions.has(callee));

/** Whether a function puts an iterator, or a pointer to one, into something that is no local, or lets a request go on with it. */
function keepsIterators(model: FunctionModel, table: EffectTable): boolean {
  return model.blocks.some(block =>
    block.instructions.some(instruction => {
      if (instruction.kind === 'assign')
        return instruction.place.kind !== 'variable' && isIterator(instruction.value.type);
      if (instruction.kind !== 'call' || !instruction.callee) return false;
      if (/^_*mem(cpy|move)$/.test(instruction.callee))
        return instruction.arguments.some(each => isIterator(each.type));
      const row = table.row(instruction.callee);
      return row?.effects.some(
        effect => effect.kind === 'duplicate' || (effect.kind === 'transfer' && effect.asynchronous === true),
      );
    }),
  );
}

const isIterator = (type: Type): boolean =>
  (type.kind === 'struct' && ITERATOR_TAGS.has(type.tag)) || isPointerToStruct(type, ITERATOR_TAGS, 1);

const isExtraction = (effect: Effect): boolean => effect.kind === 'acquire' && effect.extraction === true;

const SEEN_IN_CALLERS = /^(acquire|release|free|allocate|construct|store|dirty|transfer)$/;

/** The function builds an iterator that is not its own: it is used where the function was called from. */
function buildsForCaller(model: FunctionModel, call: CallInstruction, row: FunctionRow): boolean {
  return row.effects.some(effect => {
    if (effect.kind !== 'construct') return false;
    let at = call.arguments[effect.iterator - 1];
    while (at?.kind === 'address' || at?.kind === 'member') at = at.kind === 'address' ? at.of : at.object;
    const isOwn = at?.kind === 'variable' && at.variable.kind !== 'parameter';
    return !isOwn && model.isStatic;
  });
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
      row,
      callee: row.name,
      effect,
      evidence: new Map(),
      ...newEvidence(),
      releases: new Map(),
      fates: noFates(),
    });
  }
}
