import type { Page } from '../../server/src/semantics/machine/pages.ts';
import type { Call, Program, Statement } from './ast.ts';
import { explore } from './explore.ts';
import { type Ending, interpret } from './interpret.ts';
import { isWellFormed, sitesOf } from './rewrite.ts';
import { Meaningless, type Memory, memoriesOf } from './values.ts';
import { type Observation, World } from './world.ts';

/** Runs of one program; the rest is left out. */
const RUN_LIMIT = 4_000;

/** What the runs of a program show. */
export interface Observed {
  /** Each wrong thing once, with the run that first showed it. */
  readonly seen: ReadonlyMap<string, Observation & { readonly run: string }>;
  /** Releases that took a hold of the right kind in some run. */
  readonly right: ReadonlySet<Call>;
  /** Acquisitions of which some run releases something. */
  readonly released: ReadonlySet<Call>;
  /** Acquisitions of which some run marks pages dirty. */
  readonly dirtied: ReadonlySet<Call>;
  /** Acquisitions of which some run leaves pages to the caller. */
  readonly handedOn: ReadonlySet<Call>;
  /** Allocations that some run gives to an acquisition as its array. */
  readonly pageArrays: ReadonlySet<Call>;
}

/** Whether every statement was reached in some run: only then do the runs speak for the whole program. */
function isCovered(program: Program, reached: ReadonlySet<Statement>): boolean {
  return sitesOf(program).every(
    ({ statement }) => statement.kind === 'declare' || statement.kind === 'label' || reached.has(statement),
  );
}

/**
 * Runs a program in every way the world may answer.
 * @returns undefined where it is no C, has no meaning in some run, too many runs, or a part that none reaches
 */
export function observe(program: Program): Observed | undefined {
  if (!isWellFormed(program)) return undefined;
  const seen = new Map<string, Observation & { run: string }>();
  const right = new Set<Call>();
  const released = new Set<Call>();
  const dirtied = new Set<Call>();
  const handedOn = new Set<Call>();
  const reached = new Set<Statement>();
  const pageArrays = new Set<Call>();
  const calls = new Map<Call, number>();
  const numberOf = (call: Call): number => {
    if (!calls.has(call)) calls.set(call, calls.size);
    return calls.get(call)!;
  };
  try {
    const isComplete = explore(choices => {
      const world = new World(choices, program.era);
      runOnce(program, world);
      for (const statement of world.reached) reached.add(statement);
      for (const { memory, call } of world.allocations) if (memory.state !== 'unasked') pageArrays.add(call);
      for (const call of world.right) right.add(call);
      for (const call of world.released) released.add(call);
      for (const call of world.dirtied) dirtied.add(call);
      for (const call of world.handedOn) handedOn.add(call);
      for (const each of world.observations) {
        const flags = [each.isConditional, each.isRest, each.withPages, each.isUnasked, each.isAftermath].map(
          Boolean,
        );
        const key = [each.wrong, each.call && numberOf(each.call), ...flags].join(' ');
        if (!seen.has(key)) seen.set(key, { ...each, run: choices.describe() });
      }
    }, RUN_LIMIT);
    return isComplete && isCovered(program, reached)
      ? { seen, right, released, dirtied, handedOn, pageArrays }
      : undefined;
  } catch (error) {
    if (error instanceof Meaningless) return undefined;
    throw error;
  }
}

function runOnce(program: Program, world: World): void {
  const ending = interpret(program, world);
  if (world.observations.length === 0) world.checkCounts();
  judgeExit(world, ending);
}

/** What is held or allocated at the end must be known to somebody. */
function judgeExit(world: World, { returned, given }: Ending): void {
  const memories = new Set<Memory>([...given.memories, ...given.objects.flatMap(memoriesOf)]);
  if (returned?.kind === 'pages') memories.add(returned.memory);
  if (returned?.kind === 'object') for (const memory of memoriesOf(returned.object)) memories.add(memory);
  const reachable = new Set<Page | null | undefined>([...memories].flatMap(memory => memory.slots));
  if (returned?.kind === 'page') reachable.add(returned.page);
  const isError = returned?.kind === 'integer' && returned.value < 0n;
  const lost = world.holds.filter(
    hold => hold.status === 'held' && hold.kind !== 'none' && !reachable.has(hold.page),
  );
  for (const { status, page, acquisition } of world.holds)
    if (status === 'held' && reachable.has(page)) world.handedOn.add(acquisition);
  for (const { acquisition: call, isConditional, answer, isReturned: isAftermath } of lost) {
    const isRest = world.holds.some(hold => hold.acquisition === call && hold.status === 'dropped');
    const isUnasked = answer !== undefined && !answer.wasLookedAt;
    world.see({ wrong: 'leak', call, isConditional, isRest, isUnasked, isAftermath });
  }
  if (isError || returned?.kind === 'null' || returned?.kind === 'error')
    for (const { acquisition: call, status, kind, page } of world.holds)
      if (status === 'held' && kind !== 'none' && reachable.has(page))
        world.see({ wrong: 'abandoned', call });
  for (const [call, isRight] of world.unpinned) {
    const isWhole = world.holds.every(each => each.acquisition !== call || each.status === 'dropped');
    world.see({ wrong: 'clean', call, isAftermath: isError || !isWhole || !isRight });
  }
  for (const { memory, call } of world.allocations) {
    if (memory.freed || memory.slots.length === 0 || memories.has(memory) || memory.isTaken) continue;
    const withPages = lost.some(hold => hold.memory === memory);
    const isUnasked = memory.answer !== undefined && !memory.answer.wasLookedAt;
    world.see({ wrong: 'array-leak', call, withPages, isUnasked, isAftermath: memory.isReturned });
  }
}
