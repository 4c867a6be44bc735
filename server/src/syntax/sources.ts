import type { Span } from '../base/text.ts';
import { blanked, closingBraces, withoutComments, withoutStubs } from './headers.ts';

/** A function as its text shows it, without parsing. */
export interface SourceFunction extends Span {
  readonly name: string;
  readonly isStatic: boolean;
  /** It takes or returns a pointer: what it does to pages can concern its callers. */
  readonly hasPointers: boolean;
  /** Other modules may call it. */
  readonly isExported: boolean;
  /** Names that it calls, and functions of its file that it names. */
  readonly calls: readonly string[];
  /** Names behind `->` and `.`. */
  readonly members: readonly string[];
}

/** What other files may ask of a source file; plain data, in UTF-16 offsets. */
export interface SourceIndex {
  readonly functions: readonly SourceFunction[];
  /** Tags of the structs and unions that the file names. */
  readonly tags: readonly string[];
}

/** What stands before the brace of a function: no initialiser, no statement, no type. */
const HEADER = /(?:^|[;}>\n])\s*((?:[A-Za-z_][\w\s*]{0,300}?)\b([A-Za-z_]\w*)\s*\([^;{}=]*\)[^;{}=()]*)$/;
/** UTF-16 units before a brace in which the header of a function is looked for. */
const HEADER_LENGTH = 1_000;
const KEYWORDS = new Set([
  'if',
  'while',
  'for',
  'switch',
  'return',
  'sizeof',
  'do',
  'else',
  'typeof',
  'case',
]);

/** Finds the functions of a file by their braces, which the kernel's style puts at the beginning of a line. */
export function indexSource(text: string): SourceIndex {
  const code = withoutDirectives(withoutStubs(withoutComments(text)));
  const exported = new Set([...code.matchAll(/\bEXPORT_SYMBOL\w*\(\s*(\w+)/g)].map(match => match[1]!));
  const found = [...definitionsIn(code)];
  const own = new Set(found.map(({ name }) => name));
  const functions = found.map(({ name, header, start, end, body }) => ({
    name,
    isStatic: /\bstatic\b/.test(header),
    hasPointers: header.includes('*'),
    isExported: exported.has(name),
    start,
    end,
    calls: callsIn(body, own),
    members: distinct(body, /(?:->|\.)\s*([A-Za-z_]\w*)/g),
  }));
  return { functions, tags: tagsIn(code) };
}

/** The tags of structs and unions that a text names. */
export function tagsIn(text: string): string[] {
  return distinct(text, /\b(?:struct|union)\s+([A-Za-z_]\w*)/g);
}

interface Found extends Span {
  readonly name: string;
  readonly header: string;
  readonly body: string;
}

function* definitionsIn(code: string): Generator<Found> {
  const closing = closingBraces(code);
  let behind = 0;
  for (
    let brace = code.indexOf('\n{');
    brace >= 0;
    brace = code.indexOf('\n{', Math.max(brace + 1, behind))
  ) {
    const header = headerIn(code.slice(Math.max(behind, brace - HEADER_LENGTH), brace));
    const end = closing.get(brace + 1);
    if (end === undefined) return;
    behind = end;
    if (!header) continue;
    const start = brace - header[1]!.length;
    yield { name: header[2]!, header: header[1]!, start, end, body: code.slice(brace, end) };
  }
}

/** The header of a function at the end of a text. */
function headerIn(text: string): RegExpExecArray | null {
  // What cannot be one is told without trying each line as its beginning.
  const tail = text.slice(Math.max(...[...';{}='].map(each => text.lastIndexOf(each)), 0));
  return /\)[^()]*$/.test(tail) ? HEADER.exec(tail) : null;
}

function callsIn(body: string, own: ReadonlySet<string>): string[] {
  const calls = distinct(body, /\b([A-Za-z_]\w*)\s*\(/g).filter(name => !KEYWORDS.has(name));
  const named = distinct(body, /\b([A-Za-z_]\w*)\b/g).filter(name => own.has(name));
  return [...new Set([...calls, ...named])];
}

function distinct(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(match => match[1]!))];
}

/** The text with preprocessor lines blanked, at equal length. */
function withoutDirectives(code: string): string {
  return code.replace(/^[ \t]*#(?:[^\n]*\\\n)*[^\n]*/gm, blanked);
}
