import {
  BITMAP,
  DECLARES_POINTER,
  DECLARES_TYPE_AND_NAME,
  FLEXIBLE_ARRAY_MEMBER,
  FUNCTION_OF_PAIRS,
  KEYWORDS_BEFORE_PARENTHESIS,
  MEMBER_GROUPS,
  PLAIN_TYPES,
  QUALIFIERS,
  TAG_WORDS,
} from './maskTable.ts';
import type { Invocation, Range, Sheet } from './sheet.ts';

/** Words a function's header may have before its parameters. */
const LONGEST_HEAD = 12;

/**
 * A function's header with a word too many: `static MY_INLINE int f(`. Blanks what is neither the type nor the name;
 * annotations stand before the type, unless their spelling tells.
 */
export function maskUnknownAnnotations(sheet: Sheet, first: number): void {
  const before = sheet.tokens[first - 1];
  const begins = before === undefined || before.kind === 'directive' || ';}'.includes(before.text);
  if (!begins && !sheet.done[first - 1]) return;
  const plain: number[] = [];
  let hasType = false;
  let at = first;
  for (; at < first + LONGEST_HEAD && sheet.text(at) !== '('; at++) {
    const word = sheet.text(at);
    if (TAG_WORDS.has(word)) at++;
    else if (word !== '*' && sheet.tokens[at]?.kind !== 'word') return;
    else if (word !== '*' && !QUALIFIERS.has(word) && !PLAIN_TYPES.has(word)) plain.push(at);
    hasType ||= TAG_WORDS.has(word) || PLAIN_TYPES.has(word);
  }
  if (sheet.text(at) !== '(' || plain[plain.length - 1] !== at - 1) return;
  const surplus = plain.slice(0, -1);
  if (!hasType) surplus.splice(typeAmong(sheet, surplus), 1);
  for (const word of surplus) sheet.blank(word, word);
}

/** Which of the words is the type: the last that is not spelled like an annotation. */
function typeAmong(sheet: Sheet, words: readonly number[]): number {
  for (let index = words.length - 1; index > 0; index--)
    if (!/^[A-Z_\d]+$|^__[a-z]+(_[a-z]+)*$/.test(sheet.text(words[index]!))) return index;
  return 0;
}

/** `DEFINE_PER_CPU(type, name)` → `type name`. Returns true where the macro is known to declare so. */
export function maskDeclaration(sheet: Sheet, invocation: Invocation): boolean {
  if (invocation.name === BITMAP) return writeBitmap(sheet, invocation);
  const isPointer = DECLARES_POINTER.has(invocation.name);
  if (!isPointer && !DECLARES_TYPE_AND_NAME.test(invocation.name)) return false;
  const [type, name] = sheet.argumentsOf(invocation);
  if (type === undefined || name === undefined) return false;
  sheet.blank(invocation.word, invocation.opening);
  sheet.blank(type.to, type.to);
  if (isPointer) sheet.canvas.write(sheet.tokens[type.to]!.start, '*');
  sheet.blank(name.from + 1, invocation.closing);
  sheet.finish(name.from, name.from);
  return true;
}

export function maskAtFileScope(sheet: Sheet, invocation: Invocation): void {
  const { closing, word } = invocation;
  const next = sheet.tokens[closing + 1];
  if (next?.text === '(' || sheet.text(invocation.opening + 1) === '*') return;
  if (next?.text === '{' && !['.', '['].includes(sheet.text(closing + 2)))
    maskFunctionHeader(sheet, invocation);
  else if (isReturnType(sheet, invocation)) sheet.join(word, closing);
  else if (!maskDeclaration(sheet, invocation)) blankDeclaration(sheet, invocation);
}

export function beginsDeclaration(sheet: Sheet, word: number): boolean {
  let first = word;
  while (['static', 'const', 'extern', 'inline'].includes(sheet.text(first - 1))) first--;
  const before = sheet.tokens[first - 1];
  if (before === undefined || before.kind === 'directive' || sheet.done[first - 1]) return true;
  return before.text === ';' || before.text === '}';
}

/** `TYPE(x) name(…)` on one line. */
function isReturnType(sheet: Sheet, { word, closing }: Invocation): boolean {
  if (sheet.tokens[closing + 1]?.kind !== 'word' || sheet.text(closing + 2) !== '(') return false;
  return sheet.canvas.isOneLine(sheet.tokens[word]!.start, sheet.tokens[closing + 1]!.end);
}

/** Blanks a macro invocation with its storage class, its initialiser and its semicolon. */
function blankDeclaration(sheet: Sheet, { word, closing }: Invocation): void {
  let from = word;
  while (['static', 'const', 'extern', 'inline'].includes(sheet.text(from - 1))) from--;
  let to = closing;
  if (sheet.text(to + 1) === '{') to = Math.max(to, sheet.brackets.partner[to + 1]!);
  else if (sheet.text(to + 1) === '=') {
    to++;
    while (to + 1 < sheet.tokens.length && sheet.text(to + 1) !== ';' && sheet.text(to + 1) !== '}')
      to = Math.max(to + 1, sheet.brackets.partner[to + 1]!);
  }
  if (sheet.text(to + 1) === ';') to++;
  sheet.blank(from, to);
}

/** `SYSCALL_DEFINE1(name, type, parameter) {` → `long name(type parameter) {`. */
function maskFunctionHeader(sheet: Sheet, invocation: Invocation): void {
  const [name, ...rest] = sheet.argumentsOf(invocation);
  if (name === undefined || name.to !== name.from + 1 || sheet.tokens[name.from]!.kind !== 'word') return;
  const word = sheet.tokens[invocation.word]!;
  if (word.text.length <= 'int'.length || KEYWORDS_BEFORE_PARENTHESIS.has(sheet.text(name.from))) return;
  sheet.blank(invocation.word, invocation.opening);
  sheet.canvas.write(word.start, word.text.length > 'long'.length ? 'long' : 'int');
  sheet.finish(name.from, name.from);
  if (rest.length === 0) writeWithoutParameters(sheet, name.from, invocation.closing);
  else writeParameters(sheet, name.to, rest, FUNCTION_OF_PAIRS.test(invocation.name));
}

/** `name)` → `name()`: the name moves one to the left, into what was the opening parenthesis. */
function writeWithoutParameters(sheet: Sheet, name: number, closing: number): void {
  const { start, text } = sheet.tokens[name]!;
  const end = sheet.tokens[closing]!.start;
  sheet.blank(name, closing);
  sheet.canvas.write(start - 1, `${text}(`);
  sheet.canvas.write(end, ')');
}

function writeParameters(sheet: Sheet, comma: number, parameters: readonly Range[], arePairs: boolean): void {
  sheet.canvas.write(sheet.tokens[comma]!.start, '(');
  sheet.finish(comma, comma);
  const areTypes = parameters.every(({ from }) => sheet.tokens[from]?.kind === 'word');
  if (!areTypes) sheet.blank(comma + 1, parameters[parameters.length - 1]!.to - 1);
  else if (arePairs)
    for (let index = 0; index + 1 < parameters.length; index += 2)
      sheet.blank(parameters[index]!.to, parameters[index]!.to);
}

export function maskMember(sheet: Sheet, invocation: Invocation): void {
  const before = sheet.tokens[invocation.word - 1];
  const begins = before?.kind === 'directive' || ['{', ';', '}'].includes(before?.text ?? '{');
  if (!(begins || sheet.done[invocation.word - 1]) || sheet.text(invocation.opening + 1) === '*') return;
  if (sheet.text(invocation.closing + 1) === '(') return;
  const groupHead = MEMBER_GROUPS.get(invocation.name);
  if (groupHead !== undefined) unwrapGroup(sheet, invocation, groupHead);
  else if (invocation.name === BITMAP) writeBitmap(sheet, invocation);
  else if (invocation.name === FLEXIBLE_ARRAY_MEMBER) writeFlexibleArray(sheet, invocation);
  else blankDeclaration(sheet, invocation);
}

function unwrapGroup(sheet: Sheet, { word, opening, closing }: Invocation, headLength: number): void {
  let from = opening + 1;
  for (let commas = 0; commas < headLength && from < closing; from++) if (sheet.text(from) === ',') commas++;
  sheet.blank(word, from - 1);
  sheet.blank(closing, sheet.text(closing + 1) === ';' ? closing + 1 : closing);
}

function writeBitmap(sheet: Sheet, invocation: Invocation): boolean {
  const [name, bits] = sheet.argumentsOf(invocation);
  if (name === undefined || bits === undefined) return false;
  sheet.blank(invocation.word, invocation.opening);
  sheet.canvas.write(sheet.tokens[invocation.word]!.start, 'unsigned long');
  sheet.canvas.write(sheet.tokens[name.to]!.start, '[');
  sheet.canvas.write(sheet.tokens[invocation.closing]!.start, ']');
  return true;
}

function writeFlexibleArray(sheet: Sheet, invocation: Invocation): void {
  const [type, name] = sheet.argumentsOf(invocation);
  if (type === undefined || name === undefined) return;
  const end = sheet.tokens[invocation.closing]!.end;
  const member = `${sheet.sourceOf(type)} ${sheet.sourceOf(name)}[]`;
  const isPlain = sheet.canvas.isOneLine(sheet.tokens[invocation.word]!.start, end) && !member.includes('{');
  sheet.blank(invocation.word, invocation.closing);
  if (isPlain) sheet.canvas.write(end - member.length, member);
}
