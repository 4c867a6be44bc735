import type { Block, Expression, FunctionModel, Variable } from '../../program/model.ts';
import { calleeOf } from '../releasing.ts';
import type { Check } from './check.ts';
import { gupEffect } from './gupFlags.ts';

/** What a direction of enum dma_data_direction means for the memory (include/linux/dma-direction.h, 6.1 and 6.12). */
const IS_WRITTEN: Readonly<Record<string, boolean>> = { DMA_TO_DEVICE: false, DMA_FROM_DEVICE: true };

/** FOLL_WRITE is chosen by the direction of a transfer, and the wrong way round. */
export const writeDirection: Check = {
  call(context, values, call, row) {
    const effect = row && gupEffect(row);
    const argument = effect?.flags === undefined ? undefined : call.arguments[effect.flags - 1];
    if (!argument || values.state.warned) return;
    const model = values.frame.function;
    const choices = choicesIn(model);
    const sources = choices.length > 0 ? sourcesOf(model, argument) : undefined;
    for (const choice of choices) {
      if (!sources?.has(choice.variable)) continue;
      context.report({
        kind: 'gup-flags',
        span: choice.condition.span,
        frame: values.frame,
        origin: { span: call.span, callee: call.callee ?? '', placeText: context.source(argument.span) },
        confidence: 'certain',
        trace: values.state.trace,
        details: { cause: 'direction', flag: choice.direction },
        callee: calleeOf(call),
      });
    }
  },
};

/** A branch that gives a variable FOLL_WRITE exactly where the device only reads, or does not write. */
interface WrongChoice {
  readonly condition: Expression;
  readonly direction: string;
  readonly variable: Variable;
}

const found = new WeakMap<FunctionModel, readonly WrongChoice[]>();

function choicesIn(model: FunctionModel): readonly WrongChoice[] {
  const known = found.get(model) ?? model.blocks.flatMap(wrongChoices);
  found.set(model, known);
  return known;
}

function wrongChoices({ terminator }: Block): WrongChoice[] {
  if (terminator.kind !== 'branch') return [];
  const { condition, whenTrue, whenFalse } = terminator;
  if (condition.kind !== 'binary' || !/^[!=]=$/.test(condition.operator)) return [];
  const direction = [condition.left, condition.right]
    .map(nameOf)
    .find(name => Object.hasOwn(IS_WRITTEN, name));
  if (!direction) return [];
  const [same, other] = condition.operator === '==' ? [whenTrue, whenFalse] : [whenFalse, whenTrue];
  const [right, wrong] = IS_WRITTEN[direction] ? [same, other] : [other, same];
  return writable(wrong)
    .filter(variable => !writable(right).includes(variable))
    .map(variable => ({ condition, direction, variable }));
}

const nameOf = (expression: Expression): string => (expression.kind === 'global' ? expression.name : '');

/** The variables that a block gives FOLL_WRITE. */
function writable({ instructions }: Block): Variable[] {
  return instructions.flatMap(each =>
    each.kind === 'assign' && each.place.kind === 'variable' && hasWrite(each.value)
      ? [each.place.variable]
      : [],
  );
}

function hasWrite(value: Expression): boolean {
  if (value.kind === 'cast') return hasWrite(value.operand);
  if (value.kind === 'binary')
    return value.operator === '|' && (hasWrite(value.left) || hasWrite(value.right));
  return nameOf(value) === 'FOLL_WRITE';
}

/** The variables that an expression is made of, directly or through assignments of the function. */
function sourcesOf({ blocks }: FunctionModel, expression: Expression): ReadonlySet<Variable> {
  const sources = new Set(variablesIn(expression));
  for (const variable of sources)
    for (const { instructions } of blocks)
      for (const each of instructions)
        if (each.kind === 'assign' && each.place.kind === 'variable' && each.place.variable === variable)
          for (const source of variablesIn(each.value)) sources.add(source);
  return sources;
}

function variablesIn(expression: Expression): Variable[] {
  if (expression.kind === 'cast') return variablesIn(expression.operand);
  if (expression.kind === 'binary')
    return [...variablesIn(expression.left), ...variablesIn(expression.right)];
  return expression.kind === 'variable' ? [expression.variable] : [];
}
