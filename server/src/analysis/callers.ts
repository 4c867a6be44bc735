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
