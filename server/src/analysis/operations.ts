import type { FunctionModel, FunctionReference, Program } from '../program/model.ts';

/**
 * Whether a function runs only for objects with another table of operations than those that a second one runs for: both
 * are reached by tables of one type alone, and by none in common.
 */
export function isOfAnotherKind(program: Program, model: FunctionModel, other: FunctionModel): boolean {
  const [its, others] = [entriesOf(program, model), entriesOf(program, other)];
  if (!its || !others) return false;
  return its.every(({ table, variable }) =>
    others.every(each => table !== undefined && each.table === table && each.variable !== variable),
  );
}

/** The entries of tables by which alone a function is reached, itself or by its callers; undefined where there are other ways. */
function entriesOf(
  program: Program,
  { name, isStatic }: FunctionModel,
  seen: ReadonlySet<string> = new Set(),
): FunctionReference[] | undefined {
  const own = program.references.filter(each => each.function === name);
  const callers = program.callers.get(name) ?? [];
  if (!isStatic || own.length + callers.length === 0) return;
  if (own.some(({ table, variable }) => table === undefined || variable === undefined)) return;
  const within = new Set([...seen, name]);
  const found = [...own];
  for (const caller of callers) {
    if (within.has(caller)) continue;
    const model = program.functions.get(caller);
    const entries = model && entriesOf(program, model, within);
    if (!entries) return;
    found.push(...entries);
  }
  return found.length > 0 ? found : undefined;
}
