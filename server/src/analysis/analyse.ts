import { Cancelled, type CancelSignal } from '../base/cancel.ts';
import type { Span } from '../base/text.ts';
import { type CallInstruction, callsOf, type FunctionModel, type Program } from '../program/model.ts';
import type { Acquire, FunctionRow } from '../semantics/effects.ts';
import type { Direction, IteratorKind, Mode } from '../semantics/holds.ts';
import type { EffectTable } from '../semantics/table.ts';
import { judgeCompletions } from './absence.ts';
import { judgeBioEnds } from './bioEnds.ts';
import { judgeBioQuestions } from './bioQuestions.ts';
import { isJudgedAtCallers } from './callers.ts';
import { Context, clearer, type Fault, type FaultKind } from './context.ts';
import { judgeDirtying } from './dirtying.ts';
import { judgeExits } from './exits.ts';
import { type Fates, noFates, noteFates } from './fates.ts';
import { rootFrame, rootOf } from './frames.ts';
import { type Exit, Interpreter, TooComplex } from './interpret.ts';
import { judgeLeftCounts, noteLeftCounts } from './leftCounts.ts';
import { LIMITS } from './limits.ts';
import { type Mattering, matteringFunctions, scopeOf } from './mattering.ts';
import { judgeMemberArrays } from './memberArrays.ts';
import { judgeMembers } from './memberFaults.ts';
import { Members, noteStores } from './members.ts';
import { judgeNeverReleased } from './neverReleased.ts';
import { PageFlow } from './pageFlow.ts';
import { Provenances } from './provenance.ts';
import { judgeProvenance } from './provenanceFaults.ts';
import { replay } from './replay.ts';
import { startOf } from './root.ts';
import type { Scope } from './scope.ts';
import { judgeStaleCounts } from './staleCounts.ts';
import type { Release } from './state.ts';

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

/**
 * Why a function is part of a program: it is the file's own; it belongs to another file and shows what is done with the
 * same members; or it is there for its callers.
 */
export type Role = 'own' | 'evidence' | 'callee';

/** What no single path was found to do is not said: merged paths know what is under way, or remains, only roughly. */
const ON_ONE_PATH: ReadonlySet<FaultKind> = new Set([
  'leak',
  'early-release',
  'foreign-iterator',
  'escaping-iterator',
  'completion-leak',
]);

/** What may also follow from the file as a whole. */
const ON_NO_PATH: ReadonlySet<FaultKind> = new Set(['wrong-release', 'not-dirtied', 'completion-leak']);

const PATHS_LEFT_OUT = `more than ${LIMITS.statesPerBlock} states met at one place: some paths were left out`;

export interface AnalysisResult {
  readonly faults: readonly Fault[];
  readonly sites: readonly AcquisitionSite[];
  readonly flow: PageFlow;
  readonly given: readonly { readonly function: FunctionModel; readonly reason: string }[];
}

/**
 * Analyses every function of a file that can reach an acquisition.
 * @param roleOf why the function at a place is there.
 */
export function analyse(
  program: Program,
  table: EffectTable,
  isCancelled: CancelSignal,
  roleOf: (span: Span) => Role = () => 'own',
): AnalysisResult {
  const mattering = matteringFunctions(program, table);
  const sites = new Map<number, AcquisitionSite>();
  for (const model of program.functions.values()) collectSites(model, table, sites);
  const faults: Fault[] = [];
  const members = new Members();
  const runs = new Map<FunctionModel, Run>();
  const given: { function: FunctionModel; reason: string }[] = [];
  const flow = new PageFlow(program, table);
  const own = new Map([...program.functions].filter(([, { span }]) => roleOf(span) !== 'callee'));
  const hasOthers = own.size < program.functions.size;
  const withoutOthers = hasOthers ? matteringFunctions({ ...program, functions: own }, table) : mattering;
  const costs = new Map<string, number>();
  const tookOver = (steps: number) => (name: string) => (costs.get(name) ?? 0) > steps;
  // What other files do, and what takes long, is left to convention where following it is too much.
  const views: readonly View[] = [
    { seen: mattering, isTooLong: tookOver(LIMITS.stepsPerCallee), share: 1 },
    { seen: withoutOthers, isTooLong: tookOver(LIMITS.stepsPerCalleeOfLong), share: LIMITS.secondAttempt },
  ];
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
  for (const model of calleesFirst(program)) {
    const role = roleOf(model.span);
    if (role === 'callee' || !isWorthwhile(model, mattering)) continue;
    if (isCancelled()) throw new Cancelled();
    if (model.blocks.length > LIMITS.rootBlocks) {
      given.push({ function: model, reason: `the function has over ${LIMITS.rootBlocks} basic blocks` });
      continue;
    }
    const attempt = ({ seen, isTooLong, share }: View): Run => {
      const scope = scopeOf(model, seen, isTooLong);
      const context = contextOf(model);
      const interpreter = new Interpreter(context, scope, share * budgetOf(model, seen, role));
      const exits = isWorthwhile(model, seen)
        ? runRoot(context, model, interpreter, seen.acquiring.has(model.name) ? flow : undefined)
        : [];
      return { context, scope, exits };
    };
    const run = firstThatEnds(role === 'own' ? views : views.slice(0, 1), attempt);
    costs.set(model.name, typeof run === 'string' ? Number.POSITIVE_INFINITY : run.context.steps);
    if (typeof run === 'string') {
      given.push({ function: model, reason: run });
      continue;
    }
    const { context, exits } = run;
    noteFates(context, rootFrame(model), exits, start => sites.get(start)?.fates);
    faults.push(...context.faults.values());
    runs.set(model, run);
    if (context.leftOut) given.push({ function: model, reason: PATHS_LEFT_OUT });
    for (const site of sites.values())
      for (const release of context.releases.ofCall(site.call.span.start))
        site.releases.set(release.span.start, release);
  }
  members.hasPins = [...sites.values()].some(site => /pin|by-direction/.test(site.effect.hold));
  for (const site of sites.values()) judgeAtCallers(program, site);
  const provenances = new Provenances(program, table, flow, [...sites.values()]);
  // What is judged over the whole file happens on no single path.
  const overall = [
    ...judgeMembers(program, members, flow, provenances),
    ...judgeLeftCounts(members),
    ...judgeStaleCounts(program, members),
    ...judgeMemberArrays(program, table, flow, members),
    ...judgeDirtying([...sites.values()], members, program, flow),
    ...judgeProvenance(program, table, flow, provenances),
    ...judgeBioQuestions(program, table),
    ...judgeBioEnds(program, table, flow, provenances.sites),
    ...judgeNeverReleased(program, table, flow, members, provenances),
  ];
  const told = [...faults, ...overall].filter(fault => !isShownIdle(program, members, fault));
  const replayed = distinct(told).map(fault => {
    const run = runs.get(rootOf(fault.frame).function);
    const again = run?.context.hasSeen(fault) ? replay(run.context, fault, run.scope) : fault;
    // Where no path shows it, it may still follow from what all functions do.
    const same = again.isReplayed === false && overall.find(each => placeOf(each) === placeOf(fault));
    return same || again;
  });
  const shown = replayed.filter(fault => fault.isReplayed !== false || !ON_ONE_PATH.has(fault.kind));
  return {
    faults: withoutEchoes(shown),
    sites: [...sites.values()],
    flow,
    given,
  };
}

/** What follows from no path, by the file as a whole, is left out where a path, or something before, says the same. */
function withoutEchoes(faults: readonly Fault[]): Fault[] {
  const isSame = (a: Fault, b: Fault): boolean => {
    const isThere = a.kind === 'completion-leak' && a.frame.function === b.frame.function;
    return a.kind === b.kind && (isThere || a.span.start === b.span.start);
  };
  return faults.filter(
    (fault, at) =>
      fault.trace !== undefined ||
      !ON_NO_PATH.has(fault.kind) ||
      !faults.some(
        (other, before) => (other.trace || before < at) && other !== fault && isSame(fault, other),
      ),
  );
}

/** What of a program the analysis of a root follows. */
interface View {
  readonly seen: Mattering;
  /** Whether following a callee took too much before. */
  readonly isTooLong: (name: string) => boolean;
  /** How much of its instructions it may take. */
  readonly share: number;
}

/** What the analysis of a root gave. */
interface Run {
  readonly context: Context;
  readonly scope: Scope;
  readonly exits: Exit[];
}

/** The functions of a program, each behind those that it calls, but for cycles. */
function calleesFirst(program: Program): Iterable<FunctionModel> {
  const ordered = new Set<FunctionModel>();
  const entered = new Set<FunctionModel>();
  const visit = (model: FunctionModel): void => {
    if (entered.has(model)) return;
    entered.add(model);
    for (const { callee } of callsOf(model)) {
      const called = callee === undefined ? undefined : program.functions.get(callee);
      if (called) visit(called);
    }
    ordered.add(model);
  };
  for (const model of program.functions.values()) visit(model);
  return ordered;
}

/** What the analysis of a root gave with the first of several views of the program with which it ends, or why none did. */
function firstThatEnds(views: readonly View[], run: (view: View) => Run): Run | string {
  let failure: TooComplex | undefined;
  for (const view of views) {
    // A view that leaves nothing out of what was followed would end the same.
    if (failure && [...failure.followed].every(name => view.seen.all.has(name) && !view.isTooLong(name)))
      break;
    try {
      return run(view);
    } catch (error) {
      if (!(error instanceof TooComplex)) throw error;
      failure = error;
    }
  }
  return failure?.message ?? '';
}

function isWorthwhile({ name }: FunctionModel, { acquiring, touching }: Mattering): boolean {
  return acquiring.has(name) || touching.has(name);
}

/** How many instructions the analysis of a root may take: most where the acquisition stands. */
function budgetOf({ name }: FunctionModel, { direct, acquiring }: Mattering, role: Role): number {
  if (role === 'evidence') return LIMITS.stepsPerEvidence;
  if (direct.has(name)) return LIMITS.stepsPerRoot;
  return acquiring.has(name) ? LIMITS.stepsPerCallingRoot : LIMITS.stepsPerTouchingRoot;
}

function runRoot(
  context: Context,
  model: FunctionModel,
  interpreter: Interpreter,
  flow: PageFlow | undefined,
): Exit[] {
  const { frame, entry } = startOf(context, model);
  const exits = interpreter.run(frame, entry);
  for (const { state } of exits) noteStores(context, state, context.members);
  noteLeftCounts(context, frame, exits);
  if (flow) {
    judgeExits(context, frame, exits);
    judgeCompletions(context, frame, exits, flow);
  }
  return exits;
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

/** What a helper does wrong with whatever it is given: its callers may have shown that they give it nothing. */
function isShownIdle(program: Program, members: Members, { confidence, callee, frame }: Fault): boolean {
  if (confidence !== 'guess' || !callee) return false;
  return members.isShownIdle(program, { span: callee.span, frame });
}

function placeOf({ kind, span, origin, details }: Fault): string {
  // That nobody frees an array is told where it was to be freed, whatever paths lose it before.
  const isLoss = kind === 'leak' || (kind === 'array-leak' && !details.neverFreed);
  const isLater = kind === 'completion-leak';
  return `${kind}:${isLoss ? '' : span.start}:${isLater ? '' : origin.span.start}`;
}

/** The same fault seen from several roots is one; the shortest path explains it best. */
function distinct(faults: readonly Fault[]): Fault[] {
  const byPlace = new Map<string, Fault>();
  for (const fault of faults) {
    const key = placeOf(fault);
    const known = byPlace.get(key);
    byPlace.set(key, known ? clearer(known, fault) : fault);
  }
  return [...byPlace.values()];
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
