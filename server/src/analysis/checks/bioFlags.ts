import type { Span } from '../../base/text.ts';
import type { CallInstruction } from '../../program/model.ts';
import type { Effect, Flag, Release, Store } from '../../semantics/effects.ts';
import { type Hold, USER_BACKED_KINDS } from '../../semantics/holds.ts';
import { onlyHold } from '../containers.ts';
import type { Context } from '../context.ts';
import {
  containerOf,
  type FlagSite,
  flagOfCall,
  flagValue,
  type HoldFlag,
  holdByFlags,
  isSet,
  lastAdded,
  siteOf,
} from '../flags.ts';
import { pointerAtom } from '../places.ts';
import { calleeOf, pageOf, possibleHolds } from '../releasing.ts';
import type { PageSet } from '../state.ts';
import type { Term } from '../terms.ts';
import type { Values } from '../values.ts';
import type { Check } from './check.ts';

const FLAG_OF: Readonly<Record<'pin' | 'get', HoldFlag>> = { pin: 'BIO_PAGE_PINNED', get: 'BIO_PAGE_REFFED' };

/** The flags of a bio against the holds on its pages: bio_release_pages() does what the flags say. */
export const bioFlagsCheck: Check = {
  call(context, values, call, row) {
    if (values.state.warned || !row) return;
    for (const effect of row.effects) checkEffect(context, values, call, effect);
  },
};

function checkEffect(context: Context, values: Values, call: CallInstruction, effect: Effect): void {
  if (effect.kind === 'store') checkStore(context, values, call, effect);
  else if (effect.kind === 'flag' && effect.act === 'set') checkSet(context, values, call, effect);
  else if (effect.kind === 'release' && effect.pages.form === 'object')
    checkRelease(context, values, call, effect);
  else if (effect.kind === 'release' && effect.container) checkSurplus(context, values, call, effect);
}

/** A page goes into a bio whose flags are known. */
function checkStore(context: Context, values: Values, call: CallInstruction, effect: Store): void {
  const [page, container] = [call.arguments[effect.page - 1], call.arguments[effect.into - 1]];
  if (!page || !container) return;
  const found = pageOf(values.state, values.value(page));
  if (found?.set.status !== 'held') return;
  const bio = values.value(container);
  const told = holdByFlags(context, values, bio);
  if (told !== 'pin' && !(told === 'get' && context.table.tree.features.has('bio-page-reffed'))) return;
  // Where the flag came from several ways, the iterator may have been asked on each of them.
  const site = siteOf(flagValue(context, values, bio, FLAG_OF[told]));
  if (site) checkFlag(context, values, call, found.set, told, site);
}

/** The flag that drops one kind of hold, against the holds that the pages may have. */
function checkFlag(
  context: Context,
  values: Values,
  call: CallInstruction,
  set: PageSet,
  told: 'pin' | 'get',
  site: FlagSite | undefined,
): void {
  const holds = possibleHolds(values.state, set);
  if (!values.state.mayExist(set) || [...holds].every(hold => hold === told)) return;
  const cause = holds.has(told) ? 'unasked' : 'other-hold';
  const hold = onlyHold(values.state, set) ?? [...holds].sort().join(' or ');
  report(context, values, call, { cause, flag: FLAG_OF[told], hold }, site, set);
}

function checkSet(context: Context, values: Values, call: CallInstruction, effect: Flag): void {
  const flag = flagOfCall(values, call, effect);
  const bio = containerOf(values, call, effect);
  if (!flag || flag === 'BIO_NO_PAGE_REF' || !bio) return;
  const other = flag === FLAG_OF.pin ? FLAG_OF.get : FLAG_OF.pin;
  if (context.table.tree.features.has('bio-page-reffed') && isSet(context, values, bio, other)) {
    report(context, values, call, { cause: 'both', flag, other });
    return;
  }
  const set = storedIn(context, values, bio);
  if (set?.status === 'held')
    checkFlag(context, values, call, set, flag === FLAG_OF.pin ? 'pin' : 'get', undefined);
  else if (isSet(context, values, bio, flag) === false && isUnconditional(context, values))
    report(context, values, call, { cause: 'new', flag }, undefined, undefined, 'guess');
}

/** A set whose pages the path put into the bio. */
function storedIn(context: Context, values: Values, bio: Term): PageSet | undefined {
  const pointer = pointerAtom(bio, atom => context.pointers.has(atom));
  const id = pointer && values.state.aliases.get(pointer);
  return id ? values.state.sets.get(id) : undefined;
}

/** A new bio gets its flag on every path, in a file whose extractions pin only what is user-backed. */
function isUnconditional(context: Context, values: Values): boolean {
  const { state } = values;
  const isNarrowed = [...state.iterators.values()].some(({ kinds }) =>
    [...kinds].every(kind => USER_BACKED_KINDS.includes(kind)),
  );
  const hasPins = [...state.sets.values()].some(set => onlyHold(state, set) === 'pin');
  return !isNarrowed && !hasPins && !hasTested(context, values) && extractsConditionally(context);
}

/** The path has found some number or bool to be non-zero: that may be where it keeps the answer. */
function hasTested(context: Context, values: Values): boolean {
  const { facts } = values.state;
  return facts
    .forms()
    .some(
      form =>
        (form.kind === 'operation' ||
          (form.kind === 'symbol' && /^(memory|parameter|result|φ)/.test(form.name))) &&
        !context.pointers.has(form) &&
        facts.isNonZero(form),
    );
}

function extractsConditionally(context: Context): boolean {
  for (const model of context.program.functions.values())
    for (const block of model.blocks)
      for (const instruction of block.instructions) {
        const row =
          instruction.kind === 'call' && instruction.callee
            ? context.table.row(instruction.callee)
            : undefined;
        if (row?.effects.some(effect => effect.kind === 'acquire' && /-if-|^by-/.test(effect.hold)))
          return true;
      }
  return false;
}

function checkRelease(context: Context, values: Values, call: CallInstruction, effect: Release): void {
  const argument = call.arguments[effect.pages.argument - 1];
  const bio = argument && values.value(argument);
  if (!bio) return;
  const told = holdByFlags(context, values, bio);
  if (effect.ignoresFlags) {
    if (told !== effect.hold && !context.program.functions.has(call.callee ?? ''))
      report(context, values, call, { cause: 'direct', hold: effect.hold });
    return;
  }
  const set = effect.hold === 'by-flag' ? storedIn(context, values, bio) : undefined;
  if (set?.status !== 'held' || !values.state.mayExist(set) || !told || told === 'both') return;
  const hold = onlyHold(values.state, set);
  if (hold && hold !== 'none' && hold !== told)
    report(context, values, call, { cause: 'not-dropped', hold, told }, undefined, set);
}

/** A page is dropped as surplus that the bio has taken. */
function checkSurplus(context: Context, values: Values, call: CallInstruction, effect: Release): void {
  const argument = (position: number): Term | undefined => {
    const expression = call.arguments[position - 1];
    return expression && values.value(expression);
  };
  const [bio, page] = [argument(effect.container!), argument(effect.pages.argument)];
  if (!bio || !page) return;
  const added = lastAdded(context, values, bio);
  const { facts } = values.state;
  if (added.page !== page || !facts.isNonZero(added.result)) return;
  const isMerged = values.load(context.places.target(added.merged, { kind: 'unknown', name: '' }));
  if (facts.isNonZero(isMerged)) return;
  report(context, values, call, { cause: 'surplus' });
}

function report(
  context: Context,
  values: Values,
  call: CallInstruction,
  details: Readonly<Record<string, string | Hold>>,
  site?: FlagSite,
  set?: PageSet,
  confidence: 'certain' | 'guess' = 'certain',
): void {
  const here: FlagSite = site ?? { span: call.span, frame: values.frame };
  const span: Span = site ? site.span : call.calleeSpan;
  context.report({
    kind: 'bio-flag',
    span: site ? calleeAt(context, span) : span,
    frame: here.frame,
    origin: set
      ? {
          span: set.acquisition.span,
          callee: set.acquisition.callee,
          placeText: set.acquisition.placeText,
        }
      : { span: here.span, callee: call.callee ?? '', placeText: '' },
    acquisition: set?.acquisition,
    confidence,
    trace: values.state.trace,
    details,
    callee: site ? undefined : calleeOf(call),
  });
}

/** The name at the start of a call. */
function calleeAt(context: Context, call: Span): Span {
  const length = /^\w+/.exec(context.source(call))?.[0].length ?? call.end - call.start;
  return { start: call.start, end: call.start + length };
}
