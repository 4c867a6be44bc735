/**
 * What a token is. `directive` is a whole preprocessor line with its continuations; `unclosed` is a comment that
 * runs to the end of the text.
 */
export type TokenKind = 'word' | 'number' | 'string' | 'character' | 'punctuator' | 'directive' | 'unclosed';

export interface Token {
  readonly kind: TokenKind;
  /** UTF-16 offsets, `end` exclusive. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const NEWLINE = 10;
const RETURN = 13;
const HASH = 35;
const BACKSLASH = 92;
const STAR = 42;
const SLASH = 47;
const DOT = 46;

const PUNCTUATORS_OF_TWO = new Set([
  '->',
  '++',
  '--',
  '<<',
  '>>',
  '<=',
  '>=',
  '==',
  '!=',
  '&&',
  '||',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '&=',
  '|=',
  '^=',
  '##',
]);

const BEGINS_PUNCTUATOR_OF_TWO = new Set([...PUNCTUATORS_OF_TWO].map(each => each.charCodeAt(0)));

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

const isWordStart = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 36 || code > 127;

const isWordPart = (code: number): boolean => isWordStart(code) || isDigit(code);

const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

/**
 * Splits C into tokens, leaving out white space, closed comments and line continuations.
 * Never fails: an unterminated string ends with its line, an unterminated comment with the text.
 * @param withDirectives false where the text is itself the inside of a directive.
 */
export function tokensOf(text: string, withDirectives = true): Token[] {
  return new Lexer(text, withDirectives).run();
}

class Lexer {
  private at = 0;
  private lineIsEmpty = true;
  private readonly tokens: Token[] = [];

  constructor(
    private readonly text: string,
    private readonly withDirectives: boolean,
  ) {}

  run(): Token[] {
    while (this.at < this.text.length) this.step();
    return this.tokens;
  }

  private step(): void {
    const code = this.text.charCodeAt(this.at);
    if (code === NEWLINE || code === RETURN) {
      this.lineIsEmpty = true;
      this.at++;
    } else if (isBlank(code) || code === BACKSLASH) this.at++;
    else if (this.atComment()) this.skipComment();
    else if (code === HASH && this.lineIsEmpty && this.withDirectives)
      this.take('directive', endOfDirective(this.text, this.at));
    else this.takeToken(code);
  }

  private takeToken(code: number): void {
    this.lineIsEmpty = false;
    if (isWordStart(code)) this.takeWord();
    else if (isDigit(code) || (code === DOT && isDigit(this.text.charCodeAt(this.at + 1))))
      this.take('number', endOfNumber(this.text, this.at));
    else if (code === 34) this.take('string', endOfQuoted(this.text, this.at));
    else if (code === 39) this.take('character', endOfQuoted(this.text, this.at));
    else this.take('punctuator', this.at + this.punctuatorLength());
  }

  private takeWord(): void {
    let end = this.at + 1;
    while (isWordPart(this.text.charCodeAt(end))) end++;
    this.take('word', end);
  }

  private punctuatorLength(): number {
    const first = this.text.charCodeAt(this.at);
    if (first === DOT && this.text.startsWith('...', this.at)) return 3;
    if (!BEGINS_PUNCTUATOR_OF_TWO.has(first)) return 1;
    return PUNCTUATORS_OF_TWO.has(this.text.slice(this.at, this.at + 2)) ? 2 : 1;
  }

  private skipComment(): void {
    const end = endOfComment(this.text, this.at);
    const isBlock = this.text.charCodeAt(this.at + 1) === STAR;
    const isClosed = end >= this.at + 4 && this.text.endsWith('*/', end);
    if (isBlock && !isClosed) this.take('unclosed', end);
    else this.at = end;
  }

  private atComment(): boolean {
    if (this.text.charCodeAt(this.at) !== SLASH) return false;
    const next = this.text.charCodeAt(this.at + 1);
    return next === STAR || next === SLASH;
  }

  private take(kind: TokenKind, end: number): void {
    this.tokens.push({ kind, start: this.at, end, text: this.text.slice(this.at, end) });
    this.at = end;
  }
}

/** A continuation: a backslash before the end of the line. Returns the offset behind it, or -1. */
function endOfContinuation(text: string, at: number): number {
  if (text.charCodeAt(at) !== BACKSLASH) return -1;
  const next = text.charCodeAt(at + 1);
  if (next === NEWLINE) return at + 2;
  if (next === RETURN) return text.charCodeAt(at + 2) === NEWLINE ? at + 3 : at + 2;
  return -1;
}

const isLineEnd = (code: number): boolean => code === NEWLINE || code === RETURN;

function endOfComment(text: string, start: number): number {
  if (text.charCodeAt(start + 1) === STAR) {
    const close = text.indexOf('*/', start + 2);
    return close < 0 ? text.length : close + 2;
  }
  return endOfLogicalLine(text, start);
}

function endOfLogicalLine(text: string, start: number): number {
  let at = start;
  while (at < text.length && !isLineEnd(text.charCodeAt(at))) {
    const behind = endOfContinuation(text, at);
    at = behind < 0 ? at + 1 : behind;
  }
  return at;
}

function endOfQuoted(text: string, start: number): number {
  const quote = text.charCodeAt(start);
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isLineEnd(code)) return at;
    if (code === quote) return at + 1;
    if (code === BACKSLASH) {
      const behind = endOfContinuation(text, at);
      at = behind < 0 ? at + 2 : behind;
    } else at++;
  }
  return text.length;
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const signOfExponent = (code === 43 || code === 45) && /[eEpP]/.test(text[at - 1]!);
    const isHex = text.charCodeAt(start + 1) === 120 || text.charCodeAt(start + 1) === 88;
    if (signOfExponent && !isHex) at++;
    else if (code === DOT || isWordPart(code)) at++;
    else break;
  }
  return at;
}

/** A directive runs to the end of its line; comments and continuations within it go on to further lines. */
function endOfDirective(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isLineEnd(code)) return at;
    if (code === 34 || code === 39) at = endOfQuoted(text, at);
    else if (code === BACKSLASH) at = Math.max(at + 1, endOfContinuation(text, at));
    else if (code === SLASH && text.charCodeAt(at + 1) === STAR) at = endOfComment(text, at);
    else if (code === SLASH && text.charCodeAt(at + 1) === SLASH) return endOfLogicalLine(text, at);
    else at++;
  }
  return text.length;
}
