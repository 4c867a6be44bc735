import { callsOf, type Expression, type FunctionModel, type Program } from '../program/model.ts';
import type { Direction } from '../semantics/holds.ts';
import { CONSTANTS } from './values.ts';

/** A direction handed down through more functions than this is variable. */
const CALLER_STEPS = 4;

/**
 * The direction an expression stands for, whatever the path: ITER_SOURCE and WRITE are 1, ITER_DEST and READ 0; a local
 * may have all that is assigned to it, a parameter of a static function all that its callers give.
 */
export function directionOf(
  program: Program,
  model: FunctionModel,
  expression: Expression,
): Direction | 'variable' {
  const numbers = numbersOf(program, model, expression, CALLER_STEPS);
  if (numbers?.size !== 1) return 'variable';
  return numbers.has(1) ? 'source' : numbers.has(0) ? 'dest' : 'variable';
}

/** The numbers an expression may be; undefined: any. */
function numbersOf(
  program: Program,
  model: FunctionModel,
  expression: Expression,
  steps: number,
): Set<number> | undefined {
  switch (expression.kind) {
    case 'constant':
      return new Set([expression.value]);
    case 'global': {
      const value = Object.hasOwn(CONSTANTS, expression.name) ? CONSTANTS[expression.name] : undefined;
      return value === undefined ? undefined : new Set([value]);
    }
    case 'cast':
      return numbersOf(program, model, expression.operand, steps);
    case 'variable': {
      if (steps === 0) return undefined;
      const given = valuesOf(program, model, expression.variable.id);
      return given && union(given.map(each => numbersOf(program, each.model, each.value, steps - 1)));
    }
    default:
      return undefined;
  }
}

function union(sets: readonly (Set<number> | undefined)[]): Set<number> | undefined {
  const all = new Set<number>();
  for (const set of sets) {
    if (!set) return undefined;
    for (const number of set) all.add(number);
  }
  return all.size > 0 ? all : undefined;
}

/** All that a variable is given: by assignments, and for a parameter by the calls; undefined where some are out of view. */
function valuesOf(
  program: Program,
  model: FunctionModel,
  id: number,
): { readonly model: FunctionModel; readonly value: Expression }[] | undefined {
  const given: { model: FunctionModel; value: Expression }[] = [];
  for (const { instructions } of model.blocks)
    for (const instruction of instructions) {
      if (instruction.kind === 'call') {
        if (instruction.result?.id === id || instruction.arguments.some(each => isAddressOf(each, id)))
          return;
      } else if (
        instruction.kind === 'assign' &&
        instruction.place.kind === 'variable' &&
        instruction.place.variable.id === id
      )
        given.push({ model, value: instruction.value });
    }
  const position = model.parameters.findIndex(parameter => parameter.id === id);
  if (position < 0) return given;
  const calls = model.isStatic ? callsTo(program, model.name) : undefined;
  if (!calls) return;
  for (const { caller, arguments: values } of calls) {
    const value = values[position];
    if (!value) return;
    given.push({ model: caller, value });
  }
  return given;
}

const isAddressOf = (expression: Expression, id: number): boolean =>
  expression.kind === 'address' && expression.of.kind === 'variable' && expression.of.variable.id === id;

/** Every call of a function of the file; undefined where it is also used otherwise than by a call. */
function callsTo(
  program: Program,
  name: string,
): { caller: FunctionModel; arguments: readonly Expression[] }[] | undefined {
  const found: { caller: FunctionModel; arguments: readonly Expression[] }[] = [];
  for (const callerName of program.callers.get(name) ?? []) {
    const caller = program.functions.get(callerName);
    const calls = caller && callsOf(caller).filter(each => each.callee === name);
    if (!caller || !calls || calls.length === 0) return;
    for (const call of calls) found.push({ caller, arguments: call.arguments });
  }
  return program.references.some(each => each.function === name) ? undefined : found;
}
