import type { AcquisitionSite, AnalysisResult } from '../analysis/analyse.ts';
import { type Owners, ownersOf } from '../analysis/owners.ts';
import type { Program } from '../program/model.ts';
import { type Direction, ITERATOR_KINDS, type Mode, USER_BACKED_KINDS } from '../semantics/holds.ts';
import type { ExtractionSite, ReleaseSite } from './sites.ts';

/** The extraction calls of a file, as `audit` and the editor show them. */
export function assembleSites(file: string, program: Program, result: AnalysisResult): ExtractionSite[] {
  return result.sites
    .map(site => {
      const owners = ownersOf(site, program, result.flow);
      return { site, owners, mode: modeOf(site) };
    })
    .map(({ site, owners, mode }) => ({
      file,
      start: site.call.calleeSpan.start,
      end: site.call.calleeSpan.end,
      function: site.function.name,
      callee: site.callee,
      mode,
      direction: directionOf(site),
      iterKinds: site.effect.iterator ? ITERATOR_KINDS.filter(kind => site.kinds.has(kind)) : [],
      releasedWhere: mode === 'none' ? ('caller' as const) : owners.dropper,
      releases: releasesOf(file, site, owners),
    }))
    .sort((a, b) => a.start - b.start);
}

/** The union over all contexts the call was seen in; what the table says where it was never reached. */
function modeOf(site: AcquisitionSite): Mode {
  if (asksForNoPages(site)) return 'none';
  const modes = [...site.modes];
  if (modes.length === 1) return modes[0]!;
  if (modes.length > 1 && site.effect.iterator && site.kinds.size > 0) {
    const isUser = [...site.kinds].every(kind => USER_BACKED_KINDS.includes(kind));
    if (isUser && site.effect.hold === 'pin-if-user-backed') return 'pin';
  }
  return site.effect.hold;
}

/** get_user_pages(…, NULL) only faults pages in: no hold is taken (mm/gup.c:1380, 6.12.117). */
function asksForNoPages({ call, effect }: AcquisitionSite): boolean {
  const pages = effect.pages.form === 'array' ? call.arguments[effect.pages.argument - 1] : undefined;
  return pages?.kind === 'constant' && pages.value === 0;
}

function directionOf(site: AcquisitionSite): Direction | 'variable' {
  return site.directions.size === 1 ? [...site.directions][0]! : 'variable';
}

/** Releases on the analysed paths, and those elsewhere in the file that the pages get to. */
function releasesOf(file: string, site: AcquisitionSite, owners: Owners): ReleaseSite[] {
  const found = new Map<number, ReleaseSite>();
  for (const release of site.releases.values())
    found.set(release.span.start, { file, ...release.span, callee: release.callee });
  for (const { call } of owners.releases)
    if (!found.has(call.span.start)) found.set(call.span.start, { file, ...call.span, callee: call.callee! });
  return [...found.values()].sort((a, b) => a.start - b.start);
}
