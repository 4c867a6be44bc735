import type { Span } from '../base/text.ts';

/** A definition in a header that another file may need. */
export interface HeaderDefinition extends Span {
  readonly kind: 'struct' | 'typedef' | 'function';
  readonly name: string;
}

/** What a header includes and defines, found without parsing it. */
export interface HeaderIndex {
  readonly includes: readonly Include[];
  /** By kind and name: `struct foo`, `typedef foo_t`, `function foo`. */
  readonly definitions: ReadonlyMap<string, HeaderDefinition>;
}

export interface Include {
  readonly name: string;
  /** `#include "x.h"`: looked for beside the file first. */
  readonly isLocal: boolean;
}

const INCLUDE = /^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)/gm;
const STRUCT = /\b(struct|union|enum)\s+(\w+)\s*\{/g;
const TYPEDEF_STRUCT = /\btypedef\s+(?:struct|union)\s*(?:\w+\s*)?\{/g;
// What has no end is looked at for a while only: a text may begin anew at each of its lines.
const TYPEDEF = /^typedef\s[^{};()]{0,300}?\b(\w+)\s*;/gm;
const INLINE = /^static\s+(?:__always_)?inline\s[^;{}()#]{0,300}?\b(\w+)\s*\([^;{}#]{0,1000}\)\s*\{/gm;

/** The files that a text includes, in order. */
export function includesOf(text: string): Include[] {
  return [...text.matchAll(INCLUDE)].map(([, local, system]) => ({
    name: (local ?? system)!,
    isLocal: local !== undefined,
  }));
}

/** Finds the definitions of a header by its braces: far cheaper than parsing all of it. */
export function indexHeader(text: string): HeaderIndex {
  const code = withoutStubs(withoutComments(text));
  const closing = closingBraces(code);
  const definitions = new Map<string, HeaderDefinition>();
  const add = (kind: HeaderDefinition['kind'], name: string, start: number, end: number): void => {
    const key = `${kind} ${name}`;
    if (!definitions.has(key)) definitions.set(key, { kind, name, start, end });
  };
  for (const match of code.matchAll(STRUCT)) {
    const end = closing.get(match.index + match[0].length - 1);
    if (end !== undefined) add('struct', match[2]!, match.index, end);
  }
  for (const match of code.matchAll(TYPEDEF_STRUCT)) {
    const brace = closing.get(match.index + match[0].length - 1);
    if (brace === undefined) continue;
    const name = /^[^;{}()]*?\b(\w+)\s*;/.exec(code.slice(brace, brace + 200));
    if (name) add('typedef', name[1]!, match.index, brace + name[0].length);
  }
  for (const match of code.matchAll(TYPEDEF))
    add('typedef', match[1]!, match.index, match.index + match[0].length);
  for (const match of code.matchAll(INLINE)) {
    const end = closing.get(match.index + match[0].length - 1);
    if (end !== undefined) add('function', match[1]!, match.index, end);
  }
  return { includes: includesOf(text), definitions };
}

/** What is not closed is matched as well: the scan takes each character once. */
const COMMENT_OR_LITERAL =
  /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?/g;

/** The text with comments and literals blanked, at equal length. */
export function withoutComments(text: string): string {
  return text.replace(COMMENT_OR_LITERAL, blanked);
}

/** White space of the same length and lines. */
export function blanked(text: string): string {
  if (!text.includes('\n')) return ' '.repeat(text.length);
  return text
    .split('\n')
    .map(line => ' '.repeat(line.length))
    .join('\n');
}

const CONDITIONAL = /^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b(.*)$/;
/** An arm that holds where something is not configured. */
const NOT_CONFIGURED = /^[ \t]*#[ \t]*(?:ifndef[ \t]+CONFIG_|if[ \t]+0\b|if[ \t]+!)/;

/** Blanks what stands for features that are not configured: every CONFIG_* is taken as set. */
export function withoutStubs(code: string): string {
  const taken: boolean[] = [];
  /** How many of them do not hold. */
  let left = 0;
  const enter = (holds: boolean): void => {
    taken.push(holds);
    if (!holds) left++;
  };
  const leave = (): boolean => {
    const holds = taken.pop() ?? true;
    if (!holds) left--;
    return holds;
  };
  return code
    .split('\n')
    .map(line => {
      const directive = CONDITIONAL.exec(line)?.[1];
      if (directive?.startsWith('if')) enter(!NOT_CONFIGURED.test(line));
      else if (directive?.startsWith('el') && taken.length > 0) enter(!leave());
      else if (directive === 'endif') leave();
      return left === 0 || directive ? line : ' '.repeat(line.length);
    })
    .join('\n');
}

/** By the offset of each `{` that is closed: behind the `}` that closes it. */
export function closingBraces(code: string): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  const open: number[] = [];
  for (const { 0: brace, index } of code.matchAll(/[{}]/g)) {
    if (brace === '{') {
      open.push(index);
      continue;
    }
    const start = open.pop();
    if (start !== undefined) ends.set(start, index + 1);
  }
  return ends;
}
