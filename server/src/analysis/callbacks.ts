import type { Expression, FunctionModel, Program } from '../program/model.ts';
import { BINDERS, isCallbackMember } from '../semantics/completions.ts';

/** A function of the file that something else than a call in this file's text runs when an object is done with. */
export interface Callback {
  readonly model: FunctionModel;
  /** Where it was bound, and the object whose member it was put into; undefined where a call binds it. */
  readonly binder: FunctionModel;
  readonly object: Expression | undefined;
  /** The process whose memory the binder sees is not the one that it runs in. */
  readonly isForeign: boolean;
  /** Whoever drops the last reference to the object runs it. */
  readonly isAtLastReference: boolean;
}

const found = new WeakMap<Program, readonly Callback[]>();

/** The completions, work functions, threads and the like that the file binds. */
export function callbacksOf(program: Program): readonly Callback[] {
  let callbacks = found.get(program);
  if (!callbacks) {
    callbacks = [...program.functions.values()].flatMap(model => boundIn(program, model));
    found.set(program, callbacks);
  }
  return callbacks;
}

/** The functions of the file that an expression may name: itself, or by a local that got one (`c ? f : NULL`). */
export function functionsNamed(
  program: Program,
  locals: ReadonlyMap<number, readonly FunctionModel[]>,
  expression: Expression,
): readonly FunctionModel[] {
  switch (expression.kind) {
    case 'cast':
      return functionsNamed(program, locals, expression.operand);
    case 'address':
      return functionsNamed(program, locals, expression.of);
    case 'variable':
      return locals.get(expression.variable.id) ?? [];
    case 'global': {
      const model = program.functions.get(expression.name);
      return model ? [model] : [];
    }
    default:
      return [];
  }
}

function boundIn(program: Program, binder: FunctionModel): Callback[] {
  const locals = new Map<number, readonly FunctionModel[]>();
  const callbacks: Callback[] = [];
  const named = (expression: Expression) => functionsNamed(program, locals, expression);
  for (const block of binder.blocks)
    for (const instruction of block.instructions)
      if (instruction.kind === 'assign') {
        const { place, value } = instruction;
        const models = named(value);
        if (place.kind === 'variable' && models.length > 0)
          locals.set(place.variable.id, [...(locals.get(place.variable.id) ?? []), ...models]);
        else if (place.kind === 'member' && isCallbackMember(place.member))
          for (const model of models)
            callbacks.push({
              model,
              binder,
              object: place.object,
              isForeign: true,
              isAtLastReference: false,
            });
      } else if (instruction.kind === 'call') {
        const row = BINDERS.find(each => each.name === instruction.callee);
        const argument = row && instruction.arguments[row.callback - 1];
        for (const model of argument ? named(argument) : [])
          callbacks.push({
            model,
            binder,
            object: undefined,
            isForeign: !row!.sameTask,
            isAtLastReference: row!.lastReference === true,
          });
      }
  return callbacks;
}
