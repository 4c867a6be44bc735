import { type CallInstruction, callsOf, type FunctionModel, type Program } from '../program/model.ts';
import { isPointerToStruct, PAGE_TAGS } from '../program/types.ts';
import type { EffectTable } from '../semantics/table.ts';
import { isBio } from './bioContents.ts';
import type { Fault } from './context.ts';
import { rootFrame } from './frames.ts';
import { isOnlyBehind } from './order.ts';
import { calleeOf } from './releasing.ts';

/** A function drops a page that it was given together with a bio. */
interface PageDrop {
  readonly function: FunctionModel;
  readonly call: CallInstruction;
  /** The texts of the page and the bio. */
  readonly page: string;
  readonly bio: string;
  /** The question about the bio's flags that comes before on every way. */
  readonly question: CallInstruction | undefined;
}

/**
 * Functions that unpin a page which they were given together with a bio, and do not ask the bio's flags whether its pages
 * are pinned, where another function of the file does both.
 */
export function judgeBioQuestions(program: Program, table: EffectTable): Fault[] {
  const drops = [...program.functions.values()].flatMap(model => pageDrops(table, model));
  const asker = drops.find(({ question }) => question);
  return asker ? drops.filter(({ question }) => !question).map(drop => faultOf(drop, asker)) : [];
}

function pageDrops(table: EffectTable, model: FunctionModel): PageDrop[] {
  const bio = model.parameters.find(({ type }) => isPointerToStruct(type, new Set(['struct bio']), 1));
  if (!bio) return [];
  const calls = callsOf(model);
  const questions = calls.filter(call => asksFlags(table, call));
  return calls.flatMap(call => {
    const page = unpinned(table, call);
    const given = page?.kind === 'variable' && page.variable.kind === 'parameter' ? page.variable : undefined;
    if (!given || !isPointerToStruct(given.type, PAGE_TAGS, 1)) return [];
    const question = questions.find(({ span }) => isOnlyBehind(model, span, call.span));
    return [{ function: model, call, page: given.name, bio: bio.name, question }];
  });
}

/** The page that a call drops one pin of. */
function unpinned(table: EffectTable, { callee, arguments: given }: CallInstruction) {
  const row = callee === undefined ? undefined : table.row(callee);
  const effect = row?.effects.find(each => each.kind === 'release');
  return effect?.kind === 'release' && effect.hold === 'pin' ? given[effect.pages.argument - 1] : undefined;
}

function asksFlags(table: EffectTable, { callee, arguments: given }: CallInstruction): boolean {
  const row = callee === undefined ? undefined : table.row(callee);
  return row?.effects.some(each => each.kind === 'flag' && each.act === 'ask') === true && given.some(isBio);
}

function faultOf({ function: model, call, page, bio }: PageDrop, asker: PageDrop): Fault {
  const { callee = '', span } = asker.question!;
  return {
    kind: 'unasked-release',
    span: call.calleeSpan,
    frame: rootFrame(model),
    origin: { span, callee, placeText: page },
    confidence: 'guess',
    trace: undefined,
    details: { bio, asker: asker.function.name },
    callee: calleeOf(call),
    steps: [
      { span, message: `${asker.function.name}() asks ${callee}() first` },
      { span: call.span, message: `${call.callee}() drops a pin of \`${page}\`, whatever \`${bio}\` says` },
    ],
  };
}
