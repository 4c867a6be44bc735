import type { Direction, IteratorKind, Mode } from '../semantics/holds.ts';
import type { Place } from './findings.ts';

export type ReleasedWhere =
  | 'same-function'
  | 'callee'
  | 'caller'
  | 'completion'
  | 'other-function'
  | 'unknown';

/** A call of a release function that drops the hold of an extraction. */
export interface ReleaseSite extends Place {
  readonly callee: string;
}

/** A call that extracts pages; the range is the callee's name. */
export interface ExtractionSite extends Place {
  readonly function: string;
  readonly callee: string;
  readonly mode: Mode;
  readonly direction: Direction | 'variable';
  readonly iterKinds: readonly IteratorKind[];
  readonly releasedWhere: ReleasedWhere;
  readonly releases: readonly ReleaseSite[];
}

export type PageSafety = 'kernel-memory' | 'data-source' | 'locked' | 'private' | 'pinned' | 'unknown';

/** A call that builds an iterator; the range is the callee's name. */
export interface IteratorSite extends Place {
  readonly function: string;
  readonly constructor: string;
  readonly direction: Direction | 'variable';
  readonly pageSafety: PageSafety;
  readonly why: string;
}
