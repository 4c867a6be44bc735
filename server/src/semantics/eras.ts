import type { Feature } from './effects.ts';

/**
 * A generation of the extraction API. `get-pages`: up to 6.2, references on everything. `extract-mode`: the series posted in
 * January 2023, pin or reference by direction. `will-pin`: from 6.3, user-backed iterators are pinned.
 */
export type Era = 'get-pages' | 'extract-mode' | 'will-pin';

export const ERAS: readonly Era[] = ['get-pages', 'extract-mode', 'will-pin'];

/** What is known about the tree a file belongs to. */
export interface Tree {
  readonly era: Era;
  /** True where no header told and the era was assumed. */
  readonly assumed: boolean;
  readonly features: ReadonlySet<Feature>;
  /** 'x.y', where known. */
  readonly version?: string;
}
