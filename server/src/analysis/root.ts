import type { FunctionModel } from '../program/model.ts';
import type { Context } from './context.ts';
import { Facts } from './facts.ts';
import { type Frame, rootFrame } from './frames.ts';
import { seedOperations } from './iterators.ts';
import { State } from './state.ts';
import { Values } from './values.ts';

/** A function at its start, as one that anybody may call: of its parameters only what its place in an operations table says. */
export function startOf(context: Context, model: FunctionModel): { frame: Frame; entry: State } {
  const frame = rootFrame(model);
  const entry = new State(new Facts(context.terms));
  const values = new Values(context, entry, frame);
  for (const parameter of model.parameters) {
    const { id, name, type, span } = parameter;
    const place = values.place({ kind: 'variable', variable: parameter, type, span });
    values.store(place, values.fresh(`parameter:${id}:${name}`, type));
  }
  seedOperations(context, values, model);
  return { frame, entry };
}
