import type { Era } from '../../server/src/semantics/eras.ts';

/** The small C that the oracle speaks: what it can print, run and change. Nodes are plain data and compared by identity. */

export type IntegerType = 'bool' | 'int' | 'unsigned int' | 'long' | 'unsigned long' | 'ssize_t' | 'size_t';

export type Type =
  | IntegerType
  | 'struct page *'
  | 'struct page **'
  /** An array of page pointers; its length stands in the declaration. */
  | 'struct page *[]'
  | 'struct iov_iter'
  | 'struct iov_iter *'
  | 'struct kvec'
  | 'struct request *'
  | 'struct buffer *'
  | 'int *'
  | 'struct work_struct *'
  | 'void __user *'
  | 'void *';

export type Operator = '+' | '-' | '*' | '<' | '<=' | '>' | '>=' | '==' | '!=' | '&&' | '||';

export interface Constant {
  readonly kind: 'constant';
  readonly text: string;
  readonly value: bigint;
  readonly type: IntegerType;
}

export interface Variable {
  readonly kind: 'variable';
  readonly name: string;
}

export interface Call {
  readonly kind: 'call';
  readonly callee: string;
  readonly arguments: readonly Expression[];
}

/** What an object has; `slots` is an array inside it, `buffer` only a request has, `work` only a buffer. */
export type MemberName = 'pages' | 'page' | 'nr' | 'pinned' | 'slots' | 'buffer' | 'work';

/** `object->member`, for the objects a function is given and those it allocates. */
export interface Member {
  readonly kind: 'member';
  readonly object: string;
  readonly member: MemberName;
}

/** `*pointer`: what a helper tells its caller. */
export interface Dereference {
  readonly kind: 'dereference';
  readonly pointer: string;
}

export interface Element {
  readonly kind: 'element';
  readonly array: Expression;
  readonly index: Expression;
}

export type Place = Variable | Element | Member | Dereference;

export type Expression =
  | Constant
  | Place
  | Call
  | { readonly kind: 'null' }
  /** The name of a function, as it is given to somebody who calls it later. */
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: '!' | '-'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'address'; readonly of: Place }
  /** `name--` */
  | { readonly kind: 'decrement'; readonly name: string };

export type Statement =
  | {
      readonly kind: 'declare';
      readonly type: Type;
      readonly name: string;
      readonly length?: number;
      readonly value?: Expression;
    }
  | { readonly kind: 'assign'; readonly place: Place; readonly value: Expression }
  | { readonly kind: 'evaluate'; readonly call: Call }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly then: readonly Statement[];
      readonly otherwise?: readonly Statement[];
    }
  /** `for (name = from; condition; name++)`, or `name--`, or `name += step` */
  | {
      readonly kind: 'for';
      readonly name: string;
      readonly from: Expression;
      readonly condition: Expression;
      readonly step: Expression | 'up' | 'down';
      readonly body: readonly Statement[];
    }
  | { readonly kind: 'while' | 'do'; readonly condition: Expression; readonly body: readonly Statement[] }
  | { readonly kind: 'goto'; readonly label: string }
  /** Stands only in the outermost list of a function. */
  | { readonly kind: 'label'; readonly name: string }
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' }
  | { readonly kind: 'return'; readonly value?: Expression };

export interface Parameter {
  readonly type: Type;
  readonly name: string;
}

export interface FunctionDefinition {
  readonly name: string;
  readonly isStatic: boolean;
  readonly returns: Type | 'void';
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
}

/** The last function is the one that is run and called from elsewhere. */
export interface Program {
  readonly era: Era;
  readonly functions: readonly FunctionDefinition[];
  /** Names of the shapes and changes it was made of. */
  readonly features: readonly string[];
}

export const number = (value: number): Constant => ({
  kind: 'constant',
  text: String(value),
  value: BigInt(value),
  type: 'int',
});
export const constant = (text: string, value: number, type: IntegerType = 'int'): Constant => ({
  kind: 'constant',
  text,
  value: BigInt(value),
  type,
});
export const variable = (name: string): Variable => ({ kind: 'variable', name });
export const nothing: Expression = { kind: 'null' };
export const not = (operand: Expression): Expression => ({ kind: 'unary', operator: '!', operand });
export const binary = (left: Expression, operator: Operator, right: Expression): Expression => ({
  kind: 'binary',
  operator,
  left,
  right,
});
export const element = (array: Expression, index: Expression): Element => ({
  kind: 'element',
  array,
  index,
});
export const address = (of: Place): Expression => ({ kind: 'address', of });
export const member = (object: string, name: MemberName): Member => ({
  kind: 'member',
  object,
  member: name,
});
export const dereference = (pointer: string): Dereference => ({ kind: 'dereference', pointer });
export const call = (callee: string, ...args: readonly Expression[]): Call => ({
  kind: 'call',
  callee,
  arguments: args,
});
export const declare = (type: Type, name: string, value?: Expression): Statement => ({
  kind: 'declare',
  type,
  name,
  value,
});
export const assign = (place: Place, value: Expression): Statement => ({ kind: 'assign', place, value });
export const evaluate = (callee: string, ...args: readonly Expression[]): Statement => ({
  kind: 'evaluate',
  call: call(callee, ...args),
});
export const when = (
  condition: Expression,
  then: readonly Statement[],
  otherwise?: readonly Statement[],
): Statement => ({ kind: 'if', condition, then, otherwise });
export const forUp = (
  name: string,
  from: Expression,
  condition: Expression,
  body: readonly Statement[],
  step: Expression | 'up' | 'down' = 'up',
): Statement => ({ kind: 'for', name, from, condition, step, body });
export const whileTrue = (condition: Expression, ...body: readonly Statement[]): Statement => ({
  kind: 'while',
  condition,
  body,
});
export const doWhile = (condition: Expression, ...body: readonly Statement[]): Statement => ({
  kind: 'do',
  condition,
  body,
});
export const whileDown = (name: string, body: readonly Statement[]): Statement => ({
  kind: 'while',
  condition: { kind: 'decrement', name },
  body,
});
export const jump = (label: string): Statement => ({ kind: 'goto', label });
export const label = (name: string): Statement => ({ kind: 'label', name });
export const give = (value?: Expression): Statement => ({ kind: 'return', value });
