import type { Block, CallInstruction } from '../../program/model.ts';
import type { Acquire, Store } from '../../semantics/effects.ts';
import type { Hold } from '../../semantics/holds.ts';
import { heldIn, onlyHold } from '../containers.ts';
import type { Context } from '../context.ts';
import { pointerAtom } from '../places.ts';
import { calleeOf, pageOf } from '../releasing.ts';
import type { PageSet } from '../state.ts';
import { asNumber } from '../terms.ts';
import type { Values } from '../values.ts';
import type { Check } from './check.ts';

/** Pages with different holds in one container: no release is right for both. */
export const mixedHoldsCheck: Check = {
  call(context, values, call, row) {
    if (values.state.warned) return;
    for (const effect of row?.effects ?? []) {
      if (effect.kind === 'store') checkStore(context, values, call, effect);
      else if (effect.kind === 'acquire') checkArray(context, values, call, effect);
    }
  },
};

/** A page goes into a bio, a scatterlist or an array of bio_vecs. */
function checkStore(context: Context, values: Values, call: CallInstruction, effect: Store): void {
  const [page, container] = [call.arguments[effect.page - 1], call.arguments[effect.into - 1]];
  if (!page || !container || effect.takes === 'own-hold') return;
  const found = pageOf(values.state, values.value(page));
  const added = found && onlyHold(values.state, found.set);
  const known = heldIn(context, values, values.value(container));
  if (!found || !added || !known || added === known || !values.state.mayExist(found.set)) return;
  const pointer = pointerAtom(values.value(container), atom => context.pointers.has(atom));
  const earlier = pointer && values.state.sets.get(values.state.aliases.get(pointer) ?? '');
  if (earlier && isTakenAgain(values, call, earlier)) return;
  report(context, values, call, found.set, {
    added,
    known,
    addedText: context.source(page.span),
    containerText: context.source(container.span),
  });
}

/** Pages are added to an array behind others of another hold. */
function checkArray(context: Context, values: Values, call: CallInstruction, effect: Acquire): void {
  const { state } = values;
  const argument = effect.pages.form === 'array' ? call.arguments[effect.pages.argument - 1] : undefined;
  const added = effect.hold;
  if (!argument || (added !== 'pin' && added !== 'get')) return;
  const array = values.value(argument);
  const pointer = pointerAtom(array, atom => context.pointers.has(atom));
  // A slot at a fixed place can be told from the others, and be released by itself.
  if (!pointer || asNumber(context.terms.subtract(array, pointer)) !== undefined) return;
  for (const set of state.sets.values()) {
    const known = onlyHold(state, set);
    if (set.pointer !== pointer || set.status !== 'held' || !known || known === added) continue;
    if (!state.mayExist(set) || !state.mayRemain(set) || isTakenAgain(values, call, set)) continue;
    const addedText = `the pages of ${call.callee}()`;
    report(context, values, call, set, { added, known, addedText, containerText: set.acquisition.placeText });
    return;
  }
}

/** Both run in one loop, in which each turn may go the same way: the paths do not tell. */
function isTakenAgain(values: Values, call: CallInstruction, set: PageSet): boolean {
  if (set.acquisition.frame.key !== values.frame.key) return false;
  const { blocks } = values.frame.function;
  const blockOf = (start: number): Block | undefined =>
    blocks.find(block => block.instructions.some(each => each.kind === 'call' && each.span.start === start));
  const [from, to] = [blockOf(call.span.start), blockOf(set.acquisition.span.start)];
  if (!from || !to) return false;
  const seen = new Set<Block>();
  const queue = successorsOf(from);
  for (let block = queue.pop(); block; block = queue.pop()) {
    if (block === to) return true;
    if (seen.has(block)) continue;
    seen.add(block);
    queue.push(...successorsOf(block));
  }
  return false;
}

function successorsOf({ terminator }: Block): Block[] {
  switch (terminator.kind) {
    case 'jump':
      return [terminator.target];
    case 'branch':
      return [terminator.whenTrue, terminator.whenFalse];
    case 'switch':
      return [...terminator.cases.map(each => each.target), terminator.otherwise];
    case 'choice':
      return [...terminator.targets];
    default:
      return [];
  }
}

interface Mixture {
  readonly added: Hold;
  readonly known: Hold;
  readonly addedText: string;
  readonly containerText: string;
}

function report(
  context: Context,
  values: Values,
  call: CallInstruction,
  set: PageSet,
  mixture: Mixture,
): void {
  const { span, callee, placeText } = set.acquisition;
  context.report({
    kind: 'mixed-holds',
    span: call.calleeSpan,
    frame: values.frame,
    origin: { span, callee, placeText },
    acquisition: set.acquisition,
    confidence: 'certain',
    trace: values.state.trace,
    details: { ...mixture, containerText: mixture.containerText.replace(/^&/, '') },
    callee: calleeOf(call),
  });
}
