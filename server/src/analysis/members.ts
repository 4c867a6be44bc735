import type { Span } from '../base/text.ts';
import type { CallInstruction, FunctionModel, Program } from '../program/model.ts';
import { isPointerToStruct, PAGE_TAGS, type Type } from '../program/types.ts';
import type { Released } from '../semantics/effects.ts';
import { type Hold, type IteratorKind, USER_BACKED_KINDS } from '../semantics/holds.ts';
import { isNamedConstant } from './bits.ts';
import { isJudgedAtCallers } from './callers.ts';
import type { Context, Fault } from './context.ts';
import { type Frame, rootOf } from './frames.ts';
import type { LeftCount } from './leftCounts.ts';
import {
  type MemberKey,
  memberOf,
  memberOfNumber,
  memberOfPlace,
  placeOfAtom,
  structOfMember,
} from './memberKeys.ts';
import { isOfAnotherKind } from './operations.ts';
import type { Place } from './places.ts';
import { allocationOf } from './reach.ts';
import { possibleHolds } from './releasing.ts';
import type { Acquisition, Allocation, PageSet, Release, State, Trace } from './state.ts';
import { type Atom, asNumber, isParameter, mentions, type Term } from './terms.ts';
import type { Values } from './values.ts';

/** Pages of an acquisition were left in a member. */
export interface MemberStore {
  readonly key: MemberKey;
  readonly acquisition: Acquisition;
  readonly holds: ReadonlySet<Hold>;
  readonly isConditional: boolean;
  /** The function that stores them has come to its end: what lies beside them, it has set. */
  readonly isFinal: boolean;
  /** What the members beside it held then, as far as these were numbers. */
  readonly beside: ReadonlyMap<MemberKey, number>;
  /** Members beside it that hold a value of which a part was found to be set: `flags & USER` on the way. */
  readonly asked: ReadonlySet<MemberKey>;
}

/** Pages found in a member were released. */
export interface MemberRelease extends Release {
  readonly hold: Released;
  readonly call: NonNullable<Fault['callee']>;
  readonly placeText: string;
  /** The member that says how many are released. */
  readonly countedBy: MemberKey | undefined;
  /** Where the page was found by its number or address: the member that this was read from. */
  readonly numberIn: MemberKey | undefined;
  /** The structs, by tag, that the member's object lies in. */
  readonly around: ReadonlySet<string>;
  /** Where a function releases what it was given: the id of its parameter. */
  readonly parameter: number | undefined;
  readonly trace: Trace | undefined;
  /** Members of which the path knows whether they are zero: true where they are not. */
  readonly guards: ReadonlyMap<MemberKey, boolean>;
  /** The path knows which kind of iterator it deals with. */
  readonly isDecided: boolean;
}

/** Pages of which nothing is known were stored in a member. */
interface ForeignStore {
  readonly span: Span;
  readonly frame: Frame;
  /** The function was given them. */
  readonly isGiven: boolean;
}

/** A number, or the answer of the iterator, was stored in a member. */
export interface MemberFlag {
  readonly key: MemberKey;
  /** The answer to a question about the iterator that the pages came from. */
  readonly isAsked: boolean;
  /** Whether the iterators of which the path knows the answer are over user memory; undefined where none is. */
  readonly isUserBacked: boolean | undefined;
  readonly isBool: boolean;
  readonly number: number | undefined;
  readonly span: Span;
  readonly frame: Frame;
}

/** What the functions of a file do with the pages in members of structs, in no order. */
export class Members {
  readonly stores: MemberStore[] = [];
  /** By member; '' where the pages' origin is not known at all. */
  readonly releases = new Map<MemberKey, MemberRelease[]>();
  /** Members that are calculated: how many of something there are, not what they are. */
  readonly counts = new Set<MemberKey>();
  readonly flags: MemberFlag[] = [];
  readonly leftCounts: LeftCount[] = [];
  /** The members in which the arrays of an allocating call are stored, by its offset. */
  readonly arrays = new Map<number, Set<MemberKey>>();
  /** Arrays, by the offset of the allocating call, that pages of the allocator were put into. */
  readonly filledArrays = new Set<number>();
  /** Pages in members of which nothing is known. */
  private readonly foreign = new Map<MemberKey, (ForeignStore | undefined)[]>();
  /** Acquisitions into an object that lies in a member, where the iterator decides about the hold: by the struct's tag. */
  private readonly conditionalObjects = new Map<string, Acquisition[]>();
  /** Members whose pages are marked dirty somewhere, and acquisitions (by the offset of the call). */
  readonly dirtied = new Set<MemberKey | number>();
  /** Calls that mark pages of unknown origin dirty: they may be anybody's. */
  readonly dirtiesUnknown: { readonly span: Span; readonly frame: Frame }[] = [];
  /** Releases on the way to a success exit, by the offset of the acquiring call. */
  readonly endings = new Map<number, Map<number, PageSet['dropped'][number]>>();
  /** Holds of pages that lie in a member only until the function that took them releases them. */
  readonly passing = new Map<MemberKey, Set<Hold>>();
  /** Functions in whose calls a helper's release, or dirtying, was followed: by the offset of that call, the callers' names. */
  private readonly followed = new Map<number, Set<string>>();
  /** Releases in helpers, by offset, of which some caller does not show that they have nothing to release. */
  private readonly busy = new Set<number>();
  /** Members whose pages get one more reference somewhere: a put may drop that. */
  readonly referenced = new Set<MemberKey>();
  /** Some function of the file pins pages. */
  hasPins = false;
  /** Members whose pages also lie in another one. */
  readonly sources = new Map<MemberKey, Set<MemberKey>>();

  noteRelease(key: MemberKey | undefined, release: MemberRelease): void {
    const list = this.releases.get(key ?? '') ?? [];
    this.releases.set(key ?? '', list);
    const guards = JSON.stringify([...release.guards]);
    const isKnown = list.some(
      known =>
        known.span.start === release.span.start &&
        known.frame.parent === release.frame.parent &&
        known.isDecided === release.isDecided &&
        JSON.stringify([...known.guards]) === guards,
    );
    if (!isKnown) list.push(release);
  }

  /** A release, or dirtying, was carried out as part of the function that calls the one it stands in. */
  noteFollowed({ start }: Span, { parent }: Frame, isIdle = false): void {
    if (parent && !isIdle) this.busy.add(start);
    if (parent) this.followed.set(start, (this.followed.get(start) ?? new Set()).add(parent.function.name));
  }

  /** Whether a call in a helper was followed in all callers of that: they have shown whose pages it is given. */
  isShownByCallers(program: Program, { span, frame }: Omit<Release, 'callee'>): boolean {
    const { function: helper, parent } = frame;
    return (
      parent === undefined &&
      isJudgedAtCallers(program, helper) &&
      (program.callers.get(helper.name) ?? []).every(name => this.followed.get(span.start)?.has(name))
    );
  }

  /** Whether a release in a helper was followed in all callers of that, and none of them gives it anything to release. */
  isShownIdle(program: Program, release: Omit<Release, 'callee'>): boolean {
    return !this.busy.has(release.span.start) && this.isShownByCallers(program, release);
  }

  /** An array that the function allocates at this offset is stored in a member. */
  noteArray(allocatedAt: number, key: MemberKey): void {
    this.arrays.set(allocatedAt, (this.arrays.get(allocatedAt) ?? new Set()).add(key));
  }

  noteEnding(set: PageSet): void {
    const { start } = set.acquisition.span;
    const releases = this.endings.get(start) ?? new Map();
    this.endings.set(start, releases);
    for (const release of set.dropped) releases.set(release.span.start, release);
  }

  addSource(key: MemberKey, source: MemberKey): void {
    if (key === source) return;
    this.sources.set(key, (this.sources.get(key) ?? new Set()).add(source));
  }

  /** A call fills an object in a member of this struct, and the iterator decides about the hold. */
  noteConditionalObject(tag: string, acquisition: Acquisition): void {
    const known = this.conditionalObjects.get(tag) ?? [];
    if (known.some(each => each.span.start === acquisition.span.start && isSameRoot(each, acquisition)))
      return;
    this.conditionalObjects.set(tag, [...known, acquisition]);
  }

  /** The calls that fill an object in a member of this struct where the iterator decides about the hold. */
  conditionalObjectsIn(tag: string): readonly Acquisition[] {
    return this.conditionalObjects.get(tag) ?? [];
  }

  /** What puts pages into the members of a struct where the iterator decides about the hold. */
  conditionalIn(tag: string): Acquisition[] {
    const stores = this.stores.filter(each => each.isConditional && structOfMember(each.key) === tag);
    return [...stores.map(each => each.acquisition), ...this.conditionalObjectsIn(tag)];
  }

  /** The stores into a member, and into those that its pages come from. */
  storesOf(key: MemberKey): MemberStore[] {
    const keys = this.closure(key);
    return this.stores.filter(store => keys.has(store.key));
  }

  /** Pages of which nothing is known lie in a member; `store` is where they were put there, where that is known. */
  noteForeign(key: MemberKey, store?: ForeignStore): void {
    const known = this.foreign.get(key) ?? [];
    this.foreign.set(key, known);
    const isKnown = known.some(
      each => each?.span.start === store?.span.start && each?.frame.parent === store?.frame.parent,
    );
    if (!isKnown) known.push(store);
  }

  /** The functions that put pages of which nothing is known into a member, as far as these are known. */
  foreignFillers(key: MemberKey): Set<FunctionModel> {
    const stores = this.foreign.get(key) ?? [];
    return new Set(stores.flatMap(store => (store ? [rootOf(store.frame).function] : [])));
  }

  /**
   * Whether pages of which nothing is known lie in a member: what a helper stores for its callers, these have shown, and
   * what is stored in other objects than those that a function works on is no matter of that.
   */
  isForeign(program: Program, key: MemberKey, model: FunctionModel): boolean {
    const concerns = (store: ForeignStore | undefined): boolean => {
      if (!store) return true;
      if (store.isGiven && this.isShownByCallers(program, store)) return false;
      return !isOfAnotherKind(program, rootOf(store.frame).function, model);
    };
    return [...this.closure(key)].some(each => this.foreign.get(each)?.some(concerns));
  }

  /** Whether such pages lie in a member of other objects than those that a function works on. */
  isForeignOfAnotherKind(program: Program, key: MemberKey, model: FunctionModel): boolean {
    const stores = this.foreign.get(key) ?? [];
    return stores.some(store => store && isOfAnotherKind(program, rootOf(store.frame).function, model));
  }

  private closure(key: MemberKey): ReadonlySet<MemberKey> {
    const seen = new Set([key]);
    for (const each of seen) for (const source of this.sources.get(each) ?? []) seen.add(source);
    return seen;
  }
}

const isSameRoot = (a: Acquisition, b: Acquisition): boolean =>
  rootOf(a.frame).function === rootOf(b.frame).function;

/** Pages are marked dirty by a call; one of the file's own functions shows itself whose they are. */
export function noteDirtied({ context, state, frame }: Values, call: CallInstruction, term: Term): void {
  const { members, program } = context;
  const span = call.calleeSpan;
  const isOwn = call.callee !== undefined && program.functions.has(call.callee);
  members.noteFollowed(span, frame);
  const sets = [...state.sets.values()].filter(set => leadsTo(term, set));
  for (const set of sets) members.dirtied.add(set.acquisition.span.start);
  if (isOwn) return;
  const key = memberOfNumber(context, term) ?? memberOf(context, term);
  if (key) members.dirtied.add(key);
  else if (sets.length === 0) members.dirtiesUnknown.push({ span, frame });
}

/** At the end of a function: which members the pages lie in that it still holds, and those that it held lay in. */
export function noteStores(context: Context, state: State, members: Members): void {
  for (const set of state.sets.values()) {
    if (set.status === 'dropped' && state.mayExist(set)) notePassing(context, state, set);
    if (set.status !== 'held' || !state.mayExist(set) || (set.isExact && !state.mayRemain(set))) continue;
    if (set.pointer) {
      const own = memberOf(context, set.pointer);
      const place = own === undefined ? undefined : placeOfAtom(context, set.pointer);
      if (own && place) addStore(context, state, members, own, place, set, true);
    }
    for (const [pointer, id] of state.aliases) {
      const member = id === set.id ? memberOf(context, pointer) : undefined;
      const place = member === undefined ? undefined : placeOfAtom(context, pointer as Atom);
      if (member && place) addStore(context, state, members, member, place, set, true);
    }
    for (const [key, value] of state.memory) {
      const place = context.places.get(key);
      const member = place && place.root.kind !== 'local' ? memberOfPlace(context, place) : undefined;
      if (place && member && leadsTo(value, set)) addStore(context, state, members, member, place, set, true);
    }
  }
}

/** The members that pages lay in which are released by now. */
function notePassing(context: Context, state: State, set: PageSet): void {
  const { passing } = context.members;
  for (const key of membersOfSet(context, state, set))
    passing.set(key, new Set([...(passing.get(key) ?? []), ...possibleHolds(state, set)]));
}

/** The members in which the pages of a set, or their array, lie. */
export function membersOfSet(context: Context, state: State, set: PageSet): ReadonlySet<MemberKey> {
  const array = set.pointer && allocationOf(state, set.pointer);
  const found = new Set(array && context.members.arrays.get(array.span.start));
  const own = set.pointer && memberOf(context, set.pointer);
  if (own) found.add(own);
  for (const [key, value] of state.memory) {
    const place = context.places.get(key);
    const member = place && place.root.kind !== 'local' ? memberOfPlace(context, place) : undefined;
    if (member && leadsTo(value, set)) found.add(member);
  }
  return found;
}

function leadsTo(value: Term, set: PageSet): boolean {
  if (set.page && value === set.page) return true;
  return mentions(value, atom => (atom.kind === 'page' ? atom.set === set.id : atom === set.pointer));
}

function addStore(
  context: Context,
  state: State,
  members: Members,
  key: MemberKey,
  place: Place,
  set: PageSet,
  isFinal: boolean,
): void {
  const known = members.stores.find(
    store =>
      store.key === key &&
      store.acquisition.span.start === set.acquisition.span.start &&
      store.isFinal === isFinal,
  );
  const holds = new Set(possibleHolds(state, set));
  if (set.hasOwnReference) holds.add('get');
  const beside = numbersBeside(context, state, place);
  const isSame = known && [...holds].every(hold => known.holds.has(hold)) && known.beside.size <= beside.size;
  if (isSame) return;
  members.stores.push({
    key,
    acquisition: set.acquisition,
    holds,
    isConditional: holds.size > 1,
    isFinal,
    beside,
    asked: askedBeside(context, state, place),
  });
}

/** An assignment: what goes where. */
interface Assignment {
  readonly place: Place;
  readonly type: Type;
  readonly value: Term;
  readonly span: Span;
}

/** Something is stored in a member: a page, an array of pages, or what may tell which hold they carry. */
export function noteAssignment(values: Values, { place, type, value, span }: Assignment): void {
  const { context, state, frame } = values;
  const key = memberOfPlace(context, place);
  if (!key) return;
  const { members } = context;
  const isPage = isPointerToStruct(type, PAGE_TAGS, 1);
  if (isPage || isPointerToStruct(type, PAGE_TAGS, 2)) {
    members.noteFollowed(span, frame);
    if (state.facts.isZero(value)) return;
    const set = [...state.sets.values()].find(each => leadsTo(value, each));
    const array = allocationOf(state, value);
    if (array) members.noteArray(array.span.start, key);
    const source = memberOf(context, value);
    if (set) addStore(context, state, members, key, place, set, false);
    else if (source) members.addSource(key, source);
    else if (isPage || !array || isFilledOtherwise(members, state, array))
      members.noteForeign(key, { span, frame, isGiven: isParameter(value) });
    return;
  }
  const isCount = [...state.sets.values()].some(set => set.obtained === value || set.asked === value);
  const isAsked =
    mentions(value, atom => atom.kind === 'operation' && /^(kinds|mode)$/.test(atom.operator)) ||
    (type.kind !== 'pointer' && !isCount && isChosen(value) && hasAsked(state));
  const isUserBacked = [...state.iterators.values()]
    .filter(({ kinds }) => isDecided(kinds))
    .map(({ kinds }) => USER_BACKED_KINDS.some(kind => kinds.has(kind)))
    .at(0);
  if (isSum(value)) members.counts.add(key);
  const number = asNumber(value);
  if (isAsked || number !== undefined) {
    const isBool = type.kind === 'integer' && type.bits === 1;
    members.flags.push({ key, isAsked, isUserBacked, isBool, number, span, frame });
  }
}

/** Pages of the allocator are put into an array, which may lie in a member, or will. */
export function noteNewPages({ context, state, frame }: Values, array: Term, span: Span): void {
  const key = memberOf(context, array);
  const store = { span, frame, isGiven: false };
  if (key) context.members.noteForeign(key, store);
  const allocation = allocationOf(state, array);
  if (!allocation) return;
  context.members.filledArrays.add(allocation.span.start);
  for (const member of context.members.arrays.get(allocation.span.start) ?? [])
    context.members.noteForeign(member, store);
}

/** A new array has other pages, or somebody else was given it and may have filled it. */
function isFilledOtherwise({ filledArrays }: Members, state: State, { atom, span }: Allocation): boolean {
  return filledArrays.has(span.start) || (state.keepers.get(atom) ?? []).length > 0;
}

/** A number or a flag, and not what a call has found out. */
const isChosen = (value: Term): boolean =>
  asNumber(value) !== undefined ||
  isNamedConstant(value) ||
  (value.kind === 'operation' && value.operator === '|');

/** Whether a value is made by adding to, or taking from, something that was no answer. */
function isSum(value: Term): boolean {
  if (value.kind !== 'linear' || value.parts.size === 0) return false;
  return [...value.parts.keys()].every(({ kind }) => kind === 'symbol');
}

/** Whether a question about an iterator of unknown making lies on the path, and its answer is known. */
function hasAsked(state: State): boolean {
  return [...state.iterators.values()].some(({ kinds, builtBy }) => !builtBy && isDecided(kinds));
}

/** Whether the path knows what an iterator runs over. */
export function knowsIterator(state: State): boolean {
  return [...state.iterators.values()].some(({ kinds }) => isDecided(kinds));
}

function isDecided(kinds: ReadonlySet<IteratorKind>): boolean {
  const user = [...kinds].filter(kind => USER_BACKED_KINDS.includes(kind)).length;
  return user === 0 || user === kinds.size;
}

/** The members of the object a place lies in that hold numbers: one of them may tell what the pages carry. */
function numbersBeside(context: Context, state: State, place: Place): ReadonlyMap<MemberKey, number> {
  const found = new Map<MemberKey, number>();
  for (const [key, value] of state.memory) {
    const other = context.places.get(key);
    if (!other?.owner || !isSameObject(place, other)) continue;
    const number = asNumber(value);
    if (number !== undefined) found.set(other.owner, number);
  }
  return found;
}

/** The members of the object a place lies in whose value has a bit that the path has found to be set. */
function askedBeside(context: Context, state: State, place: Place): ReadonlySet<MemberKey> {
  const masked = new Set<Term>();
  for (const form of state.facts.forms()) {
    const [atom] = form.parts.keys();
    if (form.parts.size !== 1 || atom!.kind !== 'operation' || atom!.operator !== '&') continue;
    if (state.facts.isNonZero(atom!)) for (const operand of atom!.operands) masked.add(operand);
  }
  const found = new Set<MemberKey>();
  for (const [key, value] of masked.size > 0 ? state.memory : []) {
    const other = context.places.get(key);
    if (masked.has(value) && other?.owner && isSameObject(place, other)) found.add(other.owner);
  }
  return found;
}

function isSameObject(place: Place, other: Place): boolean {
  if (place.root.kind !== other.root.kind) return false;
  if (place.root.kind === 'pointer' && other.root.kind === 'pointer')
    return place.root.pointer === other.root.pointer;
  return place.key.split('.')[0] === other.key.split('.')[0];
}
