import type { FunctionModel } from '../program/model.ts';
import type { Context } from './context.ts';
import { Facts } from './facts.ts';
import { type Frame, rootFrame } from './frames.ts';
import { State } from './state.ts';
import { Values } from './values.ts';

/** A function at its start, as one that anybody may call: nothing is known of its parameters. */
export function startOf(context: Context, model: FunctionModel): { frame: Frame; entry: State } {
  const frame = rootFrame(model);
  const entry = new State(new Facts(context.terms));
  const values = new Values(context, entry, frame);
  for (const parameter of model.parameters) {
    const { id, name, type, span } = parameter;
    const place = values.place({ kind: 'variable', variable: parameter, type, span });
    values.store(place, values.fresh(`parameter:${id}:${name}`, type));
  }
  return { frame, entry };
}
