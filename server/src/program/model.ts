import type { Span } from '../base/text.ts';
import type { Type } from './types.ts';

/** A local, a parameter, or a temporary that lowering made. Identity is the object. */
export interface Variable {
  readonly id: number;
  readonly name: string;
  readonly type: Type;
  readonly kind: 'local' | 'parameter' | 'temporary';
  readonly span: Span;
}

interface Typed {
  readonly type: Type;
  readonly span: Span;
}

/** Expressions are pure: calls, assignments and short circuits have been lowered to instructions and edges. */
export type Expression =
  | (Typed & { readonly kind: 'constant'; readonly value: number })
  | (Typed & { readonly kind: 'string' })
  | (Typed & { readonly kind: 'variable'; readonly variable: Variable })
  /** A global variable, an enumerator, an object-like macro or a function. */
  | (Typed & { readonly kind: 'global'; readonly name: string })
  | (Typed & { readonly kind: 'dereference'; readonly pointer: Expression })
  | (Typed & { readonly kind: 'member'; readonly object: Expression; readonly member: string })
  | (Typed & { readonly kind: 'index'; readonly array: Expression; readonly index: Expression })
  | (Typed & { readonly kind: 'address'; readonly of: Expression })
  | (Typed & { readonly kind: 'unary'; readonly operator: '-' | '~' | '!'; readonly operand: Expression })
  | (Typed & {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Typed & { readonly kind: 'cast'; readonly operand: Expression })
  /** Something whose value is not modelled; `from`: what it is an element of, where an iteration macro says so. */
  | (Typed & { readonly kind: 'opaque'; readonly from?: readonly Expression[] });

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '<<'
  | '>>'
  | '&'
  | '|'
  | '^'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>=';

export type Instruction =
  | { readonly kind: 'assign'; readonly place: Expression; readonly value: Expression; readonly span: Span }
  | CallInstruction
  /** A local comes into scope without a value. */
  | { readonly kind: 'declare'; readonly variable: Variable; readonly span: Span }
  /** The whole place becomes zero bytes. */
  | { readonly kind: 'zero'; readonly place: Expression; readonly span: Span }
  /** A WARN* fired: what follows was thought impossible by its author. */
  | { readonly kind: 'warned'; readonly span: Span };

export interface CallInstruction {
  readonly kind: 'call';
  readonly result: Variable | undefined;
  /** Name of the function or function-like macro; undefined for a call through a pointer. */
  readonly callee: string | undefined;
  /** The pointer or ops member called through, where `callee` is undefined. */
  readonly target: Expression | undefined;
  readonly arguments: readonly Expression[];
  readonly span: Span;
  readonly calleeSpan: Span;
  /** True for calls that a scope's end makes (`__free`). */
  readonly implicit?: boolean;
}

export type Terminator =
  | {
      readonly kind: 'jump';
      target: Block;
      readonly span: Span;
      readonly reason?: 'goto' | 'break' | 'continue';
    }
  | {
      readonly kind: 'branch';
      readonly condition: Expression;
      readonly whenTrue: Block;
      readonly whenFalse: Block;
      readonly span: Span;
    }
  | {
      readonly kind: 'switch';
      readonly value: Expression;
      readonly cases: readonly SwitchCase[];
      readonly otherwise: Block;
      readonly span: Span;
    }
  /** Control may go either way; nothing is known (iteration macros, asm goto). */
  | { readonly kind: 'choice'; readonly targets: readonly Block[]; readonly span: Span }
  | { readonly kind: 'return'; readonly value: Expression | undefined; readonly span: Span }
  /** BUG(), panic(), or a stretch that could not be lowered. */
  | { readonly kind: 'stop'; readonly span: Span };

export interface SwitchCase {
  /** Values from `low` to `high`, inclusive. */
  readonly low: Expression;
  readonly high: Expression;
  readonly target: Block;
}

/** A basic block. */
export interface Block {
  readonly id: number;
  readonly instructions: Instruction[];
  terminator: Terminator;
}

export interface FunctionModel {
  readonly name: string;
  readonly span: Span;
  readonly nameSpan: Span;
  readonly isStatic: boolean;
  readonly parameters: readonly Variable[];
  readonly returnType: Type;
  readonly entry: Block;
  readonly blocks: readonly Block[];
}

/** A function's name given to something that will call it: an ops table's member or an argument. */
export interface FunctionReference {
  readonly function: string;
  /** `struct file_operations`, where a table's initialiser names it. */
  readonly table?: string;
  /** The name of that table. */
  readonly variable?: string;
  /** The member it was assigned to: `read_iter`. */
  readonly member?: string;
  readonly span: Span;
}

/** Our own plain data about one file. It holds no parser nodes. */
export interface Program {
  readonly text: string;
  readonly functions: ReadonlyMap<string, FunctionModel>;
  /** Function-like macros that the file defines: what they do to their arguments is not known. */
  readonly macros: ReadonlySet<string>;
  /** Functions that were not lowered: not of interest, or broken. */
  readonly skipped: readonly { readonly name: string; readonly span: Span; readonly reason?: string }[];
  readonly references: readonly FunctionReference[];
  /** Names of enumerators: constants, however they are written. */
  readonly enumerators: ReadonlySet<string>;
  /** Callers by callee name, over every function of the file. */
  readonly callers: ReadonlyMap<string, readonly string[]>;
}

/** The calls of a function, in the order of its blocks. */
export function callsOf(model: FunctionModel): CallInstruction[] {
  return model.blocks.flatMap(block =>
    block.instructions.filter((instruction): instruction is CallInstruction => instruction.kind === 'call'),
  );
}
