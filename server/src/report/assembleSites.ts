import type { AcquisitionSite } from '../analysis/analyse.ts';
import { type Direction, ITERATOR_KINDS, type Mode, USER_BACKED_KINDS } from '../semantics/holds.ts';
import type { ExtractionSite, ReleasedWhere, ReleaseSite } from './sites.ts';

/** The extraction calls of a file, as `audit` and the editor show them. */
export function assembleSites(file: string, sites: readonly AcquisitionSite[]): ExtractionSite[] {
  return sites
    .map(site => ({
      file,
      start: site.call.calleeSpan.start,
      end: site.call.calleeSpan.end,
      function: site.function.name,
      callee: site.callee,
      mode: modeOf(site),
      direction: directionOf(site),
      iterKinds: site.effect.iterator ? ITERATOR_KINDS.filter(kind => site.kinds.has(kind)) : [],
      releasedWhere: releasedWhere(site),
      releases: releasesOf(file, site),
    }))
    .sort((a, b) => a.start - b.start);
}

/** The union over all contexts the call was seen in; what the table says where it was never reached. */
function modeOf(site: AcquisitionSite): Mode {
  const modes = [...site.modes];
  if (modes.length === 1) return modes[0]!;
  if (modes.length > 1 && site.effect.iterator && site.kinds.size > 0) {
    const isUser = [...site.kinds].every(kind => USER_BACKED_KINDS.includes(kind));
    if (isUser && site.effect.hold === 'pin-if-user-backed') return 'pin';
  }
  return site.effect.hold;
}

function directionOf(site: AcquisitionSite): Direction | 'variable' {
  return site.directions.size === 1 ? [...site.directions][0]! : 'variable';
}

function releasedWhere(site: AcquisitionSite): ReleasedWhere {
  if (modeOf(site) === 'none') return 'caller';
  const releases = [...site.releases.values()];
  if (releases.some(release => release.frame.function === site.function)) return 'same-function';
  if (releases.length > 0) return 'callee';
  return 'unknown';
}

function releasesOf(file: string, site: AcquisitionSite): ReleaseSite[] {
  return [...site.releases.values()]
    .map(release => ({ file, start: release.span.start, end: release.span.end, callee: release.callee }))
    .sort((a, b) => a.start - b.start);
}
