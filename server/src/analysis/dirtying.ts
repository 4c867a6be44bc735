import type { Program } from '../program/model.ts';
import type { AcquisitionSite } from './analyse.ts';
import type { Fault } from './context.ts';
import type { Fate } from './fates.ts';
import { isMember, type Location, variableLocation } from './locations.ts';
import { BY_NUMBER, type MemberKey } from './memberKeys.ts';
import type { MemberRelease, Members } from './members.ts';
import type { PageFlow } from './pageFlow.ts';
import type { Release } from './state.ts';

/**
 * Pages pinned for writing that no function of the file ever marks dirty, told where they are released after use.
 * Pages that merely get a reference are not meant for data; who marks those dirty is not known here.
 */
export function judgeDirtying(
  sites: readonly AcquisitionSite[],
  members: Members,
  program: Program,
  flow: PageFlow,
): Fault[] {
  if (members.dirtiesUnknown.some(each => !members.isShownByCallers(program, each))) return [];
  const faults = new Map<number, Fault>();
  for (const site of sites) {
    if (site.effect.hold !== 'pin' || !mayBeWritten(site, program) || isExported(site, program)) continue;
    const start = site.call.span.start;
    const stores = members.stores.filter(store => store.acquisition.span.start === start);
    const isUnwind = fatesOf(site).has('kept') || site.fates.called.has('kept');
    const keys = new Set(stores.map(store => store.key));
    // Where the way of the pages was too long to be followed, it is known where such pages may get to.
    if (keys.size === 0 && isUnwind) for (const key of membersReached(site, flow)) keys.add(key);
    // What an error path does with pages that were not used yet says nothing of those that were.
    const inMember = [...keys]
      .filter(key => !members.dirtied.has(key))
      .flatMap(key => releasesFrom(key, members))
      .filter(each => each.hold === 'pin');
    const inFunction =
      isUnwind || members.dirtied.has(start) ? [] : (members.endings.get(start)?.values() ?? []);
    const isNothingDirtied = members.dirtied.size === 0;
    const given = isUnwind && isNothingDirtied ? releasesOfGiven(site, sites, members, flow, program) : [];
    const releases: readonly (Release | MemberRelease)[] = [...inFunction, ...inMember, ...given];
    for (const release of releases) {
      const acquisition = stores[0]?.acquisition;
      faults.set(release.span.start, faultOf(site, release, acquisition));
    }
  }
  return [...faults.values()];
}

function membersReached({ function: model, call, effect }: AcquisitionSite, flow: PageFlow): Location[] {
  return [...flow.reachedBy(model, call, effect)].filter(isMember);
}

/**
 * The releases in other functions of pages that these were given and that the call obtained, and of those found by their
 * number, where all that are pinned may be written.
 */
function releasesOfGiven(
  site: AcquisitionSite,
  sites: readonly AcquisitionSite[],
  { releases }: Members,
  flow: PageFlow,
  program: Program,
): MemberRelease[] {
  const { function: model, call, effect } = site;
  const reached = flow.reachedBy(model, call, effect);
  const isGiven = ({ parameter, frame }: MemberRelease): boolean =>
    parameter !== undefined && reached.has(variableLocation(frame.function, parameter));
  const pinning = sites.filter(each => each.effect.hold === 'pin' && each.directions.size > 0);
  const byNumber = pinning.every(each => mayBeWritten(each, program)) ? (releases.get(BY_NUMBER) ?? []) : [];
  return [...(releases.get('') ?? []).filter(isGiven), ...byNumber].filter(
    ({ hold, frame }) => hold === 'pin' && frame.function !== model && frame.parent === undefined,
  );
}

/** The releases of pages that lie in a member, and of those whose numbers do. */
function releasesFrom(key: MemberKey, { releases, dirtied }: Members): MemberRelease[] {
  const byNumber = dirtied.has(BY_NUMBER) ? [] : (releases.get(BY_NUMBER) ?? []);
  return [...(releases.get(key) ?? []), ...byNumber.filter(each => each.numberIn === key)];
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
