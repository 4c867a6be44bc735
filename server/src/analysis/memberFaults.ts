import type { Program } from '../program/model.ts';
import type { Hold, Mode } from '../semantics/holds.ts';
import type { AcquisitionSite } from './analyse.ts';
import type { Fault } from './context.ts';
import { rootFrame, rootOf } from './frames.ts';
import { isMember, variableLocation } from './locations.ts';
import { type MemberKey, structOfMember } from './memberKeys.ts';
import type { MemberFlag, MemberRelease, MemberStore, Members } from './members.ts';
import { isOfAnotherKind } from './operations.ts';
import { isOnlyBehind } from './order.ts';
import type { PageFlow } from './pageFlow.ts';
import type { Provenances } from './provenance.ts';
import type { Acquisition } from './state.ts';

/**
 * What is wrong with releases of pages found in members, judged by what all functions of the file put there. It rests
 * on the type of the object alone: every fault is a guess, and pages of unknown origin in the member silence it.
 */
export function judgeMembers(
  program: Program,
  members: Members,
  flow: PageFlow,
  provenances: Provenances,
): Fault[] {
  const faults: Fault[] = [];
  const flags = new ModeFlags(members);
  noteFilledObjects(members, flow, provenances.sites);
  const mixed = (key: MemberKey): boolean => provenances.of([key]).isMixed;
  for (const [key, releases] of members.releases) {
    for (const release of atCallers(program, key, releases, members)) {
      const unpinned =
        key === '' && release.parameter === undefined && onlyReferenced(release, flow, provenances.sites);
      if (unpinned) faults.push(wrongRelease(release, { acquisition: unpinned }, new Set(['get'])));
      for (const each of key === '' ? cameFrom(release, flow) : [key]) {
        const stores = storesFor(program, each, release, members);
        const fault =
          stores.length > 0
            ? judge(program, each, release, stores, members, flags, mixed)
            : judgeObject(each, release, members, flags);
        if (fault) faults.push(fault);
      }
    }
  }
  return [...faults, ...flags.wronglySet().map(wrongFlag)];
}

/**
 * Pages that a call put into an object are found in members that got them out of it: the vector of the iterator that was
 * built over them, say. What else may lie there is not known.
 */
function noteFilledObjects(members: Members, flow: PageFlow, sites: readonly AcquisitionSite[]): void {
  for (const site of sites) {
    const { effect } = site;
    const holds = effect.pages.form === 'object' ? HOLDS_OF.get(effect.hold) : undefined;
    if (!holds) continue;
    const acquisition = acquisitionAt(site);
    for (const key of flow.reachedBy(site.function, site.call, effect)) {
      if (!members.releases.has(key)) continue;
      members.noteForeign(key);
      members.stores.push({
        key,
        acquisition,
        holds,
        isConditional: holds.size > 1,
        isFinal: true,
        ...NOTHING_BESIDE,
      });
    }
  }
}

const NOTHING_BESIDE = { beside: new Map<MemberKey, number>(), asked: new Set<MemberKey>() };

export function acquisitionAt({ call, row, effect, function: model }: AcquisitionSite): Acquisition {
  const { span, calleeSpan } = call;
  const key = `@${span.start}`;
  return { key, callee: row.name, row, effect, span, calleeSpan, frame: rootFrame(model), placeText: '' };
}

const HOLDS_OF: ReadonlyMap<Mode, ReadonlySet<Hold>> = new Map([
  ['pin', new Set<Hold>(['pin'])],
  ['get', new Set<Hold>(['get'])],
  ['pin-if-user-backed', new Set<Hold>(['pin', 'none'])],
  ['get-if-user-backed', new Set<Hold>(['get', 'none'])],
]);

/**
 * A release in a helper is judged at the callers that were seen, which may know more: in which member the pages lie, or
 * what the iterator has answered. Where all of them were, they have shown whose array the helper is given.
 */
function atCallers(
  program: Program,
  key: MemberKey,
  releases: readonly MemberRelease[],
  members: Members,
): MemberRelease[] {
  const knowsMore = ({ frame, guards }: MemberRelease): boolean =>
    frame.parent !== undefined &&
    (key !== '' || members.flags.some(flag => flag.isAsked && guards.has(flag.key)));
  const isShown = (release: MemberRelease): boolean =>
    key === '' && members.isShownByCallers(program, release);
  return releases.filter(
    release =>
      release.frame.parent !== undefined ||
      (!isShown(release) &&
        !releases.some(other => other.span.start === release.span.start && knowsMore(other))),
  );
}

/** The members that a helper's callers take the page from which they give to it. */
function cameFrom({ parameter, frame }: MemberRelease, flow: PageFlow): MemberKey[] {
  if (parameter === undefined) return [];
  const sources = flow.leadingTo([variableLocation(rootOf(frame).function, parameter)]);
  return [...sources].filter(isMember);
}

/** The stores into a member of the objects that the releasing function works on. */
function storesFor(
  program: Program,
  key: MemberKey,
  release: MemberRelease,
  members: Members,
): MemberStore[] {
  const model = rootOf(release.frame).function;
  return members
    .storesOf(key)
    .filter(({ acquisition }) => !isOfAnotherKind(program, rootOf(acquisition.frame).function, model));
}

function judge(
  program: Program,
  key: MemberKey,
  release: MemberRelease,
  stores: readonly MemberStore[],
  members: Members,
  flags: ModeFlags,
  isMixed: (key: MemberKey) => boolean,
): Fault | undefined {
  if (release.hold !== 'pin' && release.hold !== 'get') return;
  const holds = new Set(stores.flatMap(store => [...store.holds]));
  const isForeign = members.isForeign(program, key, rootOf(release.frame).function);
  const [store] = stores;
  if (release.hold === 'get' && members.referenced.has(key)) return;
  if (!holds.has(release.hold)) {
    // Other pages lie there for a while, and a helper that is given the array may be theirs.
    if (members.passing.get(key)?.has(release.hold)) return;
    const isApart =
      !isForeign && members.isForeignOfAnotherKind(program, key, rootOf(release.frame).function);
    if (release.hold === 'get' && isMixed(key) && !isApart && !flags.tellPin(release)) return;
    const other = release.hold === 'pin' ? 'get' : 'pin';
    if (askedWith(stores, other).some(flag => release.guards.get(flag) === false)) return;
    const isAnyones = isForeign && !flags.tellPin(release) && !(release.hold === 'pin' && !members.hasPins);
    if (isAnyones || stores.some(each => each.acquisition.effect.hold === 'by-direction')) return;
    return wrongRelease(release, store!, holds, key);
  }
  const isShared = holds.size === 1 && isMixed(key);
  if (holds.size === 1 && !isForeign && !isShared) return;
  const known = [...flags.of(key, release.hold, stores), ...(isShared ? flags.ofWays(key, stores) : [])];
  if (release.isDecided || known.length === 0 || known.some(flag => release.guards.has(flag))) return;
  const conditional = stores.find(each => each.isConditional) ?? store!;
  return faultOf('unasked-release', release, conditional, { member: key, flag: known[0] });
}

/**
 * Where pins are dropped of pages that lay in no member: an acquisition whose pages may get there, if these carry
 * references only and no pinned ones get there.
 */
function onlyReferenced(
  { hold, span }: MemberRelease,
  flow: PageFlow,
  sites: readonly AcquisitionSite[],
): Acquisition | undefined {
  const call = flow.releases.find(each => each.call.calleeSpan.start === span.start);
  if (hold !== 'pin' || !call) return;
  const sources = flow.leadingTo(call.locations);
  const reaching = sites.filter(site =>
    flow.acquired(site.function, site.call, site.effect).some(location => sources.has(location)),
  );
  const [first] = reaching;
  return first && reaching.every(each => each.effect.hold === 'get') ? acquisitionAt(first) : undefined;
}

function wrongRelease(
  release: MemberRelease,
  store: Pick<MemberStore, 'acquisition'>,
  holds: ReadonlySet<Hold>,
  member?: MemberKey,
): Fault {
  return faultOf('wrong-release', release, store, {
    hold: [...holds].sort().join(' or '),
    released: release.hold,
    mode: holds.size === 1 ? [...holds][0]! : store.acquisition.effect.hold,
    member,
  });
}

/** The pages lie in an object that a call filled as the iterator decides, inside one that has recorded what that was. */
function judgeObject(
  key: MemberKey,
  release: MemberRelease,
  members: Members,
  flags: ModeFlags,
): Fault | undefined {
  if (release.hold !== 'pin' || release.isDecided) return;
  for (const tag of release.around) {
    const [acquisition] = members.conditionalObjectsIn(tag);
    const known = acquisition ? flags.askedIn(tag) : [];
    if (!acquisition || known.length === 0 || known.some(flag => release.guards.has(flag))) continue;
    return faultOf('unasked-release', release, { acquisition }, { member: key, flag: known[0] });
  }
  return;
}

function faultOf(
  kind: Fault['kind'],
  release: MemberRelease,
  { acquisition }: Pick<MemberStore, 'acquisition'>,
  details: Readonly<Record<string, string | undefined>>,
): Fault {
  return {
    kind,
    span: release.span,
    frame: release.frame,
    origin: {
      span: acquisition.span,
      callee: acquisition.callee,
      placeText: release.placeText,
    },
    acquisition,
    confidence: 'guess',
    trace: release.trace,
    details,
    callee: release.call,
  };
}

/** A flag that says which hold pages carry, set by something else than the iterator's answer. */
interface WrongFlag {
  readonly flag: MemberFlag;
  readonly acquisition: Acquisition;
}

/** The members that record which hold the pages beside them carry. */
class ModeFlags {
  constructor(private readonly members: Members) {}

  /** The flags of pages in member `key`: asked from the iterator, or different where the pages differ, or tested elsewhere. */
  of(key: MemberKey, hold: Hold, stores: readonly MemberStore[]): MemberKey[] {
    const tested = (this.members.releases.get(key) ?? [])
      .filter(release => release.hold === hold)
      .flatMap(release => [...release.guards.keys()])
      .filter(guard => this.members.flags.some(flag => flag.key === guard && flag.isBool));
    const isConditional = stores.some(store => store.isConditional);
    return [
      ...new Set([
        ...this.askedIn(structOfMember(key)),
        ...(isConditional ? tested : []),
        ...this.separating(key, stores, hold),
        ...askedWith(stores, hold),
      ]),
    ];
  }

  /** Members beside the pages that are set only once the pages were taken, and cleared on another way. */
  ofWays(key: MemberKey, stores: readonly MemberStore[]): MemberKey[] {
    const settings = this.members.flags.filter(
      flag =>
        structOfMember(flag.key) === structOfMember(key) &&
        !this.members.counts.has(flag.key) &&
        stores.every(({ acquisition }) => isInOneFunction(flag, acquisition)),
    );
    const isBehind = ({ frame, span }: MemberFlag): boolean =>
      stores.every(
        ({ acquisition: { frame: taking, span: taken } }) =>
          taking.function === frame.function && isOnlyBehind(frame.function, taken, span),
      );
    const isCleared = (key: MemberKey): boolean =>
      settings.some(flag => flag.key === key && flag.number === 0);
    const raised = [...new Set(settings.filter(flag => flag.number === 1).map(flag => flag.key))];
    return raised.filter(
      each =>
        isCleared(each) && settings.every(flag => flag.key !== each || flag.number === 0 || isBehind(flag)),
    );
  }

  /** The members of a struct that record what an iterator was asked. */
  askedIn(tag: string): MemberKey[] {
    const asked = this.members.flags.filter(
      flag =>
        flag.isAsked &&
        structOfMember(flag.key) === tag &&
        !this.members.counts.has(flag.key) &&
        !this.isSomethingElse(flag),
    );
    return [...new Set(asked.map(flag => flag.key))];
  }

  /** Another path sets it to another number though the iterator gives the same answer. */
  private isSomethingElse({ key, isUserBacked, number }: MemberFlag): boolean {
    if (isUserBacked === undefined || number === undefined) return false;
    return this.members.flags.some(
      other => other.key === key && other.isUserBacked === isUserBacked && other.number === 1 - number,
    );
  }

  /** The path has found that the iterator's pages were pinned. */
  tellPin(release: MemberRelease): boolean {
    return this.members.flags.some(flag => flag.isAsked && release.guards.get(flag.key) === true);
  }

  /** Members that were one number where the pages carry the hold, and are set to another one where others are put there. */
  private separating(pages: MemberKey, stores: readonly MemberStore[], hold: Hold): MemberKey[] {
    const holding = stores.filter(store => store.holds.has(hold));
    const own = holding.filter(store => store.key === pages && store.isFinal);
    const [first, ...others] = own.length > 0 ? own : holding;
    if (!first) return [];
    const fillers = this.members.foreignFillers(pages);
    for (const store of stores)
      if (!store.holds.has(hold)) fillers.add(rootOf(store.acquisition.frame).function);
    const isBesideOthers = ({ frame }: MemberFlag): boolean =>
      fillers.size === 0 || fillers.has(rootOf(frame).function);
    return [...first.beside]
      .filter(
        ([key, number]) =>
          (number === 1 || number === 0) &&
          !this.members.counts.has(key) &&
          others.every(store => store.beside.get(key) === number) &&
          this.members.flags.some(
            flag => flag.key === key && flag.number === 1 - number && isBesideOthers(flag),
          ),
      )
      .map(([key]) => key);
  }

  /** Flags that guard the release of a pin, and are set without a question where the iterator decides. */
  wronglySet(): WrongFlag[] {
    const guards = new Set(
      [...this.members.releases.values()]
        .flat()
        .filter(release => release.hold === 'pin')
        .flatMap(release => [...release.guards].filter(([, isSet]) => isSet))
        .map(([key]) => key),
    );
    const found: WrongFlag[] = [];
    for (const key of guards) {
      const settings = this.members.flags.filter(flag => flag.key === key && flag.isBool);
      for (const acquisition of this.members.conditionalIn(structOfMember(key))) {
        const own = settings.filter(each => isInOneFunction(each, acquisition));
        // Where the function that acquires does not set it, whoever sets it does so for all.
        const relevant = own.length > 0 ? own : settings;
        const flag = relevant.find(each => each.number !== undefined && each.number !== 0);
        if (!flag || relevant.some(each => each.isAsked)) continue;
        found.push({ flag, acquisition });
        break;
      }
    }
    return found;
  }
}

/** Members with a bit that was set wherever the pages carry the hold. */
function askedWith(stores: readonly MemberStore[], hold: Hold): MemberKey[] {
  const [first, ...others] = stores.filter(store => store.holds.has(hold));
  return first ? [...first.asked].filter(key => others.every(store => store.asked.has(key))) : [];
}

/** The flag is set and the pages are acquired in one activation's root, so that the one speaks of the other. */
function isInOneFunction({ frame }: MemberFlag, acquisition: Acquisition): boolean {
  return rootOf(frame).function === rootOf(acquisition.frame).function;
}

function wrongFlag({ flag, acquisition }: WrongFlag): Fault {
  return {
    kind: 'unasked-release',
    span: flag.span,
    frame: flag.frame,
    origin: acquisition,
    acquisition,
    confidence: 'guess',
    trace: undefined,
    details: { set: flag.key },
  };
}
