import type { Node } from 'web-tree-sitter';
import type { Span } from '../base/text.ts';
import { pairBrackets } from './brackets.ts';
import { type Token, tokensOf } from './lexer.ts';
import type { ParsedFile } from './parser.ts';

/** A place where the parser had to skip text (ERROR) or to invent some (MISSING). */
export interface ParseError {
  readonly span: Span;
  readonly kind: 'ERROR' | 'MISSING';
}

export interface FunctionHealth {
  /** The name in the declarator, '' where none could be made out. */
  readonly name: string;
  readonly span: Span;
  /** Empty where the whole function was understood. */
  readonly errors: readonly ParseError[];
}

/**
 * Every function definition of a file in order, with what the parser could not make out of it. Definitions that the
 * parser lost altogether are found by their shape: a header that begins a line, and the brace of its body.
 */
export function functionsOf(parsed: ParsedFile): FunctionHealth[] {
  const { shapes, strayBraces } = shapesOf(parsed.masked);
  const ends = new Map(shapes.map(shape => [shape.brace, shape.span.end]));
  const found: FunctionHealth[] = [];
  const bodies = new Set<number>();
  for (const node of parsed.root.descendantsOfType('function_definition')) {
    const body = node.childForFieldName('body');
    if (body === null) continue;
    bodies.add(body.startIndex);
    found.push(healthOf(node, body, ends.get(body.startIndex)));
  }
  for (const shape of shapes) {
    if (bodies.has(shape.brace)) continue;
    found.push({ name: shape.name, span: shape.span, errors: [{ span: shape.span, kind: 'ERROR' }] });
  }
  found.sort((a, b) => a.span.start - b.span.start);
  return markCutShort(found, strayBraces);
}

/** A closing brace too many behind a function: the function ended before the author thought it did. */
function markCutShort(functions: readonly FunctionHealth[], strayBraces: readonly Span[]): FunctionHealth[] {
  let next = 0;
  return functions.map((each, index) => {
    const following = functions[index + 1]?.span.start ?? Number.POSITIVE_INFINITY;
    const errors = [...each.errors];
    while (next < strayBraces.length && strayBraces[next]!.start < following) {
      if (strayBraces[next]!.start >= each.span.end) errors.push({ span: strayBraces[next]!, kind: 'ERROR' });
      next++;
    }
    return { ...each, errors };
  });
}

/** @param pairedEnd end of the definition by its braces alone, where its shape was found. */
function healthOf(node: Node, body: Node, pairedEnd: number | undefined): FunctionHealth {
  const span = spanOf(node);
  const errors: ParseError[] = [];
  if (node.hasError) collectErrors(node, errors);
  // A body that ends at another brace than its own was cut short or has swallowed its neighbour.
  if (pairedEnd !== undefined && pairedEnd !== body.endIndex) errors.push({ span, kind: 'ERROR' });
  return { name: nameOf(node), span, errors };
}

function collectErrors(top: Node, errors: ParseError[]): void {
  const pending = [top];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.isError || node.isMissing) {
      errors.push({ span: spanOf(node), kind: node.isError ? 'ERROR' : 'MISSING' });
      continue;
    }
    for (const child of node.children)
      if (child?.hasError && child.type !== 'function_definition') pending.push(child);
  }
  errors.sort((a, b) => a.span.start - b.span.start);
}

const spanOf = (node: Node): Span => ({ start: node.startIndex, end: node.endIndex });

function nameOf(definition: Node): string {
  let node = definition.childForFieldName('declarator');
  while (node !== null && node.type !== 'identifier')
    node =
      node.childForFieldName('declarator') ??
      (node.type === 'parenthesized_declarator' ? node.namedChild(0) : null);
  return node?.text ?? '';
}

interface Shape {
  readonly name: string;
  readonly span: Span;
  /** Offset of the opening brace of the body. */
  readonly brace: number;
}

interface Shapes {
  readonly shapes: readonly Shape[];
  /** Closing braces that nothing opened. */
  readonly strayBraces: readonly Span[];
}

/** Everything that looks like a function definition: at file scope, from the first column, `… name(…) {`. */
function shapesOf(masked: string): Shapes {
  const tokens = tokensOf(masked);
  const { partner } = pairBrackets(tokens);
  const shapes: Shape[] = [];
  for (let index = 2; index < tokens.length; index++) {
    if (tokens[index]!.text !== '{' || tokens[index - 1]!.text !== ')') continue;
    const opening = partner[index - 1]!;
    const name = tokens[opening - 1];
    if (opening < 1 || name?.kind !== 'word') continue;
    const head = lineHead(masked, tokens, opening - 1);
    if (head === undefined) continue;
    const last = partner[index]! < 0 ? tokens[tokens.length - 1]! : tokens[partner[index]!]!;
    const span = { start: head.start, end: last.end };
    shapes.push({ name: name.text, span, brace: tokens[index]!.start });
  }
  const strayBraces = tokens.filter((token, index) => token.text === '}' && partner[index]! < 0);
  return { shapes, strayBraces };
}

/** Words that begin a line of a badly indented body, but never a definition. */
const NO_HEAD = new Set(['if', 'while', 'for', 'switch', 'else', 'do', 'return', 'case', 'define']);

/** The first token of the line that holds a token, where it is a word in the first column. */
function lineHead(masked: string, tokens: readonly Token[], index: number): Token | undefined {
  const lineStart = masked.lastIndexOf('\n', tokens[index]!.start) + 1;
  let at = index;
  while (at > 0 && tokens[at - 1]!.start >= lineStart) at--;
  const head = tokens[at]!;
  return head.start === lineStart && head.kind === 'word' && !NO_HEAD.has(head.text) ? head : undefined;
}
