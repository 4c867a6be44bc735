import type { Span } from '../base/text.ts';
import type { CallInstruction, FunctionModel } from '../program/model.ts';

/** One activation of a function: the root, or a callee analysed in its caller's context. */
export interface Frame {
  /** Names the activation: the call sites on the way. */
  readonly key: string;
  readonly function: FunctionModel;
  readonly parent: Frame | undefined;
  /** The call in the parent, and the block it stands in. */
  readonly call: Span | undefined;
  readonly callBlock: number;
  readonly depth: number;
}

export function rootFrame(model: FunctionModel): Frame {
  return { key: '', function: model, parent: undefined, call: undefined, callBlock: -1, depth: 0 };
}

export function calleeFrame(parent: Frame, model: FunctionModel, call: Span, callBlock: number): Frame {
  return {
    key: `${parent.key}/${call.start}`,
    function: model,
    parent,
    call,
    callBlock,
    depth: parent.depth + 1,
  };
}

export function isActive(frame: Frame, model: FunctionModel): boolean {
  return frame.function === model || (frame.parent !== undefined && isActive(frame.parent, model));
}

/** Whether an activation is `outer` or was called from it. */
export function isWithin(frame: Frame, outer: Frame): boolean {
  return frame.key === outer.key || (frame.parent !== undefined && isWithin(frame.parent, outer));
}

/** The activation of the root function that an activation goes back to. */
export function rootOf(frame: Frame): Frame {
  return frame.parent ? rootOf(frame.parent) : frame;
}

/** The activation right below `above` on the way to `frame`. */
export function childOn(frame: Frame, above: Frame): Frame | undefined {
  for (let at = frame; at.parent; at = at.parent) if (at.parent.key === above.key) return at;
  return;
}

/** The name of the function in the call that an activation comes from. */
export function callSpan({ parent, call, callBlock }: Frame): Span | undefined {
  const made = parent?.function.blocks[callBlock]?.instructions.find(
    each => each.kind === 'call' && each.span.start === call?.start,
  );
  return made?.kind === 'call' ? made.calleeSpan : undefined;
}

/** The name of what a call returns. */
export const resultName = ({ key }: Frame, { span }: CallInstruction): string => `result${key}@${span.start}`;
