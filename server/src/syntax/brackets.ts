import type { Token } from './lexer.ts';

/** What a pair of braces holds: statements, members of a structure, or enumerators or initialisers. */
export type Room = 'file' | 'body' | 'members' | 'list';

export interface Brackets {
  /** Index of the partner of each bracket, -1 where there is none and for other tokens. */
  readonly partner: Int32Array;
  /** The room of the innermost braces around each token; a brace itself belongs to the room outside. */
  readonly room: readonly Room[];
  /** Index of the innermost open parenthesis or square bracket inside that room, or -1. */
  readonly enclosing: Int32Array;
}

interface Open {
  readonly index: number;
  readonly text: string;
  readonly room: Room;
}

const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Pairs brackets. A closing brace also ends the parentheses that were left open within it. */
export function pairBrackets(tokens: readonly Token[]): Brackets {
  const partner = new Int32Array(tokens.length).fill(-1);
  const enclosing = new Int32Array(tokens.length).fill(-1);
  const room: Room[] = new Array<Room>(tokens.length);
  const open: Open[] = [];
  let current: Room = 'file';
  let braces = 0;
  tokens.forEach((token, index) => {
    const opening = token.kind === 'punctuator' ? OPENING[token.text] : undefined;
    if (opening !== undefined && (opening !== '{' || braces > 0))
      current = close(open, opening, index, partner, current);
    if (opening === '{' && braces > 0) braces--;
    room[index] = current;
    const innermost = open[open.length - 1];
    enclosing[index] = innermost === undefined || innermost.text === '{' ? -1 : innermost.index;
    if (token.kind !== 'punctuator' || !'([{'.includes(token.text)) return;
    open.push({ index, text: token.text, room: current });
    if (token.text !== '{') return;
    braces++;
    current = roomOf(tokens, partner, index, current, innermost);
  });
  return { partner, room, enclosing };
}

/** Closes the innermost bracket of that kind and returns the room outside; a parenthesis nobody opened is ignored. */
function close(open: Open[], opening: string, index: number, partner: Int32Array, current: Room): Room {
  const top = open[open.length - 1];
  if (top?.text !== opening) {
    if (opening !== '{') return current;
    while (open[open.length - 1]!.text !== '{') open.pop();
  }
  const pair = open.pop()!;
  partner[pair.index] = index;
  partner[index] = pair.index;
  return pair.room;
}

function roomOf(
  tokens: readonly Token[],
  partner: Int32Array,
  brace: number,
  outside: Room,
  innermost: Open | undefined,
): Room {
  const before = tokens[brace - 1]?.text ?? '';
  const head = headOf(tokens, brace);
  if (head === 'struct' || head === 'union') return 'members';
  if (head === 'enum' || before === '=' || before === ']' || before === 'return') return 'list';
  if (before === '(') return 'body';
  if (outside === 'list') return 'list';
  if (before === ',') return 'list';
  if (before !== ')') return 'body';
  return innermost !== undefined && innermost.text !== '{'
    ? 'list'
    : afterParenthesis(tokens, partner, brace);
}

/** `) {` begins a body, or a compound literal where the parenthesis is a cast. */
function afterParenthesis(tokens: readonly Token[], partner: Int32Array, brace: number): Room {
  const opening = partner[brace - 1]!;
  const before = opening > 0 ? tokens[opening - 1]! : undefined;
  if (before === undefined || before.text === 'return') return before ? 'list' : 'body';
  return before.kind === 'punctuator' && ['=', '&', '?', ':', ','].includes(before.text) ? 'list' : 'body';
}

/** The word `struct`, `union` or `enum` that a brace belongs to. */
function headOf(tokens: readonly Token[], brace: number): string {
  for (let back = 1; back <= 4; back++) {
    const token = tokens[brace - back];
    if (token === undefined || (token.kind !== 'word' && token.text !== ':')) return '';
    if (token.text === 'struct' || token.text === 'union' || token.text === 'enum') return token.text;
  }
  return '';
}
