import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FileRequest } from '../host/fileAnalyser.ts';
import { displayPath, type Overlays } from '../host/files.ts';
import { walk } from '../host/walk.ts';
import type { JsonNotAnalysed } from '../report/json.ts';
import { Failure, reasonOf } from './failure.ts';

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

export interface Targets {
  readonly files: readonly FileRequest[];
  readonly notAnalysed: readonly JsonNotAnalysed[];
}

/**
 * The files that the paths of the command line name: files as they are, directories walked.
 * Sorted, each once. Throws Failure where a path cannot be read.
 */
export function findTargets(
  paths: readonly string[],
  cwd: string,
  overlays: Overlays,
  shard?: Shard,
): Targets {
  const files = new Set<string>();
  const notAnalysed: JsonNotAnalysed[] = [];
  for (const path of paths.length > 0 ? paths : ['.']) {
    const absolute = resolve(cwd, path);
    if (!isDirectory(absolute, path, overlays)) {
      files.add(absolute);
      continue;
    }
    const found = walk(absolute);
    for (const file of found.files) files.add(file);
    for (const { path: directory, reason } of found.unreadable)
      notAnalysed.push({ file: displayPath(directory, cwd), line: 1, function: '', reason });
  }
  const requests = [...files].sort().map(path => ({ path, display: displayPath(path, cwd) }));
  return {
    files: shard ? requests.filter((_, at) => at % shard.count === shard.index - 1) : requests,
    notAnalysed,
  };
}

function isDirectory(absolute: string, path: string, overlays: Overlays): boolean {
  if (overlays.has(absolute)) return false;
  try {
    return statSync(absolute).isDirectory();
  } catch (error) {
    throw new Failure(`cannot read ${path}: ${reasonOf(error)}`);
  }
}
