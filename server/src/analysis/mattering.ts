import {
  type CallInstruction,
  callsOf,
  type FunctionModel,
  type Instruction,
  type Program,
} from '../program/model.ts';
import { ITERATOR_TAGS, isPointerToStruct, PAGE_TAGS, type Type } from '../program/types.ts';
import { type Effect, type FunctionRow, isFollowed } from '../semantics/effects.ts';
import type { EffectTable } from '../semantics/table.ts';
import { LIMITS } from './limits.ts';
import { returnsPages, type Scope } from './scope.ts';

/** Which functions of a program are analysed, by what they do; names. */
export interface Mattering {
  /** Functions with any effect on pages, arrays or iterators, and their callers. */
  readonly all: ReadonlySet<string>;
  /** Functions from which an acquisition can be reached. */
  readonly reaching: ReadonlySet<string>;
  /** Static functions that build an iterator which is not their own. */
  readonly builders: ReadonlySet<string>;
  /** Small static functions that release pages, in a file whose pages carry different holds: a flag may tell which. */
  readonly releasers: ReadonlySet<string>;
  /** Functions that release pages which they find by a pfn or an address. */
  readonly finders: ReadonlySet<string>;
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
  const finders = new Set<string>();
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
      if (isReleasing && findsPages(model, table)) finders.add(model.name);
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
    if (movesPages(model, isGivenToObject)) all.add(model.name);
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
  return { all, reaching, direct, acquiring, builders, releasers, finders, touching };
}

type Assignment = Extract<Instruction, { kind: 'assign' }>;

/** What a function is given lies in a member from then on: a helper of those who fill an object. */
const isGivenToObject = ({ place, value }: Assignment): boolean =>
  place.kind === 'member' && value.kind === 'variable' && value.variable.kind === 'parameter';

/** Whether a function stores a page, or an array of pages, in something that is no local. */
function movesPages(model: FunctionModel, isMeant: (store: Assignment) => boolean = () => true): boolean {
  return model.blocks.some(block =>
    block.instructions.some(
      instruction =>
        instruction.kind === 'assign' &&
        instruction.place.kind !== 'variable' &&
        isMeant(instruction) &&
        [1, 2].some(depth => isPointerToStruct(instruction.value.type, PAGE_TAGS, depth)),
    ),
  );
}

/** Whether a function asks for the page behind a pfn or an address. */
function findsPages(model: FunctionModel, table: EffectTable): boolean {
  return callsOf(model).some(call =>
    table.row(call.callee ?? '')?.effects.some(effect => {
      const of = effect.kind === 'view' && effect.as === 'page' && call.arguments[effect.of - 1];
      return of && !isPointerToStruct(of.type, PAGE_TAGS, 1);
    }),
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

/**
 * What the analysis of a function goes into.
 * @param isTooLong whether following a function takes too much.
 */
export function scopeOf(
  model: FunctionModel,
  mattering: Mattering,
  isTooLong: (name: string) => boolean = () => false,
): Scope {
  const { acquiring, all, reaching, builders, releasers, finders } = mattering;
  return {
    // Below a function that only touches pages, what acquires is analysed by itself.
    matters: name => all.has(name) && (acquiring.has(model.name) || !reaching.has(name)),
    acquires: name => reaching.has(name),
    isTooLong,
    builds: name => builders.has(name),
    // What is given pages that were acquired here is followed anyway.
    releases: name => !acquiring.has(model.name) && releasers.has(name),
    finds: name => finders.has(name),
  };
}
