import { maskDeclaration } from './declarationMacros.ts';
import type { Token } from './lexer.ts';
import { maskArguments } from './macroArguments.ts';
import { CLASS, CONTROL_WORDS, GUARD, ITERATION_NAME, SCOPED_GUARD, STATEMENT_WORDS } from './maskTable.ts';
import type { Invocation, Sheet } from './sheet.ts';

export function maskInBody(sheet: Sheet, invocation: Invocation): void {
  const before = sheet.text(invocation.word - 1);
  if (beginsStatement(sheet, invocation.word)) {
    if (maskStatement(sheet, invocation)) return;
  } else if (before === 'static' && isMacroDeclaration(sheet, invocation)) {
    sheet.blank(invocation.word - 1, invocation.word - 1);
    if (maskDeclaration(sheet, invocation)) return;
  } else if (isDeclarator(sheet, invocation.word)) return;
  if (isBesideString(sheet, invocation)) sheet.join(invocation.word, invocation.closing);
  else maskArguments(sheet, invocation);
}

/** Returns true where the invocation has been dealt with. */
function maskStatement(sheet: Sheet, invocation: Invocation): boolean {
  const { name, word, opening, closing } = invocation;
  const start = sheet.tokens[word]!.start;
  const first = sheet.text(opening + 1);
  const next = sheet.tokens[closing + 1];
  if (SCOPED_GUARD.test(name)) {
    const named = name.endsWith('guard') && sheet.tokens[opening + 1]!.kind === 'word';
    sheet.notes.push({ kind: 'guard', class: named ? first : name, scoped: true, start });
    replaceHead(sheet, invocation, 'if');
  } else if (name === GUARD && next?.text === '(') {
    sheet.notes.push({ kind: 'guard', class: first, scoped: false, start });
  } else if (name === CLASS && next?.text === '(') {
    sheet.notes.push({ kind: 'class', class: first, variable: sheet.text(opening + 3), start });
  } else if (isIteration(sheet, invocation, next)) {
    sheet.notes.push({ kind: 'iteration', name, start });
    replaceHead(sheet, invocation, 'while');
  } else if (holdsStatements(sheet, invocation)) return writeBlock(sheet, invocation);
  else {
    if (lacksSemicolon(sheet, invocation, next)) addSemicolon(sheet, invocation);
    return maskDeclaration(sheet, invocation);
  }
  maskArguments(sheet, invocation);
  return true;
}

/** A macro before a block, or a macro with the name of an iteration before any statement. */
function isIteration(sheet: Sheet, { name, word }: Invocation, next: Token | undefined): boolean {
  if (next === undefined || name.length < 'while'.length) return false;
  if (next.text === '{') return true;
  if (!ITERATION_NAME.test(name)) return false;
  return next.kind === 'word' || ['*', '(', '++', '--'].includes(next.text) || endsDoLoop(sheet, word - 1);
}

/** `do { … } for_each_x(…);` */
function endsDoLoop(sheet: Sheet, brace: number): boolean {
  const partner = sheet.text(brace) === '}' ? sheet.brackets.partner[brace]! : -1;
  return partner > 0 && sheet.text(partner - 1) === 'do';
}

/** Puts a keyword in the place of the macro's name; an empty pair of parentheses gets a name to hold. */
function replaceHead(sheet: Sheet, invocation: Invocation, keyword: string): void {
  const word = sheet.tokens[invocation.word]!;
  const opening = sheet.tokens[invocation.opening]!;
  sheet.canvas.blank(word.start, word.end);
  sheet.canvas.write(word.start, keyword);
  if (invocation.closing > invocation.opening + 1) return;
  sheet.canvas.blank(opening.start, opening.end);
  sheet.canvas.write(sheet.tokens[invocation.closing]!.start - 2, '(_');
}

/** `DEBUG( a(); b(); )`, `DEBUG( if (x) { … } )`: statements as an argument. */
function holdsStatements(sheet: Sheet, { opening, closing }: Invocation): boolean {
  if (CONTROL_WORDS.has(sheet.text(opening + 1))) return true;
  for (let at = opening + 1; at < closing; at++) {
    const partner = sheet.brackets.partner[at]!;
    if (partner > at) at = partner;
    else if (sheet.text(at) === ';') return true;
  }
  return false;
}

/** A macro that runs the statements it is given becomes a block of them, or the one statement that lacks its end. */
function writeBlock(sheet: Sheet, { word, opening, closing }: Invocation): boolean {
  sheet.blank(word, word);
  const isComplete = [';', '}'].includes(sheet.text(closing - 1));
  sheet.canvas.write(sheet.tokens[opening]!.start, isComplete ? '{' : ' ');
  sheet.canvas.write(sheet.tokens[closing]!.start, isComplete ? '}' : ';');
  if (sheet.text(closing + 1) === ';') sheet.blank(closing + 1, closing + 1);
  return true;
}

function lacksSemicolon(sheet: Sheet, { word }: Invocation, next: Token | undefined): boolean {
  const before = sheet.tokens[word - 1];
  if (
    before !== undefined &&
    before.kind !== 'directive' &&
    ![';', '{', '}', 'else', 'do'].includes(before.text)
  )
    return false;
  return next?.kind === 'word' || next?.kind === 'directive' || next?.text === '}';
}

/** Ends the statement in the white space behind it; where there is none the macro is given up for its semicolon. */
function addSemicolon(sheet: Sheet, { word, closing }: Invocation): void {
  const { end } = sheet.tokens[closing]!;
  const room = sheet.canvas.roomIn(end, sheet.tokens[closing + 1]!.start);
  if (room >= 0) sheet.canvas.write(room, ';');
  else {
    sheet.blank(word, closing);
    sheet.canvas.write(end - 1, ';');
  }
}

/** `__stringify(x) "…"`: a macro that yields a string is joined to its neighbour, so it must be a name. */
function isBesideString(sheet: Sheet, { word, closing }: Invocation): boolean {
  return sheet.tokens[word - 1]?.kind === 'string' || sheet.tokens[closing + 1]?.kind === 'string';
}

/** Tests whether a statement may begin at a token of a function's body. */
function beginsStatement(sheet: Sheet, index: number): boolean {
  const before = sheet.tokens[index - 1];
  if (before === undefined || before.kind === 'directive') return true;
  return [';', '{', '}', ')', ':', 'else', 'do'].includes(before.text);
}

/** `type name(…)` within a function declares a function. */
function isDeclarator(sheet: Sheet, word: number): boolean {
  const before = sheet.tokens[word - 1];
  return before?.kind === 'word' && !STATEMENT_WORDS.has(before.text) && before.text !== 'else';
}

function isMacroDeclaration(sheet: Sheet, invocation: Invocation): boolean {
  return [';', '='].includes(sheet.text(invocation.closing + 1));
}
