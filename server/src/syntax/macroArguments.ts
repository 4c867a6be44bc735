import { STATEMENT_WORDS } from './maskTable.ts';
import type { Invocation, Range, Sheet } from './sheet.ts';

const OPENS_EXPRESSION = new Set([
  '(',
  '{',
  '*',
  '&',
  '!',
  '~',
  '-',
  '+',
  '++',
  '--',
  '.',
  '&&',
  '#',
  '...',
  '[',
]);
const CLOSES_EXPRESSION = new Set([')', ']', '}', '++', '--', '...']);

/** Turns arguments that are no expression (types, statements, operators, nothing) into names. */
export function maskArguments(sheet: Sheet, invocation: Invocation): void {
  for (const range of sheet.argumentsOf(invocation)) {
    if (range.from === range.to) fillEmpty(sheet, range);
    else if (!isExpression(sheet, range)) sheet.join(range.from, range.to - 1);
  }
}

/** The grammar takes one member name; `member.inner[3]` becomes one. */
export function maskOffsetOf(sheet: Sheet, invocation: Invocation): void {
  const [type, member] = sheet.argumentsOf(invocation);
  if (type === undefined || member === undefined) return;
  if (member.to > member.from + 1) sheet.join(member.from, member.to - 1);
}

function fillEmpty(sheet: Sheet, { from }: Range): void {
  const room = sheet.canvas.roomIn(sheet.tokens[from - 1]!.end, sheet.tokens[from]!.start);
  if (room >= 0) sheet.canvas.write(room, '_');
}

/** False where the argument surely is no expression, looking at its own level of nesting only. */
function isExpression(sheet: Sheet, { from, to }: Range): boolean {
  const first = sheet.tokens[from]!;
  const last = sheet.tokens[to - 1]!;
  if (STATEMENT_WORDS.has(first.text)) return false;
  if (last.kind === 'punctuator' && !CLOSES_EXPRESSION.has(last.text)) return false;
  if (first.kind === 'punctuator' && !OPENS_EXPRESSION.has(first.text)) return false;
  for (let at = from; at < to - 1; at++) {
    const partner = sheet.brackets.partner[at]!;
    if (partner > at) at = partner;
    else if (isWordPair(sheet, at)) return false;
  }
  return true;
}

/** Two words side by side are a type, or a declaration. */
function isWordPair(sheet: Sheet, at: number): boolean {
  const [word, next] = [sheet.tokens[at]!, sheet.tokens[at + 1]!];
  return (
    word.kind === 'word' && next.kind === 'word' && word.text !== 'sizeof' && word.text !== '__extension__'
  );
}
