import type { Span } from '../../base/text.ts';
import { targetsOf } from '../../program/liveness.ts';
import type {
  Block,
  CallInstruction,
  Expression,
  FunctionModel,
  Instruction,
  Variable,
} from '../../program/model.ts';
import type { Context } from '../context.ts';
import type { Frame } from '../frames.ts';
import { kindsOf } from '../iterators.ts';
import { calleeOf } from '../releasing.ts';

import { mentions, type OperationAtom, type Term } from '../terms.ts';
import type { Values } from '../values.ts';
import type { Check } from './check.ts';

/** A call of iter_is_iovec() on an iterator that may be an ITER_UBUF. */
interface Test {
  readonly call: CallInstruction;
  readonly frame: Frame;
}

/** What must not depend on whether user memory is behind an ITER_IOVEC or an ITER_UBUF. */
type Decided = 'dirty' | 'release' | 'extraction';

/** The tests of each analysed root by the iterator asked. */
const tests = new WeakMap<Context, Map<Term, Map<number, Test>>>();

/** Whoever reads the vector, or asks for ITER_UBUF as well, means ITER_IOVEC where it says so. */
const MEANS_IOVEC =
  /\biter_is_ubuf\s*\(|\bITER_UBUF\b|(?:->|\.)\s*(?:__)?iov\b|\biter_iov(?:_addr|_len)?\s*\(|\biov_iter_iovec\s*\(|\bnr_segs\b/;

/** The author's own word for what is decided. */
const SAYS_DIRTY = /dirty/i;

/** iter_is_iovec() decides what is the same for ITER_UBUF. */
export const kindTest: Check = {
  call(context, values, call, row) {
    if (values.state.warned) return;
    const asked = row?.effects.find(effect => effect.kind === 'query');
    if (asked?.iteratorKinds?.join() === 'iovec') note(context, values, call, asked.iterator);
    for (const effect of row?.effects ?? []) {
      if (effect.kind !== 'release' || typeof effect.dirties !== 'number') continue;
      const argument = call.arguments[effect.dirties - 1];
      if (argument) report(context, values, testsIn(context, values.value(argument)), 'dirty');
    }
  },
  branch(context, values, branch) {
    if (values.state.warned || !tests.has(context)) return;
    const asked = testsIn(context, values.value(branch.condition));
    if (asked.length === 0) return;
    const model = values.frame.function;
    const from = model.blocks.find(block => block.terminator === branch);
    if (!from) return;
    const decided = decidedBlocks(from, branch.whenTrue, branch.whenFalse)
      .flatMap(block => block.instructions)
      .map(instruction => decisionOf(context, model, instruction))
      .find(each => each !== undefined);
    if (decided) report(context, values, asked, decided);
  },
};

function note(context: Context, values: Values, call: CallInstruction, position: number): void {
  const { frame, state } = values;
  const argument = call.arguments[position - 1];
  const address = argument && values.value(argument);
  if (!address || !context.table.tree.features.has('ubuf')) return;
  if (!kindsOf(context, state, address).has('ubuf')) return;
  const { start, end } = frame.function.span;
  if (MEANS_IOVEC.test(context.program.text.slice(start, end))) return;
  const byIterator = tests.get(context) ?? new Map<Term, Map<number, Test>>();
  tests.set(context, byIterator);
  const iterator = state.iteratorOf(address);
  const known = byIterator.get(iterator) ?? new Map<number, Test>();
  byIterator.set(iterator, known.set(call.span.start, { call, frame }));
  if (call.result && isStoredAsDirty(frame.function, call.result))
    report(context, values, [{ call, frame }], 'dirty');
}

/** The tests whose answer a value is made of. */
function testsIn(context: Context, value: Term): Test[] {
  const found: Test[] = [];
  mentions(value, atom => {
    if (isIovecTest(atom)) found.push(...(tests.get(context)?.get(atom.operands[0]!)?.values() ?? []));
    return false;
  });
  return found;
}

function isIovecTest(atom: Term): atom is OperationAtom {
  const names = atom.kind === 'operation' && atom.operator === 'kinds' ? atom.operands[1] : undefined;
  return names?.kind === 'symbol' && names.name === 'kinds:iovec';
}

/** The blocks that only one side of a branch leads to before the branch comes round again. */
function decidedBlocks(from: Block, whenTrue: Block, whenFalse: Block): Block[] {
  const yes = reachableFrom(whenTrue, from);
  const no = reachableFrom(whenFalse, from);
  return [...yes].filter(block => !no.has(block)).concat([...no].filter(block => !yes.has(block)));
}

function reachableFrom(start: Block, without: Block): Set<Block> {
  const seen = new Set<Block>([start]);
  const queue = start === without ? [] : [start];
  while (queue.length > 0)
    for (const next of targetsOf(queue.pop()!.terminator))
      if (next !== without && !seen.has(next)) {
        seen.add(next);
        queue.push(next);
      }
  return seen;
}

function decisionOf(context: Context, model: FunctionModel, instruction: Instruction): Decided | undefined {
  if (instruction.kind === 'assign') return saysDirty(model, instruction) ? 'dirty' : undefined;
  const row = instruction.kind === 'call' && instruction.callee && context.table.row(instruction.callee);
  for (const effect of row ? row.effects : []) {
    if (effect.kind === 'dirty') return 'dirty';
    if (effect.kind === 'release') return effect.dirties === true ? 'dirty' : 'release';
    if (effect.kind === 'acquire' && effect.extraction) return 'extraction';
  }
  return;
}

/** `x->should_dirty = …`, `x->flags |= IO_DIRTY`, or a temporary that becomes that. */
function saysDirty(model: FunctionModel, assign: Instruction & { kind: 'assign' }): boolean {
  const { place, value } = assign;
  if (place.kind === 'member' && SAYS_DIRTY.test(place.member)) return true;
  if (some(value, each => each.kind === 'global' && SAYS_DIRTY.test(each.name))) return true;
  if (place.kind !== 'variable') return false;
  return SAYS_DIRTY.test(place.variable.name) || isStoredAsDirty(model, place.variable);
}

/** Whether a temporary's value goes, perhaps by way of others, where the author says "dirty". */
function isStoredAsDirty(model: FunctionModel, variable: Variable): boolean {
  if (variable.kind !== 'temporary') return SAYS_DIRTY.test(variable.name);
  return model.blocks
    .flatMap(block => block.instructions)
    .some(
      instruction =>
        instruction.kind === 'assign' &&
        some(instruction.value, each => each.kind === 'variable' && each.variable === variable) &&
        !(instruction.place.kind === 'variable' && instruction.place.variable === variable) &&
        saysDirty(model, instruction),
    );
}

function some(expression: Expression, test: (each: Expression) => boolean): boolean {
  if (test(expression)) return true;
  switch (expression.kind) {
    case 'unary':
    case 'cast':
      return some(expression.operand, test);
    case 'binary':
      return some(expression.left, test) || some(expression.right, test);
    default:
      return false;
  }
}

function report(context: Context, values: Values, asked: readonly Test[], decides: Decided): void {
  for (const { call, frame } of asked) {
    const span: Span = call.calleeSpan;
    const argument = call.arguments[0];
    context.report({
      kind: 'kind-test',
      span,
      frame,
      origin: {
        span: call.span,
        callee: call.callee ?? '',
        placeText: argument ? context.source(argument.span).replace(/^&/, '') : '',
      },
      confidence: 'certain',
      trace: values.state.trace,
      details: { decides },
      callee: calleeOf(call),
    });
  }
}
