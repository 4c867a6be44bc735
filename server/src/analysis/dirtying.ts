import type { Program } from '../program/model.ts';
import type { AcquisitionSite } from './analyse.ts';
import type { Fault } from './context.ts';
import type { Fate } from './fates.ts';
import type { MemberRelease, Members } from './members.ts';
import type { Release } from './state.ts';

/**
 * Pages pinned for writing that no function of the file ever marks dirty, told where they are released after use.
 * Pages that merely get a reference are not meant for data; who marks those dirty is not known here.
 */
export function judgeDirtying(
  sites: readonly AcquisitionSite[],
  members: Members,
  program: Program,
): Fault[] {
  if (members.dirtiesUnknown.some(each => !members.isShownByCallers(program, each))) return [];
  const faults = new Map<number, Fault>();
  for (const site of sites) {
    if (site.effect.hold !== 'pin' || !mayBeWritten(site, program) || isExported(site, program)) continue;
    const start = site.call.span.start;
    const stores = members.stores.filter(store => store.acquisition.span.start === start);
    const keys = new Set(stores.map(store => store.key));
    // What an error path does with pages that were not used yet says nothing of those that were.
    const inMember = [...keys]
      .filter(key => !members.dirtied.has(key))
      .flatMap(key => members.releases.get(key) ?? [])
      .filter(each => each.hold === 'pin');
    const isUnwind = fatesOf(site).has('kept');
    const inFunction =
      isUnwind || members.dirtied.has(start) ? [] : (members.endings.get(start)?.values() ?? []);
    const releases: readonly (Release | MemberRelease)[] = [...inFunction, ...inMember];
    for (const release of releases) {
      const acquisition = stores[0]?.acquisition;
      faults.set(release.span.start, faultOf(site, release, acquisition));
    }
  }
  return [...faults.values()];
}

/** The pages are pinned with FOLL_WRITE, at least on some path. */
export function mayBeWritten(site: AcquisitionSite, program: Program): boolean {
  if (site.effect.iterator) return false;
  const body = program.text.slice(site.function.span.start, site.function.span.end);
  // A device that is only given the pages to read leaves them as they were.
  if (/\bDMA_TO_DEVICE\b/.test(body) && !/\bDMA_(FROM_DEVICE|BIDIRECTIONAL)\b/.test(body)) return false;
  if (isWriteOperation(site, program)) return false;
  if (site.directions.has('dest')) return true;
  return site.directions.has('variable') && /\bFOLL_WRITE\b/.test(body);
}

/** A static function is judged at its callers, where these were seen. */
export function fatesOf({ fates, function: model }: AcquisitionSite): ReadonlySet<Fate> {
  return model.isStatic && fates.called.size > 0 ? fates.called : fates.alone;
}

/** Other modules get at the pages of an exported function, and may mark them. */
export function isExported({ function: { name } }: AcquisitionSite, program: Program): boolean {
  return new RegExp(`\\bEXPORT_SYMBOL\\w*\\(\\s*${name}\\b`).test(program.text);
}

/** write(2) takes data out of user memory, whatever flags it pins it with. */
function isWriteOperation({ function: { name } }: AcquisitionSite, program: Program): boolean {
  return program.references.some(
    each => each.function === name && /^(\w+_)?write(_iter)?$/.test(each.member ?? ''),
  );
}

function faultOf(
  site: AcquisitionSite,
  release: Release | MemberRelease,
  acquisition: Fault['acquisition'],
): Fault {
  const isForeign = 'placeText' in release;
  return {
    kind: 'not-dirtied',
    span: release.span,
    frame: release.frame,
    origin: {
      span: site.call.span,
      callee: site.callee,
      placeText: isForeign ? release.placeText : '',
    },
    acquisition,
    confidence: 'certain',
    trace: isForeign ? release.trace : undefined,
    details: { callee: release.callee },
  };
}
