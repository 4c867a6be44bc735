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
const STRUCT = /\b(struct|union)\s+(\w+)\s*\{/g;
const TYPEDEF_STRUCT = /\btypedef\s+(?:struct|union)\s*\w*\s*\{/g;
const TYPEDEF = /^typedef\s[^{};()]*?\b(\w+)\s*;/gm;
const INLINE = /^static\s+(?:__always_)?inline\s[^;{}()#]*?\b(\w+)\s*\([^;{}#]*\)\s*\{/gm;

/** The files that a text includes, in order. */
export function includesOf(text: string): Include[] {
  return [...text.matchAll(INCLUDE)].map(([, local, system]) => ({
    name: (local ?? system)!,
    isLocal: local !== undefined,
  }));
}

/** Finds the definitions of a header by its braces: far cheaper than parsing all of it. */
export function indexHeader(text: string): HeaderIndex {
  const code = withoutComments(text);
  const definitions = new Map<string, HeaderDefinition>();
  const add = (kind: HeaderDefinition['kind'], name: string, start: number, end: number): void => {
    const key = `${kind} ${name}`;
    if (!definitions.has(key)) definitions.set(key, { kind, name, start, end });
  };
  for (const match of code.matchAll(STRUCT)) {
    const end = closingBrace(code, match.index + match[0].length - 1);
    if (end > 0) add('struct', match[2]!, match.index, end);
  }
  for (const match of code.matchAll(TYPEDEF_STRUCT)) {
    const brace = closingBrace(code, match.index + match[0].length - 1);
    const name = brace > 0 ? /^[^;{}()]*?\b(\w+)\s*;/.exec(code.slice(brace, brace + 200)) : undefined;
    if (name) add('typedef', name[1]!, match.index, brace + name[0].length);
  }
  for (const match of code.matchAll(TYPEDEF))
    add('typedef', match[1]!, match.index, match.index + match[0].length);
  for (const match of code.matchAll(INLINE)) {
    const end = closingBrace(code, match.index + match[0].length - 1);
    if (end > 0) add('function', match[1]!, match.index, end);
  }
  return { includes: includesOf(text), definitions };
}

/** The text with comments and literals blanked, at equal length. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, found =>
    found.replace(/[^\n]/g, ' '),
  );
}

/** Behind the `}` that closes the `{` at an offset; -1 where there is none. */
function closingBrace(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    const character = code.charCodeAt(at);
    if (character === 123) depth++;
    else if (character === 125 && --depth === 0) return at + 1;
  }
  return -1;
}
