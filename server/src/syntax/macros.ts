import {
  beginsDeclaration,
  maskAtFileScope,
  maskMember,
  maskUnknownAnnotations,
} from './declarationMacros.ts';
import { maskArguments, maskOffsetOf } from './macroArguments.ts';
import {
  ALIGN_OF,
  ASSEMBLY,
  KEYWORDS_BEFORE_PARENTHESIS,
  TYPE_ARGUMENT_MACROS,
  TYPE_OF,
} from './maskTable.ts';
import type { Invocation, Sheet } from './sheet.ts';
import { maskInBody } from './statementMacros.ts';

/** Tokens up to which the `...` of a case range is looked for. */
const LONGEST_CASE = 40;

const NUMBER =
  /^(?:0[xX][\da-fA-F]+|0[bB][01]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|0[xX][\da-fA-F.]+[pP][+-]?\d+)[uUlLfF]*$/;

/** Rewrites what the grammar of C has no place for: macros that are more than calls, and a few extensions. */
export function maskMacros(sheet: Sheet): void {
  for (let index = 0; index < sheet.tokens.length; index++) {
    const token = sheet.tokens[index]!;
    if (sheet.done[index]) continue;
    if (token.kind === 'directive') maskDirective(sheet, index);
    else if (token.kind === 'number') maskNumber(sheet, index);
    else if (token.kind === 'word') maskWord(sheet, index);
  }
}

/** A #define among enumerators, initialisers or arguments: the grammar knows directives only between statements. */
function maskDirective(sheet: Sheet, index: number): void {
  if (sheet.brackets.enclosing[index]! >= 0 || sheet.brackets.room[index] === 'list')
    sheet.blank(index, index);
}

/** `9p_fid` is one token to the preprocessor, so macros take it for a name. */
function maskNumber(sheet: Sheet, index: number): void {
  const { start, text } = sheet.tokens[index]!;
  if (!NUMBER.test(text)) sheet.canvas.write(start, '_');
}

function maskWord(sheet: Sheet, index: number): void {
  const word = sheet.text(index);
  if (word === 'case') maskCaseRange(sheet, index);
  else if (ASSEMBLY.has(word)) maskAssembly(sheet, index);
  else if (ALIGN_OF.has(word)) maskAlignOf(sheet, index);
  else if (sheet.brackets.room[index] === 'file' && sheet.brackets.enclosing[index]! < 0)
    maskUnknownAnnotations(sheet, index);
  const invocation = sheet.invocationAt(index);
  if (invocation === undefined) return;
  if (TYPE_OF.has(invocation.name)) sheet.join(invocation.word, invocation.closing);
  else if (invocation.name === 'offsetof') maskOffsetOf(sheet, invocation);
  else if (!KEYWORDS_BEFORE_PARENTHESIS.has(invocation.name)) maskInvocation(sheet, invocation);
}

function maskInvocation(sheet: Sheet, invocation: Invocation): void {
  const room = sheet.brackets.room[invocation.word];
  const isNested = sheet.brackets.enclosing[invocation.word]! >= 0;
  if (room === 'members' && !isNested) maskMember(sheet, invocation);
  else if (room === 'file' && !isNested && beginsDeclaration(sheet, invocation.word))
    maskAtFileScope(sheet, invocation);
  else if (room === 'body' || room === 'list') maskInBody(sheet, invocation);
  else if (TYPE_ARGUMENT_MACROS.has(invocation.name)) maskArguments(sheet, invocation);
}

/** Blanks assembly whose template is more than strings: the grammar takes no macros there. */
function maskAssembly(sheet: Sheet, index: number): void {
  let opening = index + 1;
  while (sheet.tokens[opening]?.kind === 'word') opening++;
  const closing = sheet.text(opening) === '(' ? sheet.brackets.partner[opening]! : -1;
  if (closing < 0) return;
  let at = opening + 1;
  while (sheet.tokens[at]?.kind === 'string') at++;
  const isPlain = at > opening + 1 && [':', ')'].includes(sheet.text(at));
  if (!isPlain || sheet.text(opening - 1) === '__volatile') sheet.blank(index, closing);
}

/** The grammar takes types only; the alignment of an expression becomes a name, or a size where it is bare. */
function maskAlignOf(sheet: Sheet, index: number): void {
  const { start, end } = sheet.tokens[index]!;
  const closing = sheet.text(index + 1) === '(' ? sheet.brackets.partner[index + 1]! : -1;
  if (closing >= 0) {
    if (sheet.tokens.slice(index + 2, closing).some(token => token.kind !== 'word'))
      sheet.join(index, closing);
    return;
  }
  sheet.canvas.blank(start, end);
  sheet.canvas.write(start, 'sizeof');
}

function maskCaseRange(sheet: Sheet, index: number): void {
  let dots = -1;
  for (let at = index + 1; at < sheet.tokens.length && at < index + LONGEST_CASE; at++) {
    const text = sheet.text(at);
    if (text === ';' || text === '{' || text === '}') return;
    if (text === '...') dots = at;
    if (text !== ':') continue;
    if (dots > 0 && at > dots + 1) blankRange(sheet, index, dots, at);
    return;
  }
}

function blankRange(sheet: Sheet, index: number, dots: number, colon: number): void {
  const low = sheet.sourceOf({ from: index + 1, to: dots });
  const high = sheet.sourceOf({ from: dots + 1, to: colon });
  sheet.notes.push({ kind: 'caseRange', low, high, start: sheet.tokens[index]!.start });
  sheet.blank(dots, colon - 1);
}
