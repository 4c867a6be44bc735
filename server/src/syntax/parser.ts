import { Edit, Language, type Node, Parser, type Point, type Range, type Tree } from 'web-tree-sitter';
import type { Span } from '../base/text.ts';
import { type Masked, type MaskNote, type MaskOptions, mask } from './mask.ts';

export type { Node } from 'web-tree-sitter';

/** The two WebAssembly modules: web-tree-sitter's runtime and tree-sitter-c's grammar. */
export interface ParserAssets {
  readonly runtime: Uint8Array;
  readonly grammar: Uint8Array;
}

export interface ParseOptions extends MaskOptions {
  /** Milliseconds after which a parse is given up. */
  readonly timeLimit?: number;
}

/** Longest text that is parsed, in UTF-16 units: the largest hand-written kernel source has a quarter of it. */
export const MAX_TEXT_LENGTH = 4 * 1024 * 1024;

/** Milliseconds a parse may take: two hundred times the 99th percentile of kernel files. */
export const DEFAULT_TIME_LIMIT = 5_000;

/** Thrown where a text is not parsed; the message is the reason, fit for the user. */
export class ParseRefused extends Error {}

let runtimeReady: Promise<void> | undefined;

/** The runtime is one module for the whole process: later calls share what the first one loaded. */
function loadRuntime(runtime: Uint8Array): Promise<void> {
  runtimeReady ??= Parser.init({ wasmBinary: runtime } as Parameters<typeof Parser.init>[0]);
  return runtimeReady;
}

/** Parses C of the Linux kernel. Not shared between threads. */
export class CParser {
  private constructor(private readonly parser: Parser) {}

  static async create(assets: ParserAssets): Promise<CParser> {
    await loadRuntime(assets.runtime);
    const parser = new Parser();
    parser.setLanguage(await Language.load(assets.grammar));
    return new CParser(parser);
  }

  /**
   * Masks and parses a text. The caller disposes of the result.
   * @throws ParseRefused where the text is too long or takes too long.
   */
  parse(text: string, options: ParseOptions = {}): ParsedFile {
    return new ParsedFile(this.parser, text, options);
  }

  dispose(): void {
    this.parser.delete();
  }
}

/** One text with its tree; the only owner of the tree. */
export class ParsedFile {
  private source: string;
  private mask: Masked;
  private tree: Tree;

  constructor(
    private readonly parser: Parser,
    text: string,
    private readonly options: ParseOptions,
  ) {
    this.source = text;
    this.mask = maskWithinLimit(text, options);
    this.tree = parseWithinLimit(parser, this.mask, options);
  }

  get text(): string {
    return this.source;
  }

  /** The masked text, also of what was not worth parsing: as long as `text`, with the same line ends. */
  get masked(): string {
    return this.mask.text;
  }

  get notes(): readonly MaskNote[] {
    return this.mask.notes;
  }

  /** The root of the tree of the masked text; its nodes are void after edit() and dispose(). */
  get root(): Node {
    return this.tree.rootNode;
  }

  /**
   * Takes over a new text, parsing again only what changed in the masked text.
   * @throws ParseRefused as parse() does; the file then still stands for the text before.
   */
  edit(newText: string): void {
    const masked = maskWithinLimit(newText, this.options);
    const before = this.tree.copy();
    try {
      before.edit(editBetween(this.mask.text, masked.text));
      const after = parseWithinLimit(this.parser, masked, this.options, before);
      this.tree.delete();
      this.tree = after;
    } finally {
      before.delete();
    }
    this.mask = masked;
    this.source = newText;
  }

  /** Frees the tree; the file must not be used afterwards. */
  dispose(): void {
    this.tree.delete();
  }
}

function maskWithinLimit(text: string, options: MaskOptions): Masked {
  if (text.length > MAX_TEXT_LENGTH)
    throw new ParseRefused(`file is longer than ${MAX_TEXT_LENGTH / 1024 / 1024} MB`);
  return mask(text, options);
}

function parseWithinLimit(parser: Parser, masked: Masked, options: ParseOptions, before?: Tree): Tree {
  const limit = options.timeLimit ?? DEFAULT_TIME_LIMIT;
  const deadline = Date.now() + limit;
  const tree = parser.parse(masked.text, before ?? null, {
    includedRanges: masked.unwanted.length === 0 ? undefined : rangesBetween(masked.unwanted, masked.text),
    progressCallback: () => Date.now() > deadline,
  });
  if (tree) return tree;
  // A parse that was stopped would otherwise go on with the next text.
  parser.reset();
  throw new ParseRefused(`parsing took longer than ${limit} ms`);
}

/** What is parsed where some stretches are not. */
function rangesBetween(unwanted: readonly Span[], text: string): Range[] {
  const ranges: Range[] = [];
  const points = new Points(text);
  let from = { startIndex: 0, startPosition: points.at(0) };
  for (const { start, end } of unwanted) {
    ranges.push({ ...from, endIndex: start, endPosition: points.at(start) });
    from = { startIndex: end, startPosition: points.at(end) };
  }
  ranges.push({ ...from, endIndex: text.length, endPosition: points.at(text.length) });
  return ranges;
}

/** The one replacement that turns one text into the other: what lies between their common start and end. */
function editBetween(before: string, after: string): Parameters<Tree['edit']>[0] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let tail = 0;
  while (
    tail < shorter - start &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  )
    tail++;
  const oldEnd = before.length - tail;
  const newEnd = after.length - tail;
  return new Edit({
    startIndex: start,
    oldEndIndex: oldEnd,
    newEndIndex: newEnd,
    startPosition: pointAt(before, start),
    oldEndPosition: pointAt(before, oldEnd),
    newEndPosition: pointAt(after, newEnd),
  });
}

function pointAt(text: string, offset: number): Point {
  return new Points(text).at(offset);
}

/** Rows from 0 and columns in UTF-16 units; to be asked for ascending offsets. */
class Points {
  private row = 0;
  private lineStart = 0;

  constructor(private readonly text: string) {}

  at(offset: number): Point {
    for (
      let end = this.text.indexOf('\n', this.lineStart);
      end >= 0 && end < offset;
      end = this.text.indexOf('\n', end + 1)
    ) {
      this.row++;
      this.lineStart = end + 1;
    }
    return { row: this.row, column: offset - this.lineStart };
  }
}
