import { targetsOf } from '../program/liveness.ts';
import {
  type Block,
  type CallInstruction,
  callsOf,
  type FunctionModel,
  type Instruction,
  type Program,
  type Variable,
} from '../program/model.ts';
import { ENDS_BIO } from '../semantics/completions.ts';
import type { Effect } from '../semantics/effects.ts';
import type { EffectTable } from '../semantics/table.ts';
import type { AcquisitionSite } from './analyse.ts';
import { isBio } from './bioContents.ts';
import type { Fault } from './context.ts';
import { rootFrame } from './frames.ts';
import { structOf } from './locations.ts';
import { acquisitionAt } from './memberFaults.ts';
import type { PageFlow } from './pageFlow.ts';
import { calleeOf } from './releasing.ts';

/**
 * Functions that are given a bio, release its pages on some paths and only let go of it on another one. Whoever filled it
 * may stand in another function that leads to this one by members only.
 */
export function judgeBioEnds(
  program: Program,
  table: EffectTable,
  flow: PageFlow,
  sites: readonly AcquisitionSite[],
): Fault[] {
  const site = sites.find(each => isIntoBio(flow, each));
  if (!site) return [];
  return [...program.functions.values()].flatMap(model =>
    model.parameters.flatMap(bio => {
      const end = forgettingEnd(table, model, bio);
      return end ? [faultOf(site, model, bio, end)] : [];
    }),
  );
}

/** Pages of an acquiring call get into a bio. */
function isIntoBio(flow: PageFlow, { function: model, call, effect }: AcquisitionSite): boolean {
  const reached = flow.reachedBy(model, call, effect);
  return [...reached].some(each => {
    const type = flow.typeOf(each);
    return type !== undefined && structOf(type) === 'struct bio';
  });
}

/** The call that lets go of the bio on a path on which nothing else was done with it, where others release its pages. */
function forgettingEnd(table: EffectTable, model: FunctionModel, bio: Variable): CallInstruction | undefined {
  const isGiven = ({ arguments: given }: CallInstruction): boolean =>
    given.some(each => each.kind === 'variable' && each.variable === bio && isBio(each));
  const calls = callsOf(model).filter(isGiven);
  if (!calls.some(call => releases(table, call))) return;
  const ends = new Set<Instruction>(calls.filter(({ callee }) => ENDS_BIO.has(callee ?? '')));
  const others = new Set<Instruction>(calls.filter(call => !ends.has(call)));
  const seen = new Set<Block>([model.entry]);
  for (const block of seen) {
    const first = block.instructions.find(each => ends.has(each) || others.has(each) || writes(each, bio));
    if (first && ends.has(first)) return first as CallInstruction;
    if (!first) for (const next of targetsOf(block.terminator)) seen.add(next);
  }
  return;
}

/** The call drops the pages of its bio, and these were not allocated for it. */
function releases(table: EffectTable, { callee }: CallInstruction): boolean {
  const row = callee === undefined ? undefined : table.row(callee);
  const isRelease = (each: Effect): boolean =>
    each.kind === 'release' && each.pages.form === 'object' && each.hold !== 'allocation';
  return row?.effects.some(isRelease) === true;
}

const writes = (instruction: Instruction, { id }: Variable): boolean =>
  instruction.kind === 'assign' &&
  instruction.place.kind === 'variable' &&
  instruction.place.variable.id === id;

function faultOf(
  site: AcquisitionSite,
  model: FunctionModel,
  { name, span }: Variable,
  call: CallInstruction,
): Fault {
  const acquisition = { ...acquisitionAt(site), placeText: name };
  return {
    kind: 'completion-leak',
    span: call.calleeSpan,
    frame: rootFrame(model),
    origin: acquisition,
    acquisition,
    confidence: 'guess',
    trace: undefined,
    details: { callback: model.name, how: 'left' },
    callee: calleeOf(call),
    steps: [
      { span: site.call.span, message: `pages of ${site.callee}() get into bios` },
      { span, message: `${model.name}() is given \`${name}\`, and releases its pages on other paths` },
      { span: call.span, message: `\`${name}\` is let go of here: nothing has released its pages` },
    ],
  };
}
