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
  const code = withoutStubs(withoutComments(text));
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
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, found =>
    found.replace(/[^\n]/g, ' '),
  );
}

const CONDITIONAL = /^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b(.*)$/;
/** An arm that holds where something is not configured. */
const NOT_CONFIGURED = /^[ \t]*#[ \t]*(?:ifndef[ \t]+CONFIG_|if[ \t]+0\b|if[ \t]+!)/;

/** Blanks what stands for features that are not configured: every CONFIG_* is taken as set. */
export function withoutStubs(code: string): string {
  const taken: boolean[] = [];
  let isTaken = true;
  return code
    .split('\n')
    .map(line => {
      const directive = CONDITIONAL.exec(line)?.[1];
      if (directive?.startsWith('if')) taken.push(!NOT_CONFIGURED.test(line));
      else if (directive?.startsWith('el') && taken.length > 0) taken.push(!taken.pop()!);
      else if (directive === 'endif') taken.pop();
      if (directive) isTaken = taken.every(Boolean);
      return isTaken || directive ? line : ' '.repeat(line.length);
    })
    .join('\n');
}

/** Behind the `}` that closes the `{` at an offset; -1 where there is none. */
export function closingBrace(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    const character = code.charCodeAt(at);
    if (character === 123) depth++;
    else if (character === 125 && --depth === 0) return at + 1;
  }
  return -1;
}
