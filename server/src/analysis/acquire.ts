import type { CallInstruction } from '../program/model.ts';
import type { Acquire, FunctionRow } from '../semantics/effects.ts';
import { type Mode, USER_BACKED_KINDS } from '../semantics/holds.ts';
import { acquisitionOf, modeOf, reportSite } from './acquisitions.ts';
import type { Context } from './context.ts';
import { resultName } from './frames.ts';
import { pointerAtom } from './places.ts';
import type { Acquisition, PageSet, State } from './state.ts';
import { mergeSets } from './stretches.ts';
import { asNumber, type Term } from './terms.ts';
import { MAX_ERRNO, PAGE_SIZE, Values } from './values.ts';

const INFINITY = Number.POSITIVE_INFINITY;
const KVMALLOC = 'kvmalloc';

/** An acquiring call while it is carried out. */
interface Call {
  readonly context: Context;
  readonly values: Values;
  readonly state: State;
  readonly instruction: CallInstruction;
  readonly acquisition: Acquisition;
  readonly effect: Acquire;
  readonly result: Term;
}

/**
 * Carries out an acquisition: the states after failure, where nothing is held, and after success.
 * @returns states with the call's result in them; the caller stores it.
 */
export function acquire(
  context: Context,
  values: Values,
  instruction: CallInstruction,
  row: FunctionRow,
  effect: Acquire,
): { state: State; result: Term }[] {
  const { state, frame } = values;
  const key = `${frame.key}@${instruction.span.start}`;
  const acquisition = acquisitionOf(context, values, instruction, row, effect);
  foldIntoOlder(context, state, `${key}:latest`, `${key}:older`);
  const name = resultName(frame, instruction);
  const result =
    effect.pages.form === 'result-array' ? values.fresh(name, undefined, true) : context.terms.symbol(name);
  const call: Call = { context, values, state, instruction, acquisition, effect, result };
  reportSite(context, values, instruction, acquisition);
  if (isWithoutPages(call)) return [{ state, result }];
  if (asksForLessThanNone(call)) return [];
  const prepared = prepareArray(call);
  return prepared.flatMap(each => [...failure(each), ...success(each)]);
}

/** With pages == NULL the pages are only faulted in (mm/gup.c, 6.1 and 6.12). */
function isWithoutPages(call: Call): boolean {
  const { pages } = call.effect;
  const array = pages.form === 'array' || pages.form === 'slot' ? operand(call, pages.argument) : undefined;
  return array !== undefined && call.state.facts.isZero(array);
}

function operand(call: Call, position: number | undefined): Term | undefined {
  const expression = position ? call.instruction.arguments[position - 1] : undefined;
  return expression && call.values.value(expression);
}

/** What *pages pointed to, for callees that allocate where it is NULL: both cases are gone through apart. */
function prepareArray(call: Call): (Call & { readonly array?: Term; readonly allocated?: Term })[] {
  const { pages } = call.effect;
  if (pages.form === 'array' || pages.form === 'slot')
    return [{ ...call, array: operand(call, pages.argument) }];
  if (pages.form === 'result-array') return [{ ...call, array: call.result, allocated: call.result }];
  if (pages.form !== 'array-pointer') return [call];
  const address = operand(call, pages.argument);
  if (!address) return [call];
  const allocated = call.values.fresh(`array${call.acquisition.key}`, undefined, true);
  if (pages.allocates === 'always') return [{ ...call, array: allocated, allocated }];
  const place = call.context.places.target(address, call.instruction.arguments[pages.argument - 1]!.type);
  const given = call.values.load(place);
  const cases: (Call & { array?: Term; allocated?: Term })[] = [];
  const without = call.state.clone();
  // Only where the path says that it may be NULL; a pointer of which nothing is known is an array.
  if (call.state.facts.bounds(given).low === 0 && without.facts.assume(given, 0, 0))
    cases.push({ ...withState(call, without), array: allocated, allocated });
  const withArray = call.state.clone();
  if (withArray.facts.assumeNot(given, 0)) cases.push({ ...withState(call, withArray), array: given });
  return cases;
}

function withState(call: Call, state: State): Call {
  return { ...call, state, values: new Values(call.context, state, call.values.frame) };
}

type Prepared = Call & { readonly array?: Term; readonly allocated?: Term };

function failure(prepared: Prepared): { state: State; result: Term }[] {
  const call: Prepared = { ...prepared, ...withState(prepared, prepared.state.clone()) };
  const { state, result, effect } = call;
  const { facts } = state;
  const holds = {
    'page-count': () => facts.assume(result, -MAX_ERRNO, asksForSome(call) ? -1 : 0),
    'byte-count': () => facts.assume(result, -MAX_ERRNO, 0),
    'zero-or-error': () => facts.assume(result, -MAX_ERRNO, -1),
    'other-count': () => facts.assume(result, -MAX_ERRNO, -1),
    'pointer-or-null': () => facts.assume(result, 0, 0),
    'pointer-or-error': () => facts.assume(result, -MAX_ERRNO, -1),
    'pointer-or-null-or-error': () => facts.assume(result, -MAX_ERRNO, 0),
    bool: () => facts.assume(result, 0, 0),
    always: () => false,
  }[effect.returns]();
  if (!holds) return [];
  if (call.allocated) failedAllocation(call);
  else if (call.effect.pages.form === 'array' || call.effect.pages.form === 'slot')
    addSet(call, emptySet(call));
  state.step({
    kind: 'acquire',
    span: call.instruction.span,
    frame: call.acquisition.frame,
    message: `${call.acquisition.callee}() fails: nothing is held`,
    subject: call.acquisition.key,
    isFailure: true,
  });
  return [{ state, result }];
}

/** 0 is returned only where no page was asked for (mm/gup.c, 6.1 and 6.12), which nobody does. */
function asksForSome(call: Call): boolean {
  const asked = askedPages(call);
  return asked !== undefined && call.state.facts.assume(asked, 1, INFINITY);
}

/** Where the array that the callee allocated goes when the callee then fails. */
function failedAllocation(call: Prepared): void {
  const { values, effect, allocated } = call;
  const place = arrayPointerPlace(call);
  if (!place || !allocated) return;
  if (effect.arrayOnError === 'kept' && mayFailPinning(call)) {
    // Pinning fails after the array was made; before that (a wrong iterator) it is still NULL.
    values.store(place, allocated);
    addArray(call, allocated);
    call.state.facts.assume(allocated, 1, INFINITY);
  } else values.store(place, values.number(0));
}

/** Extraction from a kernel iterator does not fail once it has made the array (lib/iov_iter.c, 6.12). */
function mayFailPinning(call: Call): boolean {
  const address = operand(call, call.effect.iterator);
  const facts = address && call.state.iterators.get(call.state.iteratorOf(address));
  return !facts || [...facts.kinds].some(kind => USER_BACKED_KINDS.includes(kind));
}

function arrayPointerPlace(call: Call) {
  const { pages } = call.effect;
  const address = pages.form === 'array-pointer' ? operand(call, pages.argument) : undefined;
  return address && call.context.places.target(address, { kind: 'unknown', name: '' });
}

function addArray(call: Call, atom: Term): void {
  const id = `${call.acquisition.key}:array`;
  call.state.allocations.set(id, {
    id,
    atom,
    callee: call.acquisition.callee,
    allocator: KVMALLOC,
    zeroed: false,
    span: call.instruction.span,
    frame: call.acquisition.frame,
    status: 'live',
    isPageArray: true,
    placeText: call.acquisition.placeText,
  });
}

function success(prepared: Prepared): { state: State; result: Term }[] {
  const call: Prepared = { ...prepared, ...withState(prepared, prepared.state.clone()) };
  const { state, result, values } = call;
  const set = newSet(call);
  if (!set) return [];
  if (call.allocated) {
    const place = arrayPointerPlace(call);
    if (place) values.store(place, call.allocated);
    state.facts.assume(call.allocated, 1, INFINITY);
    addArray(call, call.allocated);
  }
  // No slot lies behind an error pointer.
  if (call.array) state.facts.assume(call.array, 0, INFINITY);
  markArray(call);
  forgetSlots(call);
  overwriteSets(call);
  addSet(call, set);
  storeCount(call, set);
  state.step({
    kind: 'acquire',
    span: call.instruction.span,
    frame: call.acquisition.frame,
    message: describe(state, set),
    subject: call.acquisition.key,
  });
  return [{ state, result }];
}

/** What the call leaves the pages with, and why, where that is not the same at every call of it. */
function describe(state: State, set: PageSet): string {
  const { callee, placeText, effect } = set.acquisition;
  const kinds = set.iterator && state.iterators.get(set.iterator)?.kinds;
  const reason =
    kinds && effect.hold !== set.mode ? `, as the iterator is of kind ${[...kinds].join(' or ')}` : '';
  const holds: Record<Mode, string> = {
    pin: 'is pinned',
    get: 'gets a reference',
    none: 'is only listed, without a hold',
    'pin-if-user-backed': 'is pinned if the iterator is user-backed',
    'get-if-user-backed': 'gets a reference if the iterator is user-backed',
    'by-direction': 'is pinned (destination) or referenced (source) if the iterator is user-backed',
  };
  return `\`${placeText}\` ${holds[set.mode]} here by ${callee}()${reason}`;
}

/** An array that receives pages is a page array, whatever its type was called. */
function markArray(call: Prepared): void {
  for (const allocation of call.state.allocations.values())
    if (call.array && pointerOf(call, call.array) === allocation.atom)
      call.state.updateAllocation(allocation.id, { isPageArray: true });
}

/** What the slots held before is gone. */
function forgetSlots(call: Prepared): void {
  if (!call.array) return;
  const base = call.array;
  for (const key of call.state.memory.keys()) {
    const place = call.context.places.get(key);
    if (place?.root.kind !== 'pointer' || place.path !== '') continue;
    const index = call.context.terms.subtract(place.root.pointer, base);
    const { low, high } = call.state.facts.bounds(index);
    if (asNumber(index) !== undefined ? low >= 0 : Number.isFinite(low) && low >= 0 && high >= 0)
      call.state.memory.delete(key);
  }
  if (call.effect.pages.form === 'slot' || base.kind === 'address') {
    const place = call.context.places.target(base, { kind: 'unknown', name: '' });
    call.state.memory.delete(place.key);
    if (base.kind === 'address' && !base.array) {
      const set = call.context.terms.page(`${call.acquisition.key}:latest`, call.context.terms.constant(0));
      call.state.memory.set(place.key, set);
    }
  }
}

/** Earlier sets whose slots are filled anew can no longer be reached through the array. */
function overwriteSets(call: Prepared): void {
  if (!call.array) return;
  for (const set of call.state.sets.values())
    if (set.base && call.state.facts.areEqual(set.base, call.array))
      call.state.updateSet(set.id, { base: undefined, pointer: undefined });
}

function storeCount(call: Prepared, set: PageSet): void {
  const address = operand(call, call.effect.countOut);
  if (!address) return;
  call.values.store(call.context.places.target(address, { kind: 'unknown', name: '' }), set.obtained);
}

function newSet(call: Prepared): PageSet | undefined {
  const { state, values, result, effect } = call;
  const { facts } = state;
  const asked = askedPages(call);
  const one = values.number(1);
  let obtained: Term;
  let bytes: Term | undefined;
  let exists = { term: result, low: 1, high: INFINITY };
  switch (effect.returns) {
    case 'page-count': {
      obtained = result;
      if (!facts.assume(result, 1, INFINITY)) return;
      for (const limit of limitsOf(asked))
        if (!facts.assume(values.difference(result, limit), -INFINITY, 0)) return;
      if (asked && effect.partial === false) facts.assume(values.difference(result, asked), 0, 0);
      break;
    }
    case 'byte-count': {
      if (!facts.assume(result, 1, INFINITY)) return;
      const limit = operand(call, effect.maxBytes);
      if (limit) facts.assume(values.difference(result, limit), -INFINITY, 0);
      bytes = result;
      obtained = values.pagesCovered(offsetTerm(call), result);
      if (asked && !facts.assume(values.difference(obtained, asked), -INFINITY, 0)) return;
      break;
    }
    case 'zero-or-error':
      if (!facts.assume(result, 0, 0)) return;
      exists = { term: result, low: 0, high: 0 };
      obtained = asked ?? one;
      break;
    case 'other-count':
      if (!facts.assume(result, 0, INFINITY)) return;
      exists = { term: result, low: 0, high: INFINITY };
      obtained = values.fresh(`obtained${call.acquisition.key}`);
      break;
    default:
      if (effect.returns !== 'always' && !facts.assume(result, 1, INFINITY)) return;
      if (effect.returns === 'always') exists = { term: one, low: 1, high: 1 };
      obtained =
        effect.pages.form === 'result-array'
          ? values.fresh(`obtained${call.acquisition.key}`)
          : (asked ?? one);
  }
  facts.assume(obtained, 1, INFINITY);
  return {
    ...blankSet(call),
    exists,
    obtained,
    asked,
    askedPlaces: placesOf(state, asked),
    bytes,
    to: obtained,
    from: values.number(0),
  };
}

/** What a call obtains is at most what was asked for. Of the lesser of two numbers these come first: each bound is then known by itself. */
function limitsOf(asked: Term | undefined): readonly Term[] {
  if (!asked) return [];
  const isLesser = asked.kind === 'operation' && asked.operator === 'min';
  return isLesser ? [...asked.operands, asked] : [asked];
}

function askedPages(call: Call): Term | undefined {
  const { asked } = call.effect;
  if (!asked || asked === 'all') return;
  const count = 'constant' in asked ? call.values.number(asked.constant) : operand(call, asked.argument);
  if (count) call.state.facts.assume(count, 0, INFINITY);
  return count;
}

/** The parameters are unsigned, or checked (mm/gup.c): a negative number of pages is never asked for. */
function asksForLessThanNone(call: Call): boolean {
  const asked = askedPages(call);
  return asked !== undefined && call.state.facts.bounds(asked).high < 0;
}

/** size_t *start: the offset of the first byte in the first page. */
function offsetTerm(call: Call): Term {
  const address = operand(call, call.effect.offset);
  const offset = call.values.fresh(`offset${call.acquisition.key}`);
  call.state.facts.assume(offset, 0, PAGE_SIZE - 1);
  if (address) call.values.store(call.context.places.target(address, { kind: 'unknown', name: '' }), offset);
  return offset;
}

function pointerOf(call: Call, array: Term) {
  return pointerAtom(array, atom => call.context.pointers.has(atom));
}

function blankSet(call: Prepared): PageSet {
  const iteratorAddress = operand(call, call.effect.iterator);
  const iterator = iteratorAddress && call.state.iteratorOf(iteratorAddress);
  const isPage = call.effect.pages.form === 'result';
  const zero = call.values.number(0);
  return {
    id: `${call.acquisition.key}:latest`,
    acquisition: call.acquisition,
    age: 'latest',
    mode: modeOf(call.context, call.state, call.effect, iteratorAddress),
    iterator,
    base: call.array,
    pointer: call.array && pointerOf(call, call.array),
    page: isPage ? call.result : undefined,
    exists: { term: call.result, low: 1, high: INFINITY },
    obtained: zero,
    asked: undefined,
    askedPlaces: [],
    bytes: undefined,
    from: zero,
    to: zero,
    isExact: true,
    status: 'held',
    keepers: [],
    hasOwnReference: false,
    isViewed: false,
    isNumbered: false,
    viewers: [],
    dropped: [],
  };
}

/** After failure the array's slots hold what they held: nothing, where the function made the array itself. */
function emptySet(call: Prepared): PageSet {
  const asked = askedPages(call);
  return { ...blankSet(call), asked, askedPlaces: placesOf(call.state, asked), obtained: call.result };
}

/** The variables and members that hold a number which is not a constant. */
function placesOf(state: State, term: Term | undefined): string[] {
  if (!term || asNumber(term) !== undefined) return [];
  return [...state.memory].filter(([, value]) => value === term).map(([key]) => key);
}

function addSet(call: Call, set: PageSet): void {
  call.state.sets.set(set.id, set);
}

/** The call is about to run again: what its last turn left joins what all turns before left. */
function foldIntoOlder(context: Context, state: State, latestId: string, olderId: string): void {
  const latest = state.sets.get(latestId);
  if (!latest) return;
  state.sets.delete(latestId);
  const array = state.allocations.get(`${latest.acquisition.key}:array`);
  if (array) {
    state.allocations.delete(array.id);
    if (array.status === 'live') state.allocations.set(`${array.id}'`, { ...array, id: `${array.id}'` });
  }
  const known = state.sets.get(olderId);
  const older = known?.status === 'held' ? known : undefined;
  if (!older) state.sets.delete(olderId);
  if (latest.status === 'held' && state.mayRemain(latest))
    state.sets.set(
      olderId,
      older
        ? mergeSets(context, state, older, latest)
        : { ...latest, id: olderId, age: 'older', asked: undefined, askedPlaces: [], obtained: latest.to },
    );
  for (const [pointer, id] of [...state.aliases]) if (id === latestId) state.aliases.set(pointer, olderId);
  context.rename(state, atom =>
    atom.kind === 'page' && atom.set === latestId ? context.terms.page(olderId, atom.index) : undefined,
  );
}
