import { type Brackets, pairBrackets } from './brackets.ts';
import type { Canvas } from './canvas.ts';
import type { Token } from './lexer.ts';
import {
  ALIGN_OF,
  ASSEMBLY,
  BITMAP_MEMBER,
  CLASS,
  DECLARES_POINTER,
  DECLARES_TYPE_AND_NAME,
  FLEXIBLE_ARRAY_MEMBER,
  FUNCTION_OF_PAIRS,
  GUARD,
  ITERATION_NAME,
  KEYWORDS_BEFORE_PARENTHESIS,
  MEMBER_GROUPS,
  SCOPED_GUARD,
  STATEMENT_WORDS,
  TYPE_ARGUMENT_MACROS,
  TYPE_OF,
} from './maskTable.ts';
import type { MaskNote } from './notes.ts';

/** Tokens `from` up to, not including, `to`. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** `word(…)`: indexes of the word and of its parentheses. */
interface Invocation {
  readonly name: string;
  readonly word: number;
  readonly opening: number;
  readonly closing: number;
}

/** Tokens up to which the `...` of a case range is looked for. */
const LONGEST_CASE = 40;

/** Rewrites macro invocations that C's grammar has no place for. */
export class MacroMasker {
  private readonly brackets: Brackets;
  /** Tokens that have been rewritten; the rules leave them alone. */
  private readonly done: Uint8Array;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly canvas: Canvas,
    private readonly notes: MaskNote[],
  ) {
    this.brackets = pairBrackets(tokens);
    this.done = new Uint8Array(tokens.length);
  }

  run(): void {
    for (let index = 0; index < this.tokens.length; index++) {
      const token = this.tokens[index]!;
      if (this.done[index]) continue;
      if (token.kind === 'directive') this.maskDirective(index);
      else if (token.kind === 'number') this.maskNumber(index);
      else if (token.kind === 'word') this.maskWord(index);
    }
  }

  private text(index: number): string {
    return this.tokens[index]?.text ?? '';
  }

  /** A #define among enumerators, initialisers or arguments: the grammar knows directives only between statements. */
  private maskDirective(index: number): void {
    if (this.brackets.enclosing[index]! >= 0 || this.brackets.room[index] === 'list')
      this.blank(index, index);
  }

  /** `9p_fid` is one token to the preprocessor, so macros take it for a name. */
  private maskNumber(index: number): void {
    const { start, text } = this.tokens[index]!;
    if (!NUMBER.test(text)) this.canvas.write(start, '_');
  }

  private maskWord(index: number): void {
    const word = this.text(index);
    if (word === 'case') this.maskCaseRange(index);
    else if (ASSEMBLY.has(word)) this.maskAssembly(index);
    else if (ALIGN_OF.has(word)) this.maskAlignOf(index);
    const invocation = this.invocationAt(index);
    if (invocation === undefined) return;
    if (TYPE_OF.has(invocation.name)) this.join(invocation.word, invocation.closing);
    else if (invocation.name === 'offsetof') this.maskOffsetOf(invocation);
    else if (!KEYWORDS_BEFORE_PARENTHESIS.has(invocation.name)) this.maskInvocation(invocation);
  }

  /** Blanks assembly whose template is more than strings: the grammar takes no macros there. */
  private maskAssembly(index: number): void {
    let opening = index + 1;
    while (this.tokens[opening]?.kind === 'word') opening++;
    const closing = this.text(opening) === '(' ? this.brackets.partner[opening]! : -1;
    if (closing < 0) return;
    let at = opening + 1;
    while (this.tokens[at]?.kind === 'string') at++;
    const isPlain = at > opening + 1 && [':', ')'].includes(this.text(at));
    if (!isPlain || this.text(opening - 1) === '__volatile') this.blank(index, closing);
  }

  /** The grammar takes types only; the alignment of an expression becomes a name, or a size where it is bare. */
  private maskAlignOf(index: number): void {
    const { start, end } = this.tokens[index]!;
    const closing = this.text(index + 1) === '(' ? this.brackets.partner[index + 1]! : -1;
    if (closing >= 0) {
      this.join(index, closing);
      return;
    }
    this.canvas.blank(start, end);
    this.canvas.write(start, 'sizeof');
  }

  private invocationAt(word: number): Invocation | undefined {
    if (this.text(word + 1) !== '(') return undefined;
    const closing = this.brackets.partner[word + 1]!;
    return closing < 0 ? undefined : { name: this.text(word), word, opening: word + 1, closing };
  }

  private maskInvocation(invocation: Invocation): void {
    const room = this.brackets.room[invocation.word];
    const isNested = this.brackets.enclosing[invocation.word]! >= 0;
    if (room === 'members' && !isNested) this.maskMember(invocation);
    else if (room === 'file' && !isNested && this.beginsDeclaration(invocation.word))
      this.maskAtFileScope(invocation);
    else if (room === 'body' || room === 'list') this.maskInBody(invocation);
    else if (TYPE_ARGUMENT_MACROS.has(invocation.name)) this.maskArguments(invocation);
  }

  // Within functions

  private maskInBody(invocation: Invocation): void {
    const before = this.text(invocation.word - 1);
    if (this.beginsStatement(invocation.word)) {
      if (this.maskStatement(invocation)) return;
    } else if (before === 'static' && this.isMacroDeclaration(invocation)) {
      this.blank(invocation.word - 1, invocation.word - 1);
      if (this.maskDeclaration(invocation)) return;
    } else if (this.isDeclarator(invocation.word)) return;
    if (this.isBesideString(invocation)) this.join(invocation.word, invocation.closing);
    else this.maskArguments(invocation);
  }

  /** `__stringify(x) "…"`: a macro that yields a string is joined to its neighbour, so it must be a name. */
  private isBesideString({ word, closing }: Invocation): boolean {
    return this.tokens[word - 1]?.kind === 'string' || this.tokens[closing + 1]?.kind === 'string';
  }

  /** Returns true where the invocation has been dealt with. */
  private maskStatement(invocation: Invocation): boolean {
    const { name, word, opening, closing } = invocation;
    const start = this.tokens[word]!.start;
    const first = this.text(opening + 1);
    const next = this.tokens[closing + 1];
    if (SCOPED_GUARD.test(name)) {
      const named = name.endsWith('guard') && this.tokens[opening + 1]!.kind === 'word';
      this.notes.push({ kind: 'guard', class: named ? first : name, scoped: true, start });
      this.replaceHead(invocation, 'if');
    } else if (name === GUARD && next?.text === '(') {
      this.notes.push({ kind: 'guard', class: first, scoped: false, start });
    } else if (name === CLASS && next?.text === '(') {
      this.notes.push({ kind: 'class', class: first, variable: this.text(opening + 3), start });
    } else if (this.isIteration(invocation, next)) {
      this.notes.push({ kind: 'iteration', name, start });
      this.replaceHead(invocation, 'while');
    } else if (this.holdsStatements(invocation)) return this.writeBlock(invocation);
    else {
      if (this.lacksSemicolon(invocation, next)) this.addSemicolon(invocation);
      return this.maskDeclaration(invocation);
    }
    this.maskArguments(invocation);
    return true;
  }

  /** `DEBUG( a(); b(); )`: statements as an argument. */
  private holdsStatements({ opening, closing }: Invocation): boolean {
    for (let at = opening + 1; at < closing; at++) {
      const partner = this.brackets.partner[at]!;
      if (partner > at) at = partner;
      else if (this.text(at) === ';') return true;
    }
    return false;
  }

  /** A macro that runs the statements it is given becomes a block of them. */
  private writeBlock({ word, opening, closing }: Invocation): boolean {
    this.blank(word, word);
    this.canvas.write(this.tokens[opening]!.start, '{');
    this.canvas.write(this.tokens[closing]!.start, '}');
    if (this.text(closing + 1) === ';') this.blank(closing + 1, closing + 1);
    return true;
  }

  private lacksSemicolon({ word }: Invocation, next: Token | undefined): boolean {
    const before = this.tokens[word - 1];
    if (before !== undefined && before.kind !== 'directive' && !';{}'.includes(before.text)) return false;
    return next?.kind === 'word' || next?.kind === 'directive' || next?.text === '}';
  }

  /** Ends the statement in the white space behind it; where there is none the macro is given up for its semicolon. */
  private addSemicolon({ word, closing }: Invocation): void {
    const { end } = this.tokens[closing]!;
    const room = this.canvas.roomIn(end, this.tokens[closing + 1]!.start);
    if (room >= 0) this.canvas.write(room, ';');
    else {
      this.blank(word, closing);
      this.canvas.write(end - 1, ';');
    }
  }

  /** A macro before a block, or a macro with the name of an iteration before any statement. */
  private isIteration({ name, word }: Invocation, next: Token | undefined): boolean {
    if (next === undefined || name.length < 'while'.length) return false;
    if (next.text === '{') return true;
    if (!ITERATION_NAME.test(name)) return false;
    return next.kind === 'word' || ['*', '(', '++', '--'].includes(next.text) || this.endsDoLoop(word - 1);
  }

  /** `do { … } for_each_x(…);` */
  private endsDoLoop(brace: number): boolean {
    const partner = this.text(brace) === '}' ? this.brackets.partner[brace]! : -1;
    return partner > 0 && this.text(partner - 1) === 'do';
  }

  /** Puts a keyword in the place of the macro's name; an empty pair of parentheses gets a name to hold. */
  private replaceHead(invocation: Invocation, keyword: string): void {
    const word = this.tokens[invocation.word]!;
    const opening = this.tokens[invocation.opening]!;
    this.canvas.blank(word.start, word.end);
    this.canvas.write(word.start, keyword);
    if (invocation.closing > invocation.opening + 1) return;
    this.canvas.blank(opening.start, opening.end);
    this.canvas.write(this.tokens[invocation.closing]!.start - 2, '(_');
  }

  /** Tests whether a statement may begin at a token of a function's body. */
  private beginsStatement(index: number): boolean {
    const before = this.tokens[index - 1];
    if (before === undefined || before.kind === 'directive') return true;
    return [';', '{', '}', ')', ':', 'else', 'do'].includes(before.text);
  }

  /** `type name(…)` within a function declares a function. */
  private isDeclarator(word: number): boolean {
    const before = this.tokens[word - 1];
    return before?.kind === 'word' && !STATEMENT_WORDS.has(before.text) && before.text !== 'else';
  }

  private isMacroDeclaration(invocation: Invocation): boolean {
    return [';', '='].includes(this.text(invocation.closing + 1));
  }

  /** `DEFINE_PER_CPU(type, name)` → `type name`. Returns true where the macro is known to declare so. */
  private maskDeclaration(invocation: Invocation): boolean {
    const isPointer = DECLARES_POINTER.has(invocation.name);
    if (!isPointer && !DECLARES_TYPE_AND_NAME.test(invocation.name)) return false;
    const [type, name] = this.argumentsOf(invocation);
    if (type === undefined || name === undefined) return false;
    this.blank(invocation.word, invocation.opening);
    this.blank(type.to, type.to);
    if (isPointer) this.canvas.write(this.tokens[type.to]!.start, '*');
    this.blank(name.from + 1, invocation.closing);
    this.finish(name.from, name.from);
    return true;
  }

  private maskCaseRange(index: number): void {
    let dots = -1;
    for (let at = index + 1; at < this.tokens.length && at < index + LONGEST_CASE; at++) {
      const text = this.text(at);
      if (text === ';' || text === '{' || text === '}') return;
      if (text === '...') dots = at;
      if (text !== ':') continue;
      if (dots > 0 && at > dots + 1) this.blankRange(index, dots, at);
      return;
    }
  }

  private blankRange(index: number, dots: number, colon: number): void {
    const low = this.sourceOf({ from: index + 1, to: dots });
    const high = this.sourceOf({ from: dots + 1, to: colon });
    this.notes.push({ kind: 'caseRange', low, high, start: this.tokens[index]!.start });
    this.blank(dots, colon - 1);
  }

  // Arguments

  /** The arguments between the parentheses, split at commas of their own level. */
  private argumentsOf(invocation: Invocation): Range[] {
    const ranges: Range[] = [];
    let from = invocation.opening + 1;
    if (from === invocation.closing) return ranges;
    for (let at = from; at < invocation.closing; at++) {
      const partner = this.brackets.partner[at]!;
      if (partner > at) at = partner;
      else if (this.text(at) === ',') {
        ranges.push({ from, to: at });
        from = at + 1;
      }
    }
    ranges.push({ from, to: invocation.closing });
    return ranges;
  }

  /** Turns arguments that are no expression (types, statements, operators, nothing) into names. */
  private maskArguments(invocation: Invocation): void {
    for (const range of this.argumentsOf(invocation)) {
      if (range.from === range.to) this.fillEmpty(range);
      else if (!this.isExpression(range)) this.join(range.from, range.to - 1);
    }
  }

  private fillEmpty({ from }: Range): void {
    const room = this.canvas.roomIn(this.tokens[from - 1]!.end, this.tokens[from]!.start);
    if (room >= 0) this.canvas.write(room, '_');
  }

  /** False where the argument surely is no expression, looking at its own level of nesting only. */
  private isExpression({ from, to }: Range): boolean {
    const first = this.tokens[from]!;
    const last = this.tokens[to - 1]!;
    if (STATEMENT_WORDS.has(first.text)) return false;
    if (last.kind === 'punctuator' && !CLOSES_EXPRESSION.has(last.text)) return false;
    if (first.kind === 'punctuator' && !OPENS_EXPRESSION.has(first.text)) return false;
    for (let at = from; at < to - 1; at++) {
      const partner = this.brackets.partner[at]!;
      if (partner > at) at = partner;
      else if (this.isWordPair(at)) return false;
    }
    return true;
  }

  /** Two words side by side are a type, or a declaration. */
  private isWordPair(at: number): boolean {
    const [word, next] = [this.tokens[at]!, this.tokens[at + 1]!];
    return (
      word.kind === 'word' && next.kind === 'word' && word.text !== 'sizeof' && word.text !== '__extension__'
    );
  }

  /** The grammar takes one member name; `member.inner[3]` becomes one. */
  private maskOffsetOf(invocation: Invocation): void {
    const [type, member] = this.argumentsOf(invocation);
    if (type === undefined || member === undefined) return;
    if (member.to > member.from + 1) this.join(member.from, member.to - 1);
  }

  // At file scope

  private beginsDeclaration(word: number): boolean {
    let first = word;
    while (['static', 'const', 'extern', 'inline'].includes(this.text(first - 1))) first--;
    const before = this.tokens[first - 1];
    if (before === undefined || before.kind === 'directive' || this.done[first - 1]) return true;
    return before.text === ';' || before.text === '}';
  }

  private maskAtFileScope(invocation: Invocation): void {
    const { closing, word } = invocation;
    const next = this.tokens[closing + 1];
    if (next?.text === '(' || this.text(invocation.opening + 1) === '*') return;
    if (next?.text === '{' && !['.', '['].includes(this.text(closing + 2))) this.maskFunctionHeader(invocation);
    else if (this.isReturnType(invocation)) this.join(word, closing);
    else if (!this.maskDeclaration(invocation)) this.blankDeclaration(invocation);
  }

  /** `TYPE(x) name(…)` on one line. */
  private isReturnType({ word, closing }: Invocation): boolean {
    if (this.tokens[closing + 1]?.kind !== 'word' || this.text(closing + 2) !== '(') return false;
    return this.canvas.isOneLine(this.tokens[word]!.start, this.tokens[closing + 1]!.end);
  }

  /** Blanks a macro invocation with its storage class, its initialiser and its semicolon. */
  private blankDeclaration({ word, closing }: Invocation): void {
    let from = word;
    while (['static', 'const', 'extern', 'inline'].includes(this.text(from - 1))) from--;
    let to = closing;
    if (this.text(to + 1) === '{') to = Math.max(to, this.brackets.partner[to + 1]!);
    else if (this.text(to + 1) === '=') {
      to++;
      while (to + 1 < this.tokens.length && this.text(to + 1) !== ';' && this.text(to + 1) !== '}')
        to = Math.max(to + 1, this.brackets.partner[to + 1]!);
    }
    if (this.text(to + 1) === ';') to++;
    this.blank(from, to);
  }

  /** `SYSCALL_DEFINE1(name, type, parameter) {` → `long name(type parameter) {`. */
  private maskFunctionHeader(invocation: Invocation): void {
    const [name, ...rest] = this.argumentsOf(invocation);
    if (name === undefined || name.to !== name.from + 1 || this.tokens[name.from]!.kind !== 'word') return;
    const word = this.tokens[invocation.word]!;
    this.blank(invocation.word, invocation.opening);
    this.canvas.write(word.start, 'long'.slice(0, Math.min(4, word.end - word.start)));
    this.finish(name.from, name.from);
    if (rest.length === 0) this.writeWithoutParameters(name.from, invocation.closing);
    else this.writeParameters(name.to, rest, FUNCTION_OF_PAIRS.test(invocation.name));
  }

  /** `name)` → `name()`: the name moves one to the left, into what was the opening parenthesis. */
  private writeWithoutParameters(name: number, closing: number): void {
    const { start, text } = this.tokens[name]!;
    const end = this.tokens[closing]!.start;
    this.blank(name, closing);
    this.canvas.write(start - 1, `${text}(`);
    this.canvas.write(end, ')');
  }

  private writeParameters(comma: number, parameters: readonly Range[], arePairs: boolean): void {
    this.canvas.write(this.tokens[comma]!.start, '(');
    this.finish(comma, comma);
    parameters.forEach((range, index) => {
      const isType = arePairs && index % 2 === 0 && index + 1 < parameters.length;
      if (isType) this.blank(range.to, range.to);
      else if (!arePairs && this.tokens[range.from]?.kind !== 'word') this.blank(range.from, range.to - 1);
    });
  }

  // Members of structures

  private maskMember(invocation: Invocation): void {
    const before = this.tokens[invocation.word - 1];
    const begins = before?.kind === 'directive' || ['{', ';', '}'].includes(before?.text ?? '{');
    if (!(begins || this.done[invocation.word - 1]) || this.text(invocation.opening + 1) === '*') return;
    if (this.text(invocation.closing + 1) === '(') return;
    const groupHead = MEMBER_GROUPS.get(invocation.name);
    if (groupHead !== undefined) this.unwrapGroup(invocation, groupHead);
    else if (invocation.name === BITMAP_MEMBER) this.writeBitmap(invocation);
    else if (invocation.name === FLEXIBLE_ARRAY_MEMBER) this.writeFlexibleArray(invocation);
    else this.blankDeclaration(invocation);
  }

  private unwrapGroup({ word, opening, closing }: Invocation, headLength: number): void {
    let from = opening + 1;
    for (let commas = 0; commas < headLength && from < closing; from++) if (this.text(from) === ',') commas++;
    this.blank(word, from - 1);
    this.blank(closing, this.text(closing + 1) === ';' ? closing + 1 : closing);
  }

  private writeBitmap(invocation: Invocation): void {
    const [name, bits] = this.argumentsOf(invocation);
    if (name === undefined || bits === undefined) return;
    this.blank(invocation.word, invocation.opening);
    this.canvas.write(this.tokens[invocation.word]!.start, 'unsigned long');
    this.canvas.write(this.tokens[name.to]!.start, '[');
    this.canvas.write(this.tokens[invocation.closing]!.start, ']');
  }

  private writeFlexibleArray(invocation: Invocation): void {
    const [type, name] = this.argumentsOf(invocation);
    if (type === undefined || name === undefined) return;
    const end = this.tokens[invocation.closing]!.end;
    const member = `${this.sourceOf(type)} ${this.sourceOf(name)}[]`;
    const isPlain = this.canvas.isOneLine(this.tokens[invocation.word]!.start, end) && !member.includes('{');
    this.blank(invocation.word, invocation.closing);
    if (isPlain) this.canvas.write(end - member.length, member);
  }

  // Writing

  private sourceOf({ from, to }: Range): string {
    return this.tokens
      .slice(from, to)
      .map(token => token.text)
      .join(' ');
  }

  private finish(from: number, to: number): void {
    this.done.fill(1, from, to + 1);
  }

  /** Blanks tokens `from` to `to`, both included, and what lies between them. */
  private blank(from: number, to: number): void {
    if (to < from) return;
    this.canvas.blank(this.tokens[from]!.start, this.tokens[to]!.end);
    this.finish(from, to);
  }

  /** Makes one name of tokens `from` to `to`, both included; what stands on further lines is blanked. */
  private join(from: number, to: number): void {
    let last = from;
    const start = this.tokens[from]!.start;
    while (last < to && this.canvas.isOneLine(this.tokens[last]!.start, this.tokens[last + 1]!.end)) last++;
    this.canvas.join(start, this.tokens[last]!.end);
    if (/^\d/.test(this.text(from))) this.canvas.write(start, '_');
    this.blank(last + 1, to);
    this.finish(from, to);
  }
}

const NUMBER =
  /^(?:0[xX][\da-fA-F]+|0[bB][01]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|0[xX][\da-fA-F.]+[pP][+-]?\d+)[uUlLfF]*$/;

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
