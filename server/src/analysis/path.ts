import type { Span } from '../base/text.ts';
import { eachVariable, targetsOf } from '../program/liveness.ts';
import type { Block, FunctionModel, Variable } from '../program/model.ts';
import type { Fault } from './context.ts';
import { childOn, type Frame } from './frames.ts';
import type { Trace } from './state.ts';

/** A step of a path as a reviewer would name it. */
export interface Step {
  readonly span: Span;
  readonly message: string;
}

/**
 * The way from where the thing was taken to where it went wrong, without what does not matter: branches whose other arm
 * leads to the same place, earlier turns of a loop, callees that do nothing to the thing.
 */
export function pathOf(fault: Fault): Step[] {
  if (fault.steps) return [...fault.steps];
  if (fault.isReplayed === undefined) return acrossFunctions(fault);
  const steps = fromOrigin(fault);
  const end = endOf(fault, steps);
  const [first] = steps;
  const start = first?.kind === 'acquire' || first?.kind === 'allocate' ? [startOf(fault, first)] : [];
  if (!fault.isReplayed) return [...start, { ...end, message: `${end.message} ${NOT_REPLAYED}` }];
  const between = relevant(fault, untilPlace(fault, steps.slice(start.length))).filter(
    ({ kind, span }) => kind !== 'release' || end.span.start < span.start || end.span.start >= span.end,
  );
  return [...start, ...between.map(({ span, message }) => ({ span, message })), end];
}

/** What is seen only over the whole file: one function stored the pages where another found them, and the like. */
function acrossFunctions(fault: Fault): Step[] {
  const { origin, span, details } = fault;
  const kept = details.member ? ` and kept in \`${details.member}\`` : '';
  const taken = `taken here by ${origin.callee}()${kept}`;
  return [
    { span: origin.span, message: taken },
    { span, message: wordsFor(fault) },
  ];
}

/** Shown where no single path was found on which the fault happens. */
const NOT_REPLAYED = '(the branches on the way are not shown: they were not confirmed on one path)';

function startOf({ kind, origin }: Fault, { span, message, isFailure }: Trace): Step {
  if (kind !== 'array-leak' && kind !== 'array-wrong-free') return { span, message };
  const failing = isFailure ? ', which then fails' : '';
  return { span, message: `\`${origin.placeText}\` is allocated here by ${origin.callee}()${failing}` };
}

/** The steps since the thing was taken, oldest first; all steps where that is not among them. */
function fromOrigin(fault: Fault): Trace[] {
  const steps: Trace[] = [];
  for (let step = fault.trace; step; step = step.previous) steps.push(step);
  steps.reverse();
  const isOrigin = ({ kind, span }: Trace): boolean =>
    (kind === 'acquire' || kind === 'allocate') && span.start === fault.origin.span.start;
  // What a later turn failed to take, or took and released, is not what was lost.
  const isGone = (step: Trace, at: number): boolean =>
    step.isFailure === true || (fault.kind === 'leak' && isReleased(fault, steps.slice(at + 1)));
  const taken = steps.findLastIndex((step, at) => isOrigin(step) && !isGone(step, at));
  const last = steps.findLastIndex(isOrigin);
  const at = taken < 0 || fault.details.cause === 'failed' ? last : taken;
  return at < 0 ? steps : steps.slice(at);
}

/** Whether the pages of the last call are released before the call is made again. */
function isReleased({ acquisition }: Fault, steps: readonly Trace[]): boolean {
  const next = steps.find(
    ({ kind, subject }) => subject === acquisition?.key && /acquire|release/.test(kind),
  );
  return next?.kind === 'release';
}

/** Where the thing is lost everywhere, that is seen where the function ends; else it has its own place. */
function endOf(fault: Fault, steps: readonly Trace[]): Step {
  const last = steps.findLast(step => step.kind === 'return');
  const span = fault.details.everywhere && last ? last.span : fault.span;
  return { span, message: wordsFor(fault) };
}

function wordsFor({ kind, callee, origin, details, array }: Fault): string {
  switch (kind) {
    case 'leak':
      return `\`${origin.placeText}\`${array ? ` and the array \`${array}\`` : ''} lost here: nothing behind this releases the pages`;
    case 'array-leak':
      return `\`${origin.placeText}\` lost here: nothing behind this frees the array`;
    case 'wrong-count':
      return details.cause === 'failed'
        ? 'released here, where nothing was obtained'
        : 'released here by the wrong count';
    default:
      return callee ? `${callee.name}() is called here` : 'here';
  }
}

/** What follows the place of a leak is no part of the story. */
function untilPlace(fault: Fault, steps: readonly Trace[]): readonly Trace[] {
  const { details, span, kind } = fault;
  if (details.everywhere)
    return steps.slice(
      0,
      steps.findLastIndex(step => step.kind === 'return'),
    );
  if (kind !== 'leak' && kind !== 'array-leak') return steps;
  const place = steps.findIndex(step => step.span.start === span.start && step.kind !== 'branch');
  return place < 0 ? steps : steps.slice(0, place);
}

/** Walks back from the fault and keeps what decided that control got there. */
function relevant(fault: Fault, steps: readonly Trace[]): Trace[] {
  const kept: Trace[] = [];
  // Per activation the block that control had to reach.
  const wanted = new Map<string, Block>();
  for (let frame: Frame | undefined = fault.frame; frame; frame = frame.parent)
    want(wanted, frame, placeIn(frame, fault));
  const asked = new Set<Variable>();
  const seen = new Set<string>();
  for (const step of [...steps].reverse()) {
    const name = `${step.frame.key}:${step.span.start}:${step.message}`;
    if (!(decides(fault, step, wanted) || sets(step, asked, wanted.get(step.frame.key))) || seen.has(name))
      continue;
    seen.add(name);
    kept.push(step);
    for (const variable of askedAt(step)) asked.add(variable);
    for (let frame: Frame | undefined = step.frame; frame; frame = frame.parent)
      if (frame === step.frame) want(wanted, frame, blockOf(frame.function, step));
      else if (!wanted.has(frame.key)) want(wanted, frame, callBlockIn(frame, step.frame));
  }
  return kept.reverse();
}

function want(wanted: Map<string, Block>, frame: Frame, block: Block | undefined): void {
  if (block) wanted.set(frame.key, block);
}

function decides(fault: Fault, step: Trace, wanted: ReadonlyMap<string, Block>): boolean {
  const aim = wanted.get(step.frame.key);
  switch (step.kind) {
    case 'acquire':
    case 'release':
      return fault.acquisition !== undefined && step.subject === fault.acquisition.key;
    case 'branch':
      return aim !== undefined && isDecision(step, aim);
    case 'goto':
      return aim !== undefined;
    case 'call':
      return [...wanted.keys()].some(key => key.startsWith(`${step.frame.key}/`) && isCalledAt(key, step));
    case 'return':
      return false;
    case 'allocate':
      return false;
  }
}

function isCalledAt(key: string, step: Trace): boolean {
  return Number(key.slice(step.frame.key.length + 1).split('/')[0]) === step.span.start;
}

/** Whether the other arm of a branch need not come to the block. */
function isDecision(step: Trace, aim: Block): boolean {
  const { terminator } = blockOf(step.frame.function, step) ?? {};
  if (terminator?.kind !== 'branch') return false;
  const other = terminator.whenTrue.id === step.target ? terminator.whenFalse : terminator.whenTrue;
  return mayEndWithout(other, aim);
}

/** The variables that a branch asks about. */
function askedAt(step: Trace): Set<Variable> {
  const found = new Set<Variable>();
  const terminator = step.kind === 'branch' ? blockOf(step.frame.function, step)?.terminator : undefined;
  if (terminator?.kind === 'branch') eachVariable(terminator.condition, variable => found.add(variable));
  return found;
}

/** Whether only the arm that was taken gives a value to a variable that is asked about later. */
function sets(step: Trace, asked: ReadonlySet<Variable>, aim: Block | undefined): boolean {
  if (step.kind !== 'branch' || !aim || asked.size === 0) return false;
  const { terminator } = blockOf(step.frame.function, step) ?? {};
  if (terminator?.kind !== 'branch') return false;
  const isTrue = terminator.whenTrue.id === step.target;
  const [taken, other] = [terminator.whenTrue, terminator.whenFalse].map(reachableFrom);
  const [mine, its] = isTrue ? [taken!, other!] : [other!, taken!];
  return its.has(aim) && [...mine].some(block => !its.has(block) && givesValue(block, asked));
}

function givesValue(block: Block, asked: ReadonlySet<Variable>): boolean {
  return block.instructions.some(each => {
    if (each.kind === 'call') return each.result !== undefined && asked.has(each.result);
    return each.kind === 'assign' && each.place.kind === 'variable' && asked.has(each.place.variable);
  });
}

function reachableFrom(from: Block): Set<Block> {
  const seen = new Set<Block>([from]);
  for (const block of seen) for (const next of targetsOf(block.terminator)) seen.add(next);
  return seen;
}

/** Whether the function can return from `from` without coming to `aim`. */
function mayEndWithout(from: Block, aim: Block): boolean {
  const seen = new Set<Block>([aim, from]);
  const queue = from === aim ? [] : [from];
  for (let block = queue.pop(); block; block = queue.pop()) {
    if (block.terminator.kind === 'return') return true;
    for (const next of targetsOf(block.terminator))
      if (!seen.has(next)) {
        seen.add(next);
        queue.push(next);
      }
  }
  return false;
}

function placeIn(frame: Frame, fault: Fault): Block | undefined {
  const below = childOn(fault.frame, frame);
  if (below) return frame.function.blocks[below.callBlock];
  return blockAt(frame.function, fault.span);
}

function callBlockIn(frame: Frame, inner: Frame): Block | undefined {
  const below = childOn(inner, frame);
  return below && frame.function.blocks[below.callBlock];
}

function blockOf(model: FunctionModel, step: Trace): Block | undefined {
  const isEnd = step.kind === 'branch' || step.kind === 'goto' || step.kind === 'return';
  if (!isEnd) return blockAt(model, step.span);
  return model.blocks.find(block => block.terminator.span.start === step.span.start && leadsTo(block, step));
}

function leadsTo({ terminator }: Block, { kind, target }: Trace): boolean {
  if (kind === 'return') return terminator.kind === 'return';
  return targetsOf(terminator).some(block => block.id === target);
}

function blockAt(model: FunctionModel, { start }: Span): Block | undefined {
  return model.blocks.find(
    block =>
      block.terminator.span.start === start ||
      block.instructions.some(
        each => each.span.start === start || (each.kind === 'call' && each.calleeSpan.start === start),
      ),
  );
}
