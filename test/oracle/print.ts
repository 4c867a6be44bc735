import type { Expression, FunctionDefinition, Operator, Program, Statement, Type } from './ast.ts';

const POINTER_MEMBER = '\tstruct buffer *buffer;\n';
const STRENGTH: Readonly<Record<Operator, number>> = {
  '*': 6,
  '+': 5,
  '-': 5,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '==': 3,
  '!=': 3,
  '&&': 2,
  '||': 1,
};

const MEMBERS =
  '\tstruct page **pages;\n\tstruct page *page;\n\tstruct page *slots[8];\n\tint nr;\n\tbool pinned;\n';
const WORK_MEMBER = '\tstruct work_struct work;\n';
const BUFFER = `struct buffer {\n${MEMBERS}${WORK_MEMBER}};\n`;
const REQUEST = `struct request {\n${MEMBERS}\tstruct buffer *buffer;\n};\n`;

/** The program as C text in the kernel's style. */
export function print(program: Program): string {
  const functions = program.functions.map(printFunction);
  const uses = (type: string): boolean => functions.some(text => text.includes(type));
  const types: string[] = [];
  if (uses('struct buffer *') || uses('->buffer'))
    types.push(BUFFER.replace(uses('->work') ? '' : WORK_MEMBER, ''));
  if (uses('struct request *')) types.push(REQUEST.replace(types.length > 0 ? '' : POINTER_MEMBER, ''));
  return [...types, ...functions].join('\n');
}

function printFunction({ name, isStatic, returns, parameters, body }: FunctionDefinition): string {
  const list = parameters.map(parameter => declarator(parameter.type, parameter.name)).join(', ');
  const space = returns.endsWith('*') ? '' : ' ';
  const head = `${isStatic ? 'static ' : ''}${returns}${space}${name}(${list || 'void'})`;
  const declarations = body.filter(statement => statement.kind === 'declare');
  const rest = body.filter(statement => statement.kind !== 'declare');
  const blank = declarations.length > 0 ? '\n' : '';
  return `${head}\n{\n${printList(declarations, 1)}${blank}${printList(rest, 1)}}\n`;
}

function declarator(type: Type, name: string, length?: number): string {
  if (type === 'struct page *[]') return `struct page *${name}[${length}]`;
  return type.endsWith('*') ? `${type}${name}` : `${type} ${name}`;
}

function printList(statements: readonly Statement[], depth: number): string {
  return statements.map(statement => printStatement(statement, depth)).join('');
}

function printStatement(statement: Statement, depth: number): string {
  const tabs = '\t'.repeat(depth);
  switch (statement.kind) {
    case 'declare': {
      const { type, name, length, value } = statement;
      if (type === 'struct kvec')
        return `${tabs}struct kvec ${name} = { .iov_base = buf, .iov_len = len };\n`;
      return `${tabs}${declarator(type, name, length)}${value ? ` = ${printExpression(value)}` : ''};\n`;
    }
    case 'assign':
      return `${tabs}${printAssignment(statement)};\n`;
    case 'evaluate':
      return `${tabs}${printExpression(statement.call)};\n`;
    case 'if':
      return printIf(statement, depth);
    case 'for': {
      const { name, from, condition, step, body } = statement;
      const next =
        step === 'up' ? `${name}++` : step === 'down' ? `${name}--` : `${name} += ${printExpression(step)}`;
      const head = `for (${name} = ${printExpression(from)}; ${printExpression(condition)}; ${next})`;
      return `${tabs}${head}${printBody(body, depth)}`;
    }
    case 'while':
      return `${tabs}while (${printExpression(statement.condition)})${printBody(statement.body, depth)}`;
    case 'do':
      return `${tabs}do {\n${printList(statement.body, depth + 1)}${tabs}} while (${printExpression(statement.condition)});\n`;
    case 'goto':
      return `${tabs}goto ${statement.label};\n`;
    case 'label':
      return `${statement.name}:\n`;
    case 'break':
    case 'continue':
      return `${tabs}${statement.kind};\n`;
    case 'return':
      return `${tabs}return${statement.value ? ` ${printExpression(statement.value)}` : ''};\n`;
  }
}

/** `a = a + b` is `a += b`. */
function printAssignment({ place, value }: Extract<Statement, { kind: 'assign' }>): string {
  const target = printExpression(place);
  if (value.kind === 'binary' && /^[+-]$/.test(value.operator) && printExpression(value.left) === target)
    return `${target} ${value.operator}= ${printExpression(value.right)}`;
  return `${target} = ${printExpression(value)}`;
}

function printIf(statement: Extract<Statement, { kind: 'if' }>, depth: number): string {
  const { condition, then, otherwise } = statement;
  const tabs = '\t'.repeat(depth);
  const head = `${tabs}if (${printExpression(condition)})`;
  if (!otherwise?.length) return head + printBody(then, depth);
  return `${head} {\n${printList(then, depth + 1)}${tabs}} else {\n${printList(otherwise, depth + 1)}${tabs}}\n`;
}

function printBody(body: readonly Statement[], depth: number): string {
  const [only] = body;
  if (!only) return ' {\n'.concat('\t'.repeat(depth), '}\n');
  const isSimple = body.length === 1 && !['if', 'for', 'while', 'do'].includes(only.kind);
  if (isSimple) return `\n${printStatement(only, depth + 1)}`;
  return ` {\n${printList(body, depth + 1)}${'\t'.repeat(depth)}}\n`;
}

/** @param strength of the operator around: weaker operators get parentheses. */
export function printExpression(expression: Expression, strength = 0): string {
  switch (expression.kind) {
    case 'constant':
      return expression.text;
    case 'null':
      return 'NULL';
    case 'variable':
    case 'function':
      return expression.name;
    case 'member':
      return `${expression.object}->${expression.member}`;
    case 'dereference':
      return `*${expression.pointer}`;
    case 'element':
      return `${printExpression(expression.array, 9)}[${printExpression(expression.index)}]`;
    case 'address':
      return `&${printExpression(expression.of, 8)}`;
    case 'decrement':
      return `${expression.name}--`;
    case 'unary':
      return `${expression.operator}${printExpression(expression.operand, 8)}`;
    case 'call':
      return `${expression.callee}(${expression.arguments.map(each => printExpression(each)).join(', ')})`;
    case 'binary': {
      const own = STRENGTH[expression.operator];
      const left = printExpression(expression.left, own);
      const right = printExpression(expression.right, own + 1);
      const text = `${left} ${expression.operator} ${right}`;
      return own < strength ? `(${text})` : text;
    }
  }
}
