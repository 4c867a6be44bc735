import type { Span } from '../base/text.ts';
import { type Token, tokensOf } from './lexer.ts';
import { DEFINED_NAMES, UNDEFINED_NAMES } from './maskTable.ts';

/** Whether a CONFIG_ symbol is set; undefined: not known, so taken as set. */
export type IsConfigSet = (name: string) => boolean | undefined;

export interface Choice {
  /** Tokens of the chosen arms, in order; conditional directives are left out. */
  readonly tokens: readonly Token[];
  /** The conditional directives themselves. */
  readonly directives: readonly Span[];
  /** Arms not chosen. */
  readonly inactive: readonly Span[];
}

interface Conditional {
  /** An arm has been chosen already. */
  taken: boolean;
  active: boolean;
  /** The conditional itself stands in an active arm. */
  readonly outer: boolean;
}

const CONDITIONAL = /^#\s*(ifdef|ifndef|if|elifdef|elifndef|elif|else|endif)\b/;

/**
 * Chooses one arm of every conditional of the preprocessor. CONFIG_ symbols count as set unless `isConfigSet` knows
 * better; where the condition is not known, the first arm is taken.
 */
export function chooseArms(tokens: readonly Token[], isConfigSet: IsConfigSet = () => undefined): Choice {
  const chosen: Token[] = [];
  const directives: Span[] = [];
  const inactive: Span[] = [];
  const open: Conditional[] = [];
  let active = true;
  let inactiveFrom = -1;
  for (const token of tokens) {
    const word = token.kind === 'directive' ? CONDITIONAL.exec(token.text)?.[1] : undefined;
    if (word === undefined) {
      if (active) chosen.push(token);
      continue;
    }
    directives.push(token);
    const next = step(open, word, token, active, isConfigSet);
    if (active && !next) inactiveFrom = token.end;
    if (!active && next) inactive.push({ start: inactiveFrom, end: token.start });
    active = next;
  }
  if (!active) inactive.push({ start: inactiveFrom, end: tokens[tokens.length - 1]!.end });
  return { tokens: chosen, directives, inactive };
}

/** Enters a conditional directive; returns whether the text behind it is active. */
function step(open: Conditional[], word: string, token: Token, active: boolean, isConfigSet: IsConfigSet) {
  if (word.startsWith('if')) {
    const taken = active && isTaken(word, token, isConfigSet);
    open.push({ taken, active: taken, outer: active });
    return taken;
  }
  const innermost = open[open.length - 1];
  if (innermost === undefined) return active;
  if (word === 'endif') {
    open.pop();
    return innermost.outer;
  }
  innermost.active =
    innermost.outer && !innermost.taken && (word === 'else' || isTaken(word.slice(2), token, isConfigSet));
  innermost.taken ||= innermost.active;
  return innermost.active;
}

function isTaken(word: string, token: Token, isConfigSet: IsConfigSet): boolean {
  const body = tokensOf(token.text.replace(CONDITIONAL, ''), false);
  const condition = new Condition(body, isConfigSet);
  const value = word === 'if' ? condition.value() : condition.defined(body[0]?.text ?? '');
  if (word === 'ifndef') return value !== 1;
  return value !== 0;
}

/** A value, or undefined where it is not known. */
type Value = number | undefined;

/** What is true and has a value that is not known: a CONFIG_ symbol that is set. */
const SOME_NUMBER = Number.NaN;

const PRECEDENCE: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 4,
  '>': 4,
  '<=': 4,
  '>=': 4,
};

/** Nesting of parentheses and of `!` up to which a condition is evaluated; deeper it counts as not known. */
const MAX_NESTING = 50;

/** Evaluates the condition of an #if in three values: true, false, not known. */
class Condition {
  private at = 0;
  private nesting = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly isConfigSet: IsConfigSet,
  ) {}

  value(): Value {
    const value = this.binary(1);
    return this.at === this.tokens.length ? value : undefined;
  }

  /** 1, 0 or not known: whether the preprocessor has a macro of this name. */
  defined(name: string): Value {
    if (name.startsWith('CONFIG_')) return (this.isConfigSet(name) ?? true) ? 1 : 0;
    if (DEFINED_NAMES.has(name)) return 1;
    return UNDEFINED_NAMES.has(name) ? 0 : undefined;
  }

  private next(): string {
    return this.tokens[this.at++]?.text ?? '';
  }

  private accept(text: string): boolean {
    if (this.tokens[this.at]?.text !== text) return false;
    this.at++;
    return true;
  }

  private binary(lowest: number): Value {
    let left = this.unary();
    for (;;) {
      const operator = this.tokens[this.at]?.text ?? '';
      const precedence = PRECEDENCE[operator];
      if (precedence === undefined || precedence < lowest) return left;
      this.at++;
      left = combine(operator, left, this.binary(precedence + 1));
    }
  }

  private unary(): Value {
    if (++this.nesting > MAX_NESTING) this.at = this.tokens.length + 1;
    const value = this.primary();
    this.nesting--;
    return value;
  }

  private primary(): Value {
    const token = this.tokens[this.at];
    if (this.accept('!')) {
      const operand = this.unary();
      return operand === undefined ? undefined : operand === 0 ? 1 : 0;
    }
    if (this.accept('(')) {
      const value = this.binary(1);
      return this.accept(')') ? value : undefined;
    }
    if (token?.kind === 'number') return numberOf(this.next());
    if (token?.kind !== 'word') {
      this.at = this.tokens.length + 1;
      return undefined;
    }
    return this.name(this.next());
  }

  private name(name: string): Value {
    if (name === 'defined') {
      const bracketed = this.accept('(');
      const value = this.defined(this.next());
      return !bracketed || this.accept(')') ? value : undefined;
    }
    if (this.accept('(')) return this.call(name);
    const known = DEFINED_NAMES.get(name);
    if (known !== undefined) return known;
    const defined = this.defined(name);
    return name.startsWith('CONFIG_') && defined === 1 ? SOME_NUMBER : defined;
  }

  private call(name: string): Value {
    const first = this.tokens[this.at]?.text ?? '';
    let depth = 1;
    while (depth > 0 && this.at < this.tokens.length) {
      const text = this.next();
      if (text === '(') depth++;
      else if (text === ')') depth--;
    }
    if (name === 'IS_MODULE') return 0;
    return /^IS_(ENABLED|BUILTIN|REACHABLE)$/.test(name) ? this.defined(first) : undefined;
  }
}

function numberOf(text: string): Value {
  const value = Number(text.replace(/[uUlL]+$/, ''));
  return Number.isNaN(value) ? undefined : value;
}

function combine(operator: string, left: Value, right: Value): Value {
  if (operator === '&&') {
    if (left === 0 || right === 0) return 0;
    return left === undefined || right === undefined ? undefined : 1;
  }
  if (operator === '||') {
    if ((left ?? 0) !== 0 || (right ?? 0) !== 0) return 1;
    return left === undefined || right === undefined ? undefined : 0;
  }
  if (left === undefined || right === undefined) return undefined;
  if (Number.isNaN(left) || Number.isNaN(right)) return undefined;
  return compare(operator, left, right) ? 1 : 0;
}

function compare(operator: string, left: number, right: number): boolean {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    default:
      return left >= right;
  }
}
