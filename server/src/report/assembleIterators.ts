import type { Construction } from '../analysis/constructions.ts';
import { USER_BACKED_KINDS } from '../semantics/holds.ts';
import type { IteratorSite, PageSafety } from './sites.ts';

/** The iterator constructors of a file, as `audit` shows them. */
export function assembleIterators(file: string, constructions: readonly Construction[]): IteratorSite[] {
  return constructions
    .map(site => ({
      file,
      start: site.call.calleeSpan.start,
      end: site.call.calleeSpan.end,
      function: site.function.name,
      constructor: site.callee,
      direction: site.direction,
      ...safetyOf(site),
    }))
    .sort((a, b) => a.start - b.start);
}

/** The first that applies: kernel memory, data source, user memory; then who keeps the pages safe. */
function safetyOf(site: Construction): { pageSafety: PageSafety; why: string } {
  const kinds = site.effect.iteratorKinds;
  const only = (...some: readonly string[]): boolean => kinds.every(kind => some.includes(kind));
  if (only('discard'))
    return { pageSafety: 'kernel-memory', why: 'ITER_DISCARD has no pages: an extraction fails' };
  if (only('kvec'))
    return {
      pageSafety: 'kernel-memory',
      why: 'a kernel buffer lives until it is freed: no page count keeps it',
    };
  if (site.direction === 'source') return { pageSafety: 'data-source', why: 'the pages are only read' };
  if (only(...USER_BACKED_KINDS))
    return {
      pageSafety: 'unknown',
      why: 'user memory: the iterator holds no pages, an extraction has to pin them as a destination',
    };
  const by = site.origin?.by ?? '';
  switch (site.origin?.origin) {
    case 'locked':
      return {
        pageSafety: 'locked',
        why: by.startsWith('.')
          ? `runs under ${by}, which has its folios locked`
          : `the pages are locked: ${by}()`,
      };
    case 'private':
      return { pageSafety: 'private', why: `the pages come from ${by}()` };
    case 'pinned':
      return { pageSafety: 'pinned', why: `the pages were pinned by ${by}()` };
    default:
      return { pageSafety: 'unknown', why: 'this file does not show where the pages come from' };
  }
}
