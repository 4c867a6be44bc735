import type { Node } from 'web-tree-sitter';
import type { Span } from '../base/text.ts';
import type { FunctionBuilder } from './builder.ts';
import { constant } from './builder.ts';
import { childrenOf, declare, spanOf, specifiedType } from './declarations.ts';
import { argumentsOf, converted, type ExpressionLowering, type StatementLowering } from './expressions.ts';
import { iterationRunsOnce, iterationVariables } from './iteration.ts';
import type { MacroNotes } from './macros.ts';
import type { Block, Expression, SwitchCase, Variable } from './model.ts';
import { INT, type Type, UNKNOWN } from './types.ts';

/** Lowers statements and local declarations into the builder's blocks. */
export class Statements implements StatementLowering {
  private readonly switches: { cases: SwitchCase[]; otherwise: Block | undefined }[] = [];

  constructor(
    private readonly builder: FunctionBuilder,
    private readonly expressions: ExpressionLowering,
    private readonly notes: MacroNotes,
  ) {
    expressions.statements = this;
  }

  block(node: Node): Expression | undefined {
    let last: Expression | undefined;
    this.builder.inScope(endOf(node), () => {
      for (const child of childrenOf(node)) last = this.statement(child);
    });
    return last;
  }

  /** Lowers one statement; returns the value of an expression statement. */
  statement(node: Node): Expression | undefined {
    const span = spanOf(node);
    switch (node.type) {
      case 'compound_statement':
        return this.block(node);
      case 'expression_statement': {
        const inner = childrenOf(node)[0];
        return inner && this.expressions.value(inner);
      }
      case 'declaration':
        this.declaration(node);
        return;
      case 'if_statement':
        this.ifStatement(node, span);
        return;
      case 'while_statement':
        this.whileStatement(node, span);
        return;
      case 'do_statement':
        this.doStatement(node, span);
        return;
      case 'for_statement':
        this.forStatement(node, span);
        return;
      case 'switch_statement':
        this.switchStatement(node, span);
        return;
      case 'case_statement':
        this.caseStatement(node, span);
        return;
      case 'labeled_statement':
        this.labelled(node, span);
        return;
      case 'goto_statement':
        this.builder.goto(node.childForFieldName('label')?.text ?? '', span);
        return;
      case 'return_statement': {
        const inner = childrenOf(node)[0];
        this.builder.returnValue(inner && this.expressions.value(inner), span);
        return;
      }
      case 'break_statement':
      case 'continue_statement':
        this.builder.leave(node.type === 'break_statement' ? 'break' : 'continue', span);
        return;
      default:
        this.other(node);
        return;
    }
  }

  private other(node: Node): void {
    if (/expression$/.test(node.type)) this.expressions.value(node);
    else if (/^(preproc_|attributed_statement|else_clause|ERROR)/.test(node.type))
      for (const child of childrenOf(node)) this.statement(child);
  }

  private declaration(node: Node): void {
    const base = specifiedType(node, this.builder.types);
    const isStatic = childrenOf(node).some(
      child =>
        child.type === 'storage_class_specifier' && (child.text === 'static' || child.text === 'extern'),
    );
    for (const declarator of node.childrenForFieldName('declarator')) {
      if (!declarator) continue;
      const declared = declare(declarator, base);
      if (!declared || declared.type.kind === 'function') continue;
      if (isStatic) {
        this.builder.declareGlobal(declared.name);
        continue;
      }
      const initialiser =
        declarator.type === 'init_declarator' ? declarator.childForFieldName('value') : null;
      this.declareLocal(declared.name, declared.type, spanOf(declared.node), initialiser, spanOf(declarator));
    }
  }

  private declareLocal(name: string, type: Type, at: Span, initialiser: Node | null, span: Span): void {
    // The initialiser sees the outer names, but `T x = f(&x)` sees the new one; the latter does not occur.
    const value =
      initialiser && initialiser.type !== 'initializer_list'
        ? this.expressions.value(initialiser)
        : undefined;
    const inferred = type.kind === 'unknown' && value ? value.type : type;
    const variable = this.builder.variable(name, inferred, 'local', at);
    const cleanup = this.notes.cleanupBetween(span.start, span.end);
    if (cleanup) this.builder.addCleanup(variable, cleanup);
    const place: Expression = { kind: 'variable', variable, type: inferred, span: at };
    if (value) this.builder.emit({ kind: 'assign', place, value: converted(value, inferred), span });
    else if (initialiser) this.initialise(place, initialiser, span);
    else this.builder.emit({ kind: 'declare', variable, span });
  }

  /** `= { .a = x, … }`: what is not named is zero. */
  private initialise(place: Expression, list: Node, span: Span): void {
    this.builder.emit({ kind: 'zero', place, span });
    let position = 0;
    for (const item of childrenOf(list)) {
      if (item.type === 'initializer_pair') this.initialisePair(place, item, span);
      else if (place.type.kind === 'array') this.initialiseElement(place, position++, item, span);
    }
  }

  private initialisePair(place: Expression, pair: Node, span: Span): void {
    const designator = pair.childForFieldName('designator');
    const valueNode = pair.childForFieldName('value');
    if (!valueNode || designator?.type !== 'field_designator') return;
    const name = childrenOf(designator)[0]?.text ?? '';
    const { types } = this.builder;
    const member: Expression = {
      kind: 'member',
      object: place,
      member: types.placeName(place.type, name),
      type: types.member(place.type, name),
      span: spanOf(designator),
    };
    this.initialiseWith(member, valueNode, span);
  }

  private initialiseElement(place: Expression, position: number, valueNode: Node, span: Span): void {
    const type = place.type.kind === 'array' ? place.type.of : UNKNOWN;
    const index = constant(position, spanOf(valueNode), INT);
    this.initialiseWith(
      { kind: 'index', array: place, index, type, span: spanOf(valueNode) },
      valueNode,
      span,
    );
  }

  private initialiseWith(place: Expression, valueNode: Node, span: Span): void {
    if (valueNode.type === 'initializer_list') this.initialise(place, valueNode, span);
    else this.builder.emit({ kind: 'assign', place, value: this.expressions.value(valueNode), span });
  }

  private ifStatement(node: Node, span: Span): void {
    const [yes, after] = [this.builder.newBlock(span), this.builder.newBlock(endOf(node))];
    const alternative = node.childForFieldName('alternative');
    const no = alternative ? this.builder.newBlock(spanOf(alternative)) : after;
    this.expressions.condition(node.childForFieldName('condition')!, yes, no);
    this.builder.current = yes;
    this.statement(node.childForFieldName('consequence')!);
    this.builder.jump(after, endOf(node), no);
    if (alternative) {
      for (const child of alternative.type === 'else_clause' ? childrenOf(alternative) : [alternative])
        this.statement(child);
      this.builder.jump(after, endOf(node));
    }
    this.builder.current = after;
  }

  private whileStatement(node: Node, span: Span): void {
    const head = this.builder.newBlock(span);
    const body = this.builder.newBlock(span);
    const after = this.builder.newBlock(endOf(node));
    this.builder.jump(head, span);
    const condition = node.childForFieldName('condition')!;
    const macro = this.notes.iterationAt(node.startIndex);
    if (macro) {
      this.iteration(node, macro, condition, head, body, after);
      return;
    } else this.expressions.condition(condition, body, after);
    this.builder.current = body;
    this.builder.inLoop(after, head, () => this.statement(node.childForFieldName('body')!));
    this.builder.jump(head, endOf(node), after);
  }

  /** The end of a list is not modelled: another turn, or none, is always possible. */
  private iteration(
    node: Node,
    macro: string,
    condition: Node,
    head: Block,
    body: Block,
    after: Block,
  ): void {
    const span = spanOf(node);
    const choose = (next: Block): void =>
      this.builder.finish({ kind: 'choice', targets: [body, after], span }, next);
    const runsOnce = iterationRunsOnce(macro);
    if (runsOnce) this.builder.jump(body, span);
    else choose(body);
    this.enterIteration(macro, condition);
    const test = runsOnce ? this.builder.newBlock(endOf(node)) : head;
    this.builder.inLoop(after, test, () => this.statement(node.childForFieldName('body')!));
    this.builder.jump(test, endOf(node), runsOnce ? test : after);
    if (runsOnce) choose(after);
    this.builder.current = after;
  }

  /** Each turn of an iteration macro gives its cursors new values. */
  private enterIteration(macro: string, condition: Node): void {
    const values = commaParts(condition);
    const cursors = iterationVariables(macro);
    const isPlain = (node: Node): boolean => /^(identifier|field_expression)$/.test(node.type);
    const isStorage = (node: Node): boolean =>
      isPlain(node) || (/^&\s*[\w(]/.test(node.text) && isPlain(node.childForFieldName('argument') ?? node));
    const from = values
      .filter((_, at) => !cursors.includes(at + 1))
      .flatMap(node => (node.type === 'call_expression' ? argumentsOf(node) : [node]))
      .filter(isStorage)
      .map(node => this.expressions.value(node));
    for (const position of cursors) {
      const node = values[position - 1];
      if (!node || !isPlain(node)) continue;
      const place = this.expressions.value(node);
      const span = spanOf(node);
      this.builder.emit({
        kind: 'assign',
        place,
        value: { kind: 'opaque', type: place.type, span, from },
        span,
      });
    }
  }

  private doStatement(node: Node, span: Span): void {
    const body = this.builder.newBlock(span);
    const test = this.builder.newBlock(endOf(node));
    const after = this.builder.newBlock(endOf(node));
    this.builder.jump(body, span);
    this.builder.inLoop(after, test, () => this.statement(node.childForFieldName('body')!));
    this.builder.jump(test, endOf(node));
    this.expressions.condition(node.childForFieldName('condition')!, body, after);
    this.builder.current = after;
  }

  private forStatement(node: Node, span: Span): void {
    this.builder.inScope(endOf(node), () => {
      const initializer = node.childForFieldName('initializer');
      if (initializer?.type === 'declaration') this.declaration(initializer);
      else if (initializer) this.expressions.value(initializer);
      const head = this.builder.newBlock(span);
      const body = this.builder.newBlock(span);
      const update = this.builder.newBlock(span);
      const after = this.builder.newBlock(endOf(node));
      this.builder.jump(head, span);
      const condition = node.childForFieldName('condition');
      if (condition) this.expressions.condition(condition, body, after);
      else this.builder.jump(body, span);
      this.builder.current = body;
      this.builder.inLoop(after, update, () => this.statement(node.childForFieldName('body')!));
      this.builder.jump(update, endOf(node));
      const step = node.childForFieldName('update');
      if (step) this.expressions.value(step);
      this.builder.jump(head, endOf(node), after);
    });
  }

  private switchStatement(node: Node, span: Span): void {
    const value = this.expressions.value(node.childForFieldName('condition')!);
    const after = this.builder.newBlock(endOf(node));
    const dispatch = this.builder.current;
    const cases: SwitchCase[] = [];
    this.switches.push({ cases, otherwise: undefined });
    this.builder.current = this.builder.newBlock(span);
    this.builder.inBreakable(after, () => this.statement(node.childForFieldName('body')!));
    this.builder.jump(after, endOf(node));
    const otherwise = this.switches.pop()!.otherwise ?? after;
    dispatch.terminator = { kind: 'switch', value, cases, otherwise, span };
    this.builder.current = after;
  }

  private caseStatement(node: Node, span: Span): void {
    const target = this.builder.newBlock(span);
    this.builder.jump(target, span);
    const current = this.switches.at(-1);
    const valueNode = node.childForFieldName('value');
    if (current && valueNode) {
      const low = this.expressions.value(valueNode);
      const range = this.notes.caseRangeBetween(valueNode.startIndex, valueNode.endIndex + 1);
      const high = range ? { ...low, kind: 'opaque' as const } : low;
      current.cases.push({ low, high, target });
    } else if (current) current.otherwise = target;
    for (const child of childrenOf(node)) if (child.id !== valueNode?.id) this.statement(child);
  }

  private labelled(node: Node, span: Span): void {
    const label = node.childForFieldName('label');
    this.builder.label(label?.text ?? '', span);
    for (const child of childrenOf(node)) if (child.id !== label?.id) this.statement(child);
  }
}

/** The variables of `a, b, c` inside the parentheses of a masked iteration macro. */
function commaParts(node: Node): Node[] {
  if (node.type === 'parenthesized_expression') return childrenOf(node).flatMap(commaParts);
  if (node.type === 'comma_expression')
    return [node.childForFieldName('left')!, node.childForFieldName('right')!].flatMap(commaParts);
  if (node.type === 'call_expression' && node.childForFieldName('function')?.text === 'while')
    return argumentsOf(node);
  return [node];
}

function endOf(node: Node): Span {
  return { start: Math.max(node.startIndex, node.endIndex - 1), end: node.endIndex };
}

export function parameterVariables(builder: FunctionBuilder, declarator: Node): Variable[] {
  const list = declarator.childForFieldName('parameters');
  const result: Variable[] = [];
  for (const node of list ? childrenOf(list) : []) {
    if (node.type !== 'parameter_declaration') continue;
    const base = specifiedType(node, builder.types);
    const declared =
      node.childForFieldName('declarator') && declare(node.childForFieldName('declarator')!, base);
    if (base.kind === 'void' && !declared) continue;
    const type = declared?.type ?? base;
    const decayed: Type = type.kind === 'array' ? { kind: 'pointer', to: type.of } : type;
    result.push(builder.variable(declared?.name ?? '', decayed, 'parameter', spanOf(declared?.node ?? node)));
  }
  return result;
}
