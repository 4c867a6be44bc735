import type { CallInstruction } from '../program/model.ts';
import type {
  Acquire,
  Allocate,
  Construct,
  Duplicate,
  Free,
  FunctionRow,
  Query,
  Store,
  Submit,
  Transfer,
  View,
} from '../semantics/effects.ts';
import { isFollowed, RESULT } from '../semantics/effects.ts';
import { acquire } from './acquire.ts';
import { acquisitionOf, modeOf, reportSite } from './acquisitions.ts';
import { isBio, noteFilled } from './bioContents.ts';
import { builtinValue } from './builtins.ts';
import { noteHold, onlyHold } from './containers.ts';
import type { Context } from './context.ts';
import { carryOutFlag, forgetFlags, noteAdded } from './flags.ts';
import { resultName } from './frames.ts';
import {
  DEST,
  directionTerm,
  forgetBuilder,
  forgetDirection,
  iteratorArgument,
  kindsOf,
  SOURCE,
} from './iterators.ts';
import { failureOf, forgetLocal, giveToUnknown, keep } from './keepers.ts';
import { memberOf, structOfMember } from './memberKeys.ts';
import { noteDirtied, noteNewPages } from './members.ts';
import { noteNumbersGiven } from './numbers.ts';
import { pointerAtom } from './places.ts';
import { allocationOf } from './reach.ts';
import { release } from './release.ts';
import { calleeOf, markFreed, pageOf, placeOfCall } from './releasing.ts';
import { addKeeper, type Keeper, type State } from './state.ts';
import { PAGE_BEHIND, PAGE_IN, type Term } from './terms.ts';
import { MAX_ERRNO, type Values } from './values.ts';

const INFINITY = Number.POSITIVE_INFINITY;

export interface CallOutcome {
  readonly state: State;
  readonly result: Term | undefined;
}

/** Carries out a call that has a row, or of which nothing is known. */
export function executeCall(
  context: Context,
  values: Values,
  call: CallInstruction,
  row: FunctionRow | undefined,
  block: number,
): CallOutcome[] {
  const computed = builtinValue(values, call);
  if (computed) return [{ state: values.state, result: computed }];
  if (!row) {
    const result = resultSymbol(values, call);
    giveToUnknown(context, values, call, result);
    giveNumbers(values, call, result);
    values.state.released.clear();
    for (const argument of call.arguments) forgetBuilder(context, values.state, values.value(argument));
    return [{ state: values.state, result }];
  }
  const followed = row.effects.find(isFollowed);
  if (followed?.kind === 'acquire') return acquire(context, values, call, row, followed);
  const result = applyEffects(context, values, call, row, block);
  if (!isPassing(row)) giveNumbers(values, call, result);
  return [{ state: values.state, result }];
}

/** Whatever was mapped under the address, the callee is done with it when it returns. */
const PASSING = /^_*(mem|copy_|clear_|flush_|kunmap|kmap|printk|pr_|dev_|trace_)/;

/** A callee that keeps no number it is given: it computes, prints, copies or releases. */
function isPassing(row: FunctionRow): boolean {
  return PASSING.test(row.name) || row.effects.some(({ kind }) => /^(view|query|release|free)$/.test(kind));
}

function giveNumbers(values: Values, call: CallInstruction, result: Term | undefined): void {
  if (values.state.sets.size === 0) return;
  const terms = call.arguments.map(argument => values.value(argument));
  const keeper: Keeper = { callee: call.callee ?? 'a function pointer', result, failure: failureOf(call) };
  noteNumbersGiven(values.state, terms, keeper);
}

/** What a call returns. An answer of the call in an earlier turn was given another name when the call began. */
function resultSymbol({ context, frame }: Values, call: CallInstruction): Term {
  return context.terms.symbol(resultName(frame, call));
}

function argumentValue(values: Values, call: CallInstruction, position: number): Term | undefined {
  const expression = call.arguments[position - 1];
  return expression && values.value(expression);
}

function applyEffects(
  context: Context,
  values: Values,
  call: CallInstruction,
  row: FunctionRow,
  block: number,
): Term | undefined {
  let result: Term | undefined;
  for (const effect of row.effects) {
    switch (effect.kind) {
      case 'release':
        release(context, values, call, effect, block);
        break;
      case 'free':
        free(context, values, call, effect);
        break;
      case 'allocate':
        result = allocate(context, values, call, effect);
        break;
      case 'view':
        result = view(context, values, call, effect);
        break;
      case 'query':
        result = query(context, values, call, effect);
        break;
      case 'flag':
        result ??= resultSymbol(values, call);
        result = carryOutFlag(context, values, call, effect, result);
        break;
      case 'construct':
        construct(context, values, call, effect);
        break;
      case 'acquire':
        if (effect.extraction)
          reportSite(context, values, call, acquisitionOf(context, values, call, row, effect));
        if (effect.pages.form === 'argument') ownReference(context, values, call, effect.pages.argument);
        else if (effect.pages.form === 'object') {
          result ??= resultSymbol(values, call);
          fill(context, values, call, row, effect, result);
        }
        break;
      case 'store':
        result ??= resultSymbol(values, call);
        store(context, values, call, effect, result);
        break;
      case 'dirty': {
        const dirtied = argumentValue(values, call, effect.argument);
        if (dirtied) noteDirtied(values, call, dirtied);
        break;
      }
      case 'transfer':
        result ??= resultSymbol(values, call);
        transfer(context, values, call, effect, result);
        break;
      case 'submit':
        result ??= resultSymbol(values, call);
        if (!effect.synchronous) submit(context, values, call, effect, result);
        break;
      case 'duplicate':
        duplicate(values, call, effect);
        break;
      case 'borrow':
        if (/^(memcpy|memmove)$/.test(row.name)) copyPages(context, values, call);
        if (effect.fills !== undefined) fillSlots(values, call, effect.fills);
        for (const argument of call.arguments) forgetLocal(context, values, call, values.value(argument));
        break;
      default:
    }
  }
  return result ?? resultSymbol(values, call);
}

/** Whoever is given an object to be done later has it until then, with all that it leads to. */
function submit(context: Context, values: Values, call: CallInstruction, effect: Submit, result: Term): void {
  const object = argumentValue(values, call, effect.argument);
  const keeper: Keeper = {
    callee: call.callee ?? '',
    result: call.result && result,
    failure: failureOf(call),
  };
  if (object) keep(context, values.state, object, keeper);
}

/** The copy stands for what the other stands for. */
function duplicate(values: Values, call: CallInstruction, effect: Duplicate): void {
  const copy = argumentValue(values, call, effect.iterator);
  const original = argumentValue(values, call, effect.of);
  if (copy && original) values.state.iteratorIdentity.set(copy, values.state.iteratorOf(original));
}

function fillSlots(values: Values, call: CallInstruction, position: number): void {
  const array = argumentValue(values, call, position);
  if (array) noteNewPages(values, array, call.span);
}

/** memcpy(to, pages, …): the copy leads to the pages too. */
function copyPages(context: Context, values: Values, call: CallInstruction): void {
  const { state } = values;
  const [to, from] = [argumentValue(values, call, 1), argumentValue(values, call, 2)];
  const pointer = to && pointerAtom(to, atom => context.pointers.has(atom));
  const source = from && [...state.sets.values()].find(set => set.pointer && from.parts.has(set.pointer));
  if (pointer && source && pointer !== source.pointer) state.aliases.set(pointer, source.id);
}

/** get_page(page): put_page() is right for these pages from now on. */
function ownReference(context: Context, values: Values, call: CallInstruction, position: number): void {
  const term = argumentValue(values, call, position);
  const page = term && pageOf(values.state, term);
  const key = term && memberOf(context, term);
  if (page) values.state.updateSet(page.set.id, { hasOwnReference: true });
  else if (key) context.members.referenced.add(key);
}

function free(context: Context, values: Values, call: CallInstruction, effect: Free): void {
  const { state } = values;
  const term = argumentValue(values, call, effect.argument);
  if (!term || state.facts.bounds(term).high <= 0) return;
  const pointer = pointerAtom(term, atom => context.pointers.has(atom));
  if (pointer) state.freed.add(pointer);
  const allocation = allocationOf(state, term);
  if (!allocation) freeThroughMember(context, values, call, term);
  if (!allocation || allocation.status === 'freed') return;
  if (allocation.isPageArray && !effect.accepts.includes(allocation.allocator) && !state.warned)
    context.report({
      kind: 'array-wrong-free',
      span: placeOfCall(call),
      frame: values.frame,
      origin: { span: allocation.span, callee: allocation.callee, placeText: allocation.placeText },
      confidence: 'certain',
      trace: state.trace,
      details: { allocator: allocation.allocator },
      callee: calleeOf(call),
    });
  markFreed(context, values, call, allocation.id);
}

/** Arrays that lie in such a member may be among those that are freed. */
function freeThroughMember(context: Context, values: Values, call: CallInstruction, term: Term): void {
  const key = memberOf(context, term);
  if (!key) return;
  for (const allocation of values.state.allocations.values()) {
    if (!allocation.isPageArray || allocation.status === 'freed') continue;
    if (!context.members.arrays.get(allocation.span.start)?.has(key)) continue;
    markFreed(context, values, call, allocation.id);
  }
}

function allocate(context: Context, values: Values, call: CallInstruction, effect: Allocate): Term {
  const { state, frame } = values;
  const id = `${frame.key}@${call.span.start}`;
  const earlier = state.allocations.get(id);
  const atom = values.fresh(`memory${id}`, undefined, true);
  if (earlier?.status === 'live') {
    const moved = state.allocations.get(id)!;
    state.allocations.set(`${id}'`, { ...moved, id: `${id}'` });
  }
  if (effect.returns === 'pointer-or-null') state.facts.assume(atom, 0, INFINITY);
  else if (effect.returns === 'pointer-or-error') {
    state.facts.assume(atom, -MAX_ERRNO, INFINITY);
    state.facts.assumeNot(atom, 0);
  } else state.facts.assume(atom, 1, INFINITY);
  // A negative count is a huge size, which no allocator has.
  for (const argument of call.arguments)
    if (argument.type.kind === 'integer') state.facts.assume(values.value(argument), 0, INFINITY);
  const text = context.source(call.span);
  state.step({ kind: 'allocate', span: call.span, frame, message: `${call.callee}() allocates` });
  state.allocations.set(id, {
    id,
    atom,
    callee: call.callee ?? '',
    allocator: effect.allocator,
    zeroed: effect.zeroed || /__GFP_ZERO/.test(text),
    span: call.span,
    frame,
    status: 'live',
    isPageArray:
      /sizeof\s*\(\s*struct\s+(page|folio)\s*\*|sizeof\s*\(\s*struct\s+(bio_vec|scatterlist)\s*\)/.test(text),
    placeText: '',
  });
  return atom;
}

/** The pfn or the address of a page. */
function numberOf(context: Context, { state }: Values, page: Term): Term {
  const set = pageOf(state, page)?.set;
  if (set && !set.isNumbered) state.updateSet(set.id, { isNumbered: true });
  return context.terms.operation('address', page);
}

function view(context: Context, values: Values, call: CallInstruction, effect: View): Term {
  const of = argumentValue(values, call, effect.of);
  if (!of) return resultSymbol(values, call);
  const stored = pageOf(values.state, of)
    ? undefined
    : values.storedPage(of, `${values.frame.key}@${call.span.start}`);
  if (stored) return stored;
  if (effect.as === 'named') return context.terms.operation(PAGE_IN, of);
  // A mapping ends with its user: nobody finds the page by it later.
  if (effect.as === 'address' && /kmap/.test(call.callee ?? ''))
    return context.terms.operation('address', of, context.terms.symbol('mapped'));
  if (effect.as === 'address') return numberOf(context, values, of);
  const behind = behindAddress(of);
  if (behind) return behind;
  return /pfn|virt|phys|addr/.test(call.callee ?? '') ? context.terms.operation(PAGE_BEHIND, of) : of;
}

/** pfn_to_page(address >> PAGE_SHIFT): the page whose address went into the value. */
function behindAddress(term: Term): Term | undefined {
  if (term.kind === 'linear') {
    for (const atom of term.parts.keys()) {
      const found = behindAddress(atom);
      if (found) return found;
    }
    return;
  }
  if (term.kind !== 'operation') return;
  if (term.operator === 'address') return term.operands[0];
  return /^[/&|*%]$/.test(term.operator) ? behindAddress(term.operands[0]!) : undefined;
}

function query(context: Context, values: Values, call: CallInstruction, effect: Query): Term {
  const { state } = values;
  const address = argumentValue(values, call, effect.iterator);
  if (!address) return resultSymbol(values, call);
  const iterator = state.iteratorOf(address);
  if (effect.question === 'direction') return directionTerm(context, state, iterator);
  if (effect.question !== 'kinds' || !effect.iteratorKinds) {
    if (effect.question === 'count') return resultSymbol(values, call);
    return context.terms.operation(effect.question, iterator);
  }
  const asked = effect.iteratorKinds;
  const known = kindsOf(context, state, address);
  const matching = [...known].filter(kind => asked.includes(kind)).length;
  if (matching === 0) return context.terms.constant(0);
  if (matching === known.size) return context.terms.constant(1);
  return context.terms.operation('kinds', iterator, context.terms.symbol(`kinds:${asked.join('|')}`));
}

function construct(context: Context, values: Values, call: CallInstruction, effect: Construct): void {
  const { state } = values;
  const address = argumentValue(values, call, effect.iterator);
  if (!address) return;
  state.iteratorIdentity.delete(address);
  const over = effect.over && argumentValue(values, call, effect.over);
  if (over) {
    const unknown = { kind: 'unknown', name: '' } as const;
    const iterator = context.places.target(address, unknown);
    values.store(context.places.member(iterator, '__over', unknown), over);
  }
  const position = typeof effect.direction === 'number' ? effect.direction : undefined;
  const said = position === undefined ? undefined : call.arguments[position - 1];
  state.iterators.set(address, {
    kinds: new Set(effect.iteratorKinds),
    direction: builtDirection(context, values, call, effect),
    builtBy: {
      callee: call.callee ?? '',
      span: call.span,
      calleeSpan: call.calleeSpan,
      directionSpan: said?.span ?? call.calleeSpan,
      iteratorText: context.source(call.arguments[effect.iterator - 1]!.span).replace(/^&/, ''),
      frame: values.frame,
    },
  });
  state.step({
    kind: 'call',
    span: call.span,
    frame: values.frame,
    message: `${call.callee}() builds the iterator`,
  });
  forgetDirection(context, state, address);
}

function builtDirection(
  context: Context,
  values: Values,
  call: CallInstruction,
  effect: Construct,
): Term | undefined {
  const { direction } = effect;
  if (typeof direction === 'number') return argumentValue(values, call, direction);
  return context.terms.constant(direction === 'source' ? SOURCE : DEST);
}

/** Data moves through an iterator: where its direction was not known, it is the one that this needs. */
function transfer(
  context: Context,
  values: Values,
  call: CallInstruction,
  effect: Transfer,
  result: Term,
): void {
  const { state } = values;
  const iterator = iteratorArgument(context, values, call, effect.iterator, effect.member);
  if (iterator) {
    const direction = directionTerm(context, state, iterator);
    const wanted = effect.direction === 'source' ? SOURCE : DEST;
    state.facts.assume(direction, wanted, wanted);
  }
  if (effect.asynchronous) giveToUnknown(context, values, call, result);
}

/** A container gets pages: it is one more owner, and where one slot goes at a time, the slot is no longer ours alone. */
function store(context: Context, values: Values, call: CallInstruction, effect: Store, result: Term): void {
  const { state } = values;
  const term = argumentValue(values, call, effect.page);
  if (!term || effect.takes === 'own-hold') return;
  const failure: Keeper['failure'] = effect.when === 'result-nonzero' ? 'bool' : 'number';
  const conditional = effect.when !== undefined && effect.when !== 'always';
  const container = effect.into === RESULT ? result : argumentValue(values, call, effect.into);
  const keeper: Keeper = {
    callee: call.callee ?? '',
    result: conditional ? result : undefined,
    failure,
    isPlain: effect.isPlain,
    container: container && allocationOf(state, container)?.atom,
  };
  const page = pageOf(state, term);
  if (page && effect.form === 'page') {
    state.updateSet(page.set.id, { keepers: addKeeper(page.set.keepers, keeper) });
    if (effect.takes === 'consumes' && !conditional) state.updateSet(page.set.id, { status: 'consumed' });
  } else keep(context, state, term, keeper);
  const merged = effect.merged && argumentValue(values, call, effect.merged);
  if (merged && container) noteAdded(context, values, container, { page: term, result, merged });
  const holder = container && pointerAtom(container, atom => context.pointers.has(atom));
  if (holder && page) state.aliases.set(holder, page.set.id);
  if (container) noteHold(context, values, container, page && onlyHold(state, page.set));
}

/** An object gets pages of its own, and its flags say which. */
function fill(
  context: Context,
  values: Values,
  call: CallInstruction,
  row: FunctionRow,
  effect: Acquire,
  result: Term,
): void {
  if (effect.pages.form !== 'object') return;
  const container = argumentValue(values, call, effect.pages.argument);
  const expression = call.arguments[effect.pages.argument - 1];
  if (!container || !expression) return;
  forgetFlags(context, values, container);
  const iterator = effect.iterator && argumentValue(values, call, effect.iterator);
  const mode = modeOf(context, values.state, effect, iterator || undefined);
  const member = memberOf(context, container);
  const acquisition = acquisitionOf(context, values, call, row, effect);
  if (member && mode.includes('-'))
    context.members.noteConditionalObject(structOfMember(member), acquisition);
  if (isBio(expression) && effect.returns === 'zero-or-error' && mode !== 'none') {
    noteFilled(context, values.state, container, result, acquisition);
    const message = `${call.callee}() puts pages into \`${acquisition.placeText}\``;
    values.state.step({ kind: 'acquire', span: call.span, frame: values.frame, message });
  }
  noteHold(
    context,
    values,
    container,
    mode === 'pin' || mode === 'get' || mode === 'none' ? mode : undefined,
  );
}
