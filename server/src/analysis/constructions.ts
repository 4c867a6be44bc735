import type { CallInstruction, FunctionModel, Program } from '../program/model.ts';
import type { Construct } from '../semantics/effects.ts';
import { type Direction, USER_BACKED_KINDS } from '../semantics/holds.ts';
import { LOCKED_METHODS, type Origin } from '../semantics/pageOrigins.ts';
import type { EffectTable } from '../semantics/table.ts';
import { directionOf } from './directions.ts';
import type { PageFlow, PageOrigin } from './pageFlow.ts';

/** A call that builds an iterator, with what the file says of the pages it runs over. */
export interface Construction {
  readonly call: CallInstruction;
  readonly function: FunctionModel;
  readonly callee: string;
  readonly effect: Construct;
  readonly direction: Direction | 'variable';
  /** Who keeps the pages of a kernel-backed iterator safe, where the file shows it. */
  readonly origin: PageOrigin | undefined;
}

/** From an address_space method down to the function that builds the iterator. */
const METHOD_STEPS = 4;

const PREFERENCE: readonly Origin[] = ['locked', 'private', 'pinned'];

/** Every construction of an iterator in the file. */
export function constructionsOf(program: Program, table: EffectTable, flow: PageFlow): Construction[] {
  const found: Construction[] = [];
  for (const model of program.functions.values())
    for (const block of model.blocks)
      for (const call of block.instructions) {
        if (call.kind !== 'call' || call.callee === undefined) continue;
        const effect = table.row(call.callee)?.effects.find(each => each.kind === 'construct');
        if (!effect) continue;
        found.push({
          call,
          function: model,
          callee: call.callee,
          effect,
          direction: constructedDirection(program, model, call, effect),
          origin: originOf(program, flow, model, call, effect),
        });
      }
  return found;
}

function constructedDirection(
  program: Program,
  model: FunctionModel,
  call: CallInstruction,
  { direction }: Construct,
): Direction | 'variable' {
  if (typeof direction === 'string') return direction;
  const argument = call.arguments[direction - 1];
  return argument ? directionOf(program, model, argument) : 'variable';
}

function originOf(
  program: Program,
  flow: PageFlow,
  model: FunctionModel,
  call: CallInstruction,
  effect: Construct,
): PageOrigin | undefined {
  if (effect.over === undefined || effect.iteratorKinds.every(kind => USER_BACKED_KINDS.includes(kind)))
    return undefined;
  const sources = flow.leadingTo(flow.argument(model, call, effect.over));
  const origins = flow.origins.filter(each => each.locations.some(location => sources.has(location)));
  const isMixed = [...sources].some(location => flow.isUnknownPage(location));
  const method = lockedMethod(program, model);
  if (method) return { origin: 'locked', by: method, locations: [] };
  for (const origin of PREFERENCE) {
    const known = origins.find(each => each.origin === origin);
    // Pages of an unknown getter may be anybody's, whatever else is transferred into at other times.
    if (known && (origin !== 'private' || !isMixed)) return known;
  }
  return undefined;
}

/** The method of an ops table that is called with its folios locked and leads to this function. */
function lockedMethod(program: Program, model: FunctionModel): string | undefined {
  let edge: readonly string[] = [model.name];
  const seen = new Set(edge);
  for (let step = 0; step <= METHOD_STEPS; step++) {
    for (const name of edge) {
      const reference = program.references.find(
        each => each.function === name && each.member !== undefined && LOCKED_METHODS.has(each.member),
      );
      if (reference) return `.${reference.member}`;
    }
    edge = edge.flatMap(name => program.callers.get(name) ?? []).filter(name => !seen.has(name));
    for (const name of edge) seen.add(name);
  }
  return undefined;
}
