import { readVariables } from '../program/liveness.ts';
import type { FunctionModel, Program } from '../program/model.ts';

/** Whether a function is called from its own file only, and nowhere by a pointer: its callers tell all about it. */
export function isJudgedAtCallers(
  { references, callers }: Program,
  { name, isStatic }: FunctionModel,
): boolean {
  return (
    isStatic &&
    (callers.get(name) ?? []).length > 0 &&
    !references.some(reference => reference.function === name)
  );
}

/** Whether all callers in the file look at what a function returns. */
export function isAnswerTaken({ functions, callers }: Program, { name }: FunctionModel): boolean {
  return (callers.get(name) ?? []).every(callerName => {
    const caller = functions.get(callerName);
    if (!caller) return true;
    const read = readVariables(caller);
    return caller.blocks.every(block =>
      block.instructions.every(
        each => each.kind !== 'call' || each.callee !== name || (each.result && read.has(each.result)),
      ),
    );
  });
}
