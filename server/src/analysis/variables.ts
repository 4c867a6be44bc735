import type { Expression, Variable } from '../program/model.ts';

/** The variable that a place is reached through: `req` of `&req->pages[i]` and `req->pages + i`. */
export function variableIn(expression: Expression | undefined): Variable | undefined {
  let at = expression;
  for (;;)
    switch (at?.kind) {
      case 'variable':
        return at.variable;
      case 'member':
        at = at.object;
        break;
      case 'index':
        at = at.array;
        break;
      case 'dereference':
        at = at.pointer;
        break;
      case 'address':
        at = at.of;
        break;
      case 'cast':
        at = at.operand;
        break;
      case 'binary':
        at = at.left;
        break;
      default:
        return undefined;
    }
}
