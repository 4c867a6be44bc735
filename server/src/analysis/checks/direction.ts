import type { CallInstruction } from '../../program/model.ts';
import type { FunctionRow } from '../../semantics/effects.ts';
import type { Direction } from '../../semantics/holds.ts';
import { OPERATIONS } from '../../semantics/operations.ts';
import type { Context } from '../context.ts';
import { directionOf, iteratorArgument } from '../iterators.ts';
import { calleeOf } from '../releasing.ts';
import type { Builder } from '../state.ts';
import type { Values } from '../values.ts';
import type { Check } from './check.ts';

/** A call that moves data through an iterator. */
interface Use {
  readonly iterator: number;
  readonly member?: string;
  readonly direction: Direction;
}

/** Data is moved through an iterator against the direction that it was built with. */
export const direction: Check = {
  call(context, values, call, row) {
    if (values.state.warned) return;
    for (const use of usesOf(call, row)) {
      const iterator = iteratorArgument(context, values, call, use.iterator, use.member);
      const builder = iterator && values.state.iterators.get(iterator)?.builtBy;
      if (!builder || isDecidedElsewhere(context, values, builder)) continue;
      const built = directionOf(context, values.state, iterator);
      if (built && built !== use.direction) report(context, values, call, builder, use.direction);
    }
  },
};

/** What the transfer is for was noted beside the iterator, and the helper that moves the data looks there. */
function isDecidedElsewhere(context: Context, { frame }: Values, builder: Builder): boolean {
  if (frame.function === builder.frame.function) return false;
  return frame.function.blocks.some(
    ({ terminator }) => terminator.kind === 'branch' && NAMES_DIRECTION.test(context.source(terminator.span)),
  );
}

/** The kernel's names for a direction (include/linux/dma-direction.h, include/linux/kernel.h; 6.1 to 6.12). */
const NAMES_DIRECTION = /\b(DMA_(TO|FROM)_DEVICE|READ|WRITE)\b/;

function usesOf(call: CallInstruction, row: FunctionRow | undefined): Use[] {
  if (row) return row.effects.filter(effect => effect.kind === 'transfer');
  const { target } = call;
  if (call.callee || !target) return [];
  const operation = target.kind === 'dereference' ? target.pointer : target;
  if (operation.kind !== 'member') return [];
  const found = OPERATIONS.filter(each => each.member === operation.member);
  // Tables that share a member's name agree in what it is given.
  return found
    .slice(0, 1)
    .map(each => ({ iterator: each.iterator, member: each.within, direction: each.direction }));
}

function report(
  context: Context,
  values: Values,
  call: CallInstruction,
  builder: Builder,
  needed: Direction,
): void {
  const said = context.source(builder.directionSpan);
  context.report({
    kind: 'iterator-direction',
    span: builder.directionSpan,
    frame: builder.frame,
    origin: { span: builder.span, callee: builder.callee, placeText: builder.iteratorText },
    confidence: 'certain',
    trace: values.state.trace,
    details: {
      said,
      needed,
      user: call.callee ? `${call.callee}()` : context.source(call.calleeSpan),
    },
    callee: calleeOf(call),
  });
}
