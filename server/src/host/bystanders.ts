import { basename, dirname } from 'node:path';
import { LineIndex } from '../base/text.ts';
import type { LineDiff } from '../report/lineDiff.ts';
import { indexSource, type SourceFunction } from '../syntax/sources.ts';
import { type FileChange, textOf } from './change.ts';
import type { Overlays } from './files.ts';
import { type Source, Sources } from './sources.ts';

/** A change of one file with what became of its lines. */
export interface DiffedChange {
  readonly change: FileChange;
  readonly diff: LineDiff;
}

/** A function that a change touches. */
interface Touched {
  readonly function: SourceFunction;
  /** It takes or gives back pages, itself or through others. */
  readonly isMoving: boolean;
  readonly tags: ReadonlySet<string>;
}

/**
 * Source files beside those of a change in which it may bring something about: they call a function that it touches,
 * deal with the same members of the same structs, or include a header of it.
 * @returns absolute paths.
 */
export function bystanders(changes: readonly DiffedChange[], overlays: Overlays): string[] {
  const sources = new Sources(overlays);
  const changed = new Set(changes.map(({ change }) => change.after?.path));
  const near = new Set<string>();
  for (const { change, diff } of changes) {
    const path = (change.after ?? change.before)!.path;
    const siblings = sources.inFolder(dirname(path));
    const touched = path.endsWith('.c') ? touchedIn(change, diff, siblings) : [];
    const include = new RegExp(`#\\s*include\\s*["<][^">\n]*\\b${escaped(basename(path))}[">]`);
    for (const sibling of siblings) {
      if (changed.has(sibling.path)) continue;
      const isNear = path.endsWith('.h')
        ? include.test(sources.text(sibling))
        : touched.some(each => concerns(each, sibling));
      if (isNear) near.add(sibling.path);
    }
  }
  return [...near].sort();
}

const escaped = (text: string): string => text.replace(/\W/g, '\\$&');

/** The functions that hold a changed line: of the file as it is, and of a deleted file all. */
function touchedIn(change: FileChange, diff: LineDiff, siblings: readonly Source[]): Touched[] {
  const text = textOf(change.after ?? change.before);
  const { functions, tags } = indexSource(text);
  const lines = new LineIndex(text);
  const own = siblings.find(source => source.path === change.after?.path);
  const changedLines = diff.hunks.flatMap(hunk =>
    hunk.lines.flatMap(({ sign, line }) => (sign === ' ' ? [] : [line])),
  );
  const holdsChange = ({ start, end }: SourceFunction): boolean => {
    const [first, last] = [lines.position(start).line, lines.position(end).line];
    return !change.after || changedLines.some(line => line >= first && line <= last);
  };
  return functions.filter(holdsChange).map(each => ({
    function: each,
    isMoving: !own || own.moving.has(each.name),
    tags: new Set(tags),
  }));
}

function concerns({ function: touched, isMoving, tags }: Touched, sibling: Source): boolean {
  const callsIt = !touched.isStatic && sibling.functions.some(each => each.calls.includes(touched.name));
  if (callsIt) return true;
  if (!isMoving || ![...sibling.tags].some(tag => tags.has(tag))) return false;
  const members = new Set(touched.members);
  return [...sibling.moving.values()].some(each => each.members.some(member => members.has(member)));
}
