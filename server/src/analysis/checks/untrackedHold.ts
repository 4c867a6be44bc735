import type { Expression } from '../../program/model.ts';
import { CARRIERS } from '../../semantics/carriers.ts';
import { onlyHold } from '../containers.ts';
import type { Context } from '../context.ts';
import { pageOf } from '../releasing.ts';
import type { Values } from '../values.ts';
import type { Check } from './check.ts';

/** The function takes a reference of its own for the container, or tells the skb that the pages are another's. */
const OWN_REFERENCE =
  /\b(get_page|folio_get|folio_ref_add|page_ref_add|page_ref_inc|skb_frag_ref|__skb_frag_ref|SKBFL_\w+|skb_zcopy_\w+)\b/;

/** Pinned pages in something that drops references and cannot tell the one from the other. */
export const untrackedHold: Check = {
  call(context, values, call, row) {
    for (const effect of row?.effects ?? []) {
      if (effect.kind !== 'store' || effect.drops === undefined) continue;
      const page = call.arguments[effect.page - 1];
      if (page)
        judge(context, values, page, { at: call.calleeSpan, carrier: 'skb', release: 'skb_release_data()' });
    }
  },
  assign(context, values, place, value) {
    if (place.kind !== 'member' || place.object.type.kind !== 'struct') return;
    const { tag } = place.object.type;
    const carrier = CARRIERS.find(each => each.struct === tag && each.member === place.member);
    if (carrier)
      judge(context, values, value, { at: place.span, carrier: carrier.struct, release: carrier.release });
  },
};

interface Stored {
  readonly at: Expression['span'];
  readonly carrier: string;
  readonly release: string;
}

function judge(context: Context, values: Values, page: Expression, { at, carrier, release }: Stored): void {
  const { state, frame } = values;
  const set = pageOf(state, values.value(page))?.set;
  if (!set || state.warned || set.status !== 'held' || !state.mayExist(set) || set.hasOwnReference) return;
  if (onlyHold(state, set) !== 'pin') return;
  const { start, end } = frame.function.span;
  if (OWN_REFERENCE.test(context.program.text.slice(start, end))) return;
  context.report({
    kind: 'untracked-hold',
    span: at,
    frame,
    origin: set.acquisition,
    acquisition: set.acquisition,
    confidence: 'certain',
    trace: state.trace,
    details: { carrier, release, page: context.source(page.span) },
  });
}
