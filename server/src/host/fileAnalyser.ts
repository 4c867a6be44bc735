import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CancelSignal } from '../base/cancel.ts';
import { Engine, type EngineAssets, type FileReport } from '../engine.ts';
import type { Severity } from '../report/findings.ts';
import { type JsonReport, locate } from '../report/json.ts';
import type { Era, Tree } from '../semantics/eras.ts';
import { assumedTree, treeForEra } from '../semantics/trees.ts';
import { decode, displayPath, type Overlays, readBytes, readText } from './files.ts';
import { Surroundings } from './surroundings.ts';
import { readTree, treeRoot } from './trees.ts';

/** What a run asks of each file; plain data, so that it can be sent to a thread. */
export interface RunOptions {
  /** Forced era; absent: that of the tree, else the one that the file's functions tell. */
  readonly era?: Era;
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  readonly overlays: Overlays;
}

export interface FileRequest {
  /** Absolute path. */
  readonly path: string;
  /** The path as the output names it. */
  readonly display: string;
  /** Read instead of the file. */
  readonly text?: string;
}

/** The WebAssembly modules that lie beside the bundles. */
export function loadAssets(directory: string): EngineAssets {
  return {
    runtime: readFileSync(join(directory, 'web-tree-sitter.wasm')),
    grammar: readFileSync(join(directory, 'tree-sitter-c.wasm')),
  };
}

/** Reads files and has the engine analyse them, one at a time. */
export class FileAnalyser {
  /** Roots of trees by directory. */
  private readonly roots = new Map<string, string | undefined>();
  private readonly trees = new Map<string, Tree>();
  private readonly surroundings: Surroundings;

  private constructor(
    private readonly engine: Engine,
    private readonly options: RunOptions,
  ) {
    this.surroundings = new Surroundings(options.overlays, path => displayPath(path, process.cwd()));
  }

  static async create(assets: EngineAssets, options: RunOptions): Promise<FileAnalyser> {
    return new FileAnalyser(await Engine.create(assets), options);
  }

  /**
   * The text of a file if there is anything in it to analyse. Throws what node:fs throws.
   * The test reads bytes as Latin-1, which is cheap: all names the engine looks for are ASCII.
   */
  textOfInterest(request: FileRequest): string | undefined {
    if (request.text !== undefined) return this.engine.isOfInterest(request.text) ? request.text : undefined;
    const bytes = readBytes(request.path, this.options.overlays);
    return this.engine.isOfInterest(bytes.toString('latin1')) ? decode(bytes) : undefined;
  }

  analyse(request: FileRequest, text: string, cancel?: CancelSignal): FileReport {
    const options = {
      tree: this.treeFor(request.path, text),
      severities: this.options.severities,
      surroundings: (isAcquiring: boolean) =>
        this.surroundings.of(request.path, text, isAcquiring).declarations,
    };
    return this.engine.analyse({ path: request.display, text }, options, cancel);
  }

  /** The report with lines and columns. */
  located(request: FileRequest, text: string, report: FileReport): JsonReport {
    return locate(report, file => (file === request.display ? text : readText(file, this.options.overlays)));
  }

  private treeFor(path: string, text: string): Tree {
    if (this.options.era) return treeForEra(this.options.era);
    const directory = dirname(path);
    if (!this.roots.has(directory)) this.roots.set(directory, treeRoot(path));
    const root = this.roots.get(directory);
    if (root === undefined) return assumedTree(text);
    const tree = this.trees.get(root) ?? readTree(root);
    this.trees.set(root, tree);
    return tree;
  }
}
