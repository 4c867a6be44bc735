import type { Node } from 'web-tree-sitter';
import type { Span } from '../base/text.ts';
import { assertedBy, isAssertion, isBugOn, isWarning, neverReturns } from './assertions.ts';
import { constant, type FunctionBuilder } from './builder.ts';
import { childrenOf, describedType, spanOf } from './declarations.ts';
import type { BinaryOperator, Block, Expression } from './model.ts';
import {
  BOOL,
  commonType,
  INT,
  LONG,
  pointee,
  pointerTo,
  type Type,
  UNKNOWN,
  UNSIGNED_LONG,
} from './types.ts';

/** Function-like macros that are their argument as far as values go. */
const TRANSPARENT = new Set([
  'likely',
  'unlikely',
  'READ_ONCE',
  'ACCESS_ONCE',
  'rcu_dereference',
  'rcu_access_pointer',
  'rcu_dereference_protected',
  'rcu_dereference_check',
  'array_index_nospec',
  'untagged_addr',
  'no_printk',
  'data_race',
  'smp_load_acquire',
]);

/** How statements are lowered; expressions need it for `({ … })`. */
export interface StatementLowering {
  /** Lowers `{ … }` and returns the value of its last expression statement. */
  block(node: Node, builder: FunctionBuilder): Expression | undefined;
}

export class ExpressionLowering {
  constructor(private readonly builder: FunctionBuilder) {}

  statements!: StatementLowering;

  /** Lowers an expression; the result is pure and reads what the emitted instructions left. */
  value(node: Node): Expression {
    const span = spanOf(node);
    switch (node.type) {
      case 'parenthesized_expression':
        return this.parenthesised(node);
      case 'identifier':
        return this.identifier(node.text, span);
      case 'number_literal':
        return { ...constant(numberOf(node.text), span), type: numberType(node.text) };
      case 'char_literal':
        return { ...constant(charOf(node.text), span), type: INT };
      case 'true':
      case 'false':
        return constant(node.type === 'true' ? 1 : 0, span);
      case 'null':
        return { kind: 'constant', value: 0, type: pointerTo({ kind: 'void' }), span };
      case 'string_literal':
      case 'concatenated_string':
        return { kind: 'string', type: UNKNOWN, span };
      case 'field_expression':
        return this.member(node, span);
      case 'subscript_expression':
        return this.subscript(node, span);
      case 'pointer_expression':
        return this.pointer(node, span);
      case 'unary_expression':
        return this.unary(node, span);
      case 'binary_expression':
        return this.binary(node, span);
      case 'assignment_expression':
        return this.assignment(node, span);
      case 'update_expression':
        return this.update(node, span);
      case 'conditional_expression':
        return this.conditional(node, span);
      case 'comma_expression':
        this.value(node.childForFieldName('left')!);
        return this.value(node.childForFieldName('right')!);
      case 'cast_expression':
        return this.cast(node, span);
      case 'sizeof_expression':
      case 'alignof_expression':
      case 'offsetof_expression':
        return { kind: 'opaque', type: UNSIGNED_LONG, span };
      case 'call_expression':
        return this.call(node, span);
      case 'compound_statement':
        return this.statements.block(node, this.builder) ?? { kind: 'opaque', type: UNKNOWN, span };
      case 'compound_literal_expression':
        return this.compoundLiteral(node, span);
      default:
        // Asm, recovered errors: their parts may still hold calls.
        for (const child of childrenOf(node)) if (/expression$/.test(child.type)) this.value(child);
        return { kind: 'opaque', type: UNKNOWN, span };
    }
  }

  /** Lowers a condition to edges; the current block ends. */
  condition(node: Node, whenTrue: Block, whenFalse: Block): void {
    const inner = unwrap(node);
    if (inner.type === 'binary_expression') {
      const operator = inner.childForFieldName('operator')?.text;
      if (operator === '&&' || operator === '||') {
        const middle = this.builder.newBlock(spanOf(inner));
        const left = inner.childForFieldName('left')!;
        if (operator === '&&') this.condition(left, middle, whenFalse);
        else this.condition(left, whenTrue, middle);
        this.builder.current = middle;
        this.condition(inner.childForFieldName('right')!, whenTrue, whenFalse);
        return;
      }
    }
    if (inner.type === 'unary_expression' && inner.childForFieldName('operator')?.text === '!') {
      this.condition(inner.childForFieldName('argument')!, whenFalse, whenTrue);
      return;
    }
    if (inner.type === 'call_expression') {
      const name = inner.childForFieldName('function')?.text ?? '';
      const first = argumentsOf(inner)[0];
      if (first && TRANSPARENT.has(name)) {
        this.condition(first, whenTrue, whenFalse);
        return;
      }
      if (first && isWarning(name)) {
        const warned = this.builder.newBlock(spanOf(inner));
        this.condition(warnedCondition(name, inner), warned, whenFalse);
        this.builder.current = warned;
        this.builder.emit({ kind: 'warned', span: spanOf(inner) });
        this.builder.jump(whenTrue, spanOf(inner), warned);
        return;
      }
    }
    const value = this.value(inner);
    const span = spanOf(inner);
    this.builder.finish({ kind: 'branch', condition: value, whenTrue, whenFalse, span }, whenTrue);
  }

  /** `(struct bio_vec){ .bv_page = page }`: only what lies in it is known. */
  private compoundLiteral(node: Node, span: Span): Expression {
    const type = describedType(node.childForFieldName('type')!, this.builder.types);
    const from = childrenOf(node.childForFieldName('value')!)
      .map(item => (item.type === 'initializer_pair' ? item.childForFieldName('value') : item))
      .filter(value => value !== null && /^(identifier|(field|subscript)_expression)$/.test(value.type))
      .map(value => this.value(value!));
    return { kind: 'opaque', type, span, from };
  }

  private parenthesised(node: Node): Expression {
    const inner = childrenOf(node)[0];
    return inner ? this.value(inner) : { kind: 'opaque', type: UNKNOWN, span: spanOf(node) };
  }

  private identifier(name: string, span: Span): Expression {
    const variable = this.builder.lookup(name);
    if (variable) return { kind: 'variable', variable, type: variable.type, span };
    return { kind: 'global', name, type: this.builder.types.global(name), span };
  }

  private member(node: Node, span: Span): Expression {
    const argument = this.value(node.childForFieldName('argument')!);
    const name = node.childForFieldName('field')?.text ?? '';
    const arrow = node.childForFieldName('operator')?.text === '->';
    const viaPointer = arrow && argument.kind !== 'address';
    const object: Expression = viaPointer
      ? { kind: 'dereference', pointer: argument, type: pointee(argument.type), span: argument.span }
      : argument.kind === 'address' && arrow
        ? argument.of
        : argument;
    const { types } = this.builder;
    const type = types.member(object.type, name);
    return { kind: 'member', object, member: types.placeName(object.type, name), type, span };
  }

  private subscript(node: Node, span: Span): Expression {
    const array = this.value(node.childForFieldName('argument')!);
    const index = this.value(node.childForFieldName('index')!);
    return { kind: 'index', array, index, type: pointee(array.type), span };
  }

  private pointer(node: Node, span: Span): Expression {
    const argument = this.value(node.childForFieldName('argument')!);
    if (node.childForFieldName('operator')?.text === '&') {
      if (argument.kind === 'dereference') return { ...argument.pointer, span };
      return { kind: 'address', of: argument, type: pointerTo(argument.type), span };
    }
    if (argument.kind === 'address') return { ...argument.of, span };
    return { kind: 'dereference', pointer: argument, type: pointee(argument.type), span };
  }

  private unary(node: Node, span: Span): Expression {
    const operator = node.childForFieldName('operator')?.text ?? '';
    const argument = node.childForFieldName('argument')!;
    if (operator === '+') return this.value(argument);
    const operand = this.value(argument);
    if (operator === '-' && operand.kind === 'constant') return { ...operand, value: -operand.value, span };
    if (operator !== '-' && operator !== '~' && operator !== '!')
      return { kind: 'opaque', type: UNKNOWN, span };
    return { kind: 'unary', operator, operand, type: operator === '!' ? BOOL : operand.type, span };
  }

  private binary(node: Node, span: Span): Expression {
    const operator = node.childForFieldName('operator')?.text ?? '';
    if (operator === '&&' || operator === '||') return this.truth(node, span);
    const left = this.value(node.childForFieldName('left')!);
    const right = this.value(node.childForFieldName('right')!);
    const type = binaryType(operator, left.type, right.type);
    return { kind: 'binary', operator: operator as BinaryOperator, left, right, type, span };
  }

  /** A condition used as a value: 0 or 1. */
  private truth(node: Node, span: Span): Expression {
    const result = this.builder.temporary(BOOL, span);
    const [yes, no, after] = [0, 0, 0].map(() => this.builder.newBlock(span)) as [Block, Block, Block];
    this.condition(node, yes, no);
    for (const [block, value] of [
      [yes, 1],
      [no, 0],
    ] as const) {
      this.builder.current = block;
      this.builder.emit({ kind: 'assign', place: result, value: constant(value, span), span });
      this.builder.jump(after, span, after);
    }
    return result;
  }

  private assignment(node: Node, span: Span): Expression {
    const operator = node.childForFieldName('operator')?.text ?? '=';
    const place = this.value(node.childForFieldName('left')!);
    const right = this.value(node.childForFieldName('right')!);
    const value: Expression =
      operator === '='
        ? right
        : {
            kind: 'binary',
            operator: operator.slice(0, -1) as BinaryOperator,
            left: place,
            right,
            type: binaryType(operator.slice(0, -1), place.type, right.type),
            span,
          };
    this.builder.emit({ kind: 'assign', place, value: converted(value, place.type), span });
    return place;
  }

  private update(node: Node, span: Span): Expression {
    const place = this.value(node.childForFieldName('argument')!);
    const operator = node.childForFieldName('operator')?.text === '--' ? '-' : '+';
    const isPrefix = node.firstChild?.type === '++' || node.firstChild?.type === '--';
    let before: Expression = place;
    if (!isPrefix) {
      before = this.builder.temporary(place.type, span);
      this.builder.emit({ kind: 'assign', place: before, value: place, span });
    }
    const one = constant(1, span, INT);
    const value: Expression = { kind: 'binary', operator, left: place, right: one, type: place.type, span };
    this.builder.emit({ kind: 'assign', place, value, span });
    return before;
  }

  private conditional(node: Node, span: Span): Expression {
    const consequence = node.childForFieldName('consequence');
    const alternative = node.childForFieldName('alternative')!;
    const result = this.builder.temporary(UNKNOWN, span);
    const [yes, no, after] = [0, 0, 0].map(() => this.builder.newBlock(span)) as [Block, Block, Block];
    const condition = node.childForFieldName('condition')!;
    // `a ?: b` has no consequence: its value is the condition's.
    let short: Expression | undefined;
    if (consequence) this.condition(condition, yes, no);
    else {
      short = this.value(condition);
      this.builder.finish({ kind: 'branch', condition: short, whenTrue: yes, whenFalse: no, span }, yes);
    }
    this.builder.current = yes;
    const first = short ?? this.value(consequence!);
    this.builder.emit({ kind: 'assign', place: result, value: first, span });
    this.builder.jump(after, span, no);
    const second = this.value(alternative);
    this.builder.emit({ kind: 'assign', place: result, value: second, span });
    this.builder.jump(after, span, after);
    const type =
      commonType(first.type, second.type) ?? (first.type.kind === 'unknown' ? second.type : first.type);
    return { ...result, type };
  }

  private cast(node: Node, span: Span): Expression {
    const descriptor = node.childForFieldName('type');
    const operand = this.value(node.childForFieldName('value')!);
    const type = descriptor ? describedType(descriptor, this.builder.types) : UNKNOWN;
    return { kind: 'cast', operand, type, span };
  }

  private call(node: Node, span: Span): Expression {
    const callee = node.childForFieldName('function')!;
    const name = callee.type === 'identifier' ? callee.text : undefined;
    const argumentNodes = argumentsOf(node);
    if (name !== undefined) {
      const special = this.specialCall(name, node, argumentNodes, span);
      if (special) return special;
    }
    const local = name !== undefined && this.builder.lookup(name);
    const target = name === undefined || local ? this.value(callee) : undefined;
    const values = argumentNodes.map(argument => this.value(argument));
    const returns = name === undefined ? UNKNOWN : this.builder.types.returnType(name);
    const result = this.builder.temporary(returns, span);
    this.builder.emit({
      kind: 'call',
      result: returns.kind === 'void' ? undefined : result.variable,
      callee: target ? undefined : name,
      target,
      arguments: values,
      span,
      calleeSpan: spanOf(callee),
    });
    if (name !== undefined && neverReturns(name)) this.builder.finish({ kind: 'stop', span });
    return result;
  }

  private specialCall(name: string, node: Node, values: Node[], span: Span): Expression | undefined {
    const first = values[0];
    if (!first) return;
    if (TRANSPARENT.has(name)) return this.value(first);
    if (isWarning(name)) return this.truth(node, span);
    if (isBugOn(name)) return this.stopWhere((bug, after) => this.condition(first, bug, after), span);
    if (isAssertion(name)) {
      const [left, right] = values.slice(1).map(value => this.value(value));
      const condition = assertedBy(name, left, right, span);
      if (!condition) return;
      return this.stopWhere(
        (failed, after) =>
          this.builder.finish({ kind: 'branch', condition, whenTrue: after, whenFalse: failed, span }, after),
        span,
      );
    }
    if (name === 'WRITE_ONCE' || name === 'smp_store_release' || name === 'rcu_assign_pointer') {
      const place = this.value(first);
      if (values[1]) this.builder.emit({ kind: 'assign', place, value: this.value(values[1]), span });
      return place;
    }
    if (name === 'swap' && values[1]) return this.swap(this.value(first), this.value(values[1]), span);
    if (name === 'no_free_ptr' || name === 'return_ptr' || name === 'take_fd') {
      const place = this.value(first);
      const kept = this.builder.temporary(place.type, span);
      this.builder.emit({ kind: 'assign', place: kept, value: place, span });
      this.builder.emit({ kind: 'assign', place, value: constant(0, span), span });
      if (name === 'return_ptr') this.builder.returnValue(kept, span);
      return kept;
    }
    return;
  }

  /** The function goes on in one of two blocks only. */
  private stopWhere(decide: (stopped: Block, after: Block) => void, span: Span): Expression {
    const [stopped, after] = [this.builder.newBlock(span), this.builder.newBlock(span)];
    decide(stopped, after);
    stopped.terminator = { kind: 'stop', span };
    this.builder.current = after;
    return constant(0, span);
  }

  private swap(left: Expression, right: Expression, span: Span): Expression {
    const kept = this.builder.temporary(left.type, span);
    this.builder.emit({ kind: 'assign', place: kept, value: left, span });
    this.builder.emit({ kind: 'assign', place: left, value: right, span });
    this.builder.emit({ kind: 'assign', place: right, value: kept, span });
    return constant(0, span);
  }
}

/** A value about to be stored into an integer place of another type is converted on the way. */
export function converted(value: Expression, type: Type): Expression {
  if (type.kind !== 'integer' || value.kind === 'constant') return value;
  return { kind: 'cast', operand: value, type, span: value.span };
}

function binaryType(operator: string, left: Type, right: Type): Type {
  if (/^(==|!=|<|<=|>|>=)$/.test(operator)) return INT;
  if (left.kind === 'pointer' || left.kind === 'array') {
    if (operator === '-' && (right.kind === 'pointer' || right.kind === 'array')) return LONG;
    return left.kind === 'array' ? pointerTo(left.of) : left;
  }
  if (right.kind === 'pointer') return right;
  if (operator === '<<' || operator === '>>') return left;
  return commonType(left, right) ?? UNKNOWN;
}

/** Most have the condition first; drm_WARN_ON(device, condition) has it second. */
function warnedCondition(name: string, call: Node): Node {
  const values = argumentsOf(call);
  return (name.startsWith('drm_') && values[1]) || values[0]!;
}

export function argumentsOf(call: Node): Node[] {
  const list = call.childForFieldName('arguments');
  return list ? childrenOf(list) : [];
}

function unwrap(node: Node): Node {
  let at = node;
  while (at.type === 'parenthesized_expression') {
    const inner = childrenOf(at);
    if (inner.length !== 1 || inner[0]!.type === 'compound_statement') break;
    at = inner[0]!;
  }
  return at;
}

function numberOf(text: string): number {
  const digits = text.replace(/[uUlL]+$/, '');
  if (/^0[0-7]+$/.test(digits)) return Number.parseInt(digits, 8);
  const value = Number(digits);
  return Number.isFinite(value) ? value : 0;
}

function numberType(text: string): Type {
  const suffix = /[uUlL]+$/.exec(text)?.[0].toLowerCase() ?? '';
  if (/^0x/i.test(text) && suffix === '') return INT;
  return suffix.includes('u') ? UNSIGNED_LONG : suffix.includes('l') ? LONG : INT;
}

function charOf(text: string): number {
  return text.length === 3 ? text.charCodeAt(1) : 0;
}
