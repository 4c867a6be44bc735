import { bindByCall, isBindingAssignment, noteBinding } from '../bindings.ts';
import type { Check } from './check.ts';

/** Remembers where functions are bound that run later: what they do is judged when the function that binds them is over. */
export const bindings: Check = {
  call(_context, values, call) {
    bindByCall(values, call);
  },
  assign(_context, values, place, value) {
    if (isBindingAssignment(place, value)) noteBinding(values, values.value(value), place.span);
  },
};
