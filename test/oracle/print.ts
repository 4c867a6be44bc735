import type { Expression, FunctionDefinition, Operator, Program, Statement, Type } from './ast.ts';

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

const REQUEST = 'struct request {\n\tstruct page **pages;\n\tstruct page *page;\n\tint nr;\n};\n';

/** The program as C text in the kernel's style. */
export function print(program: Program): string {
  const functions = program.functions.map(printFunction);
  const usesRequest = functions.some(text => text.includes('struct request *'));
  return [...(usesRequest ? [REQUEST] : []), ...functions].join('\n');
}

function printFunction({ name, isStatic, returns, parameters, body }: FunctionDefinition): string {
  const list = parameters.map(parameter => declarator(parameter.type, parameter.name)).join(', ');
  const head = `${isStatic ? 'static ' : ''}${returns} ${name}(${list || 'void'})`;
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
      return `${tabs}${printExpression(statement.place)} = ${printExpression(statement.value)};\n`;
    case 'evaluate':
      return `${tabs}${printExpression(statement.call)};\n`;
    case 'if':
      return printIf(statement, depth);
    case 'for': {
      const { name, from, condition, body } = statement;
      const head = `for (${name} = ${printExpression(from)}; ${printExpression(condition)}; ${name}++)`;
      return `${tabs}${head}${printBody(body, depth)}`;
    }
    case 'while':
      return `${tabs}while (${printExpression(statement.condition)})${printBody(statement.body, depth)}`;
    case 'goto':
      return `${tabs}goto ${statement.label};\n`;
    case 'label':
      return `${statement.name}:\n`;
    case 'break':
      return `${tabs}break;\n`;
    case 'return':
      return `${tabs}return${statement.value ? ` ${printExpression(statement.value)}` : ''};\n`;
  }
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
  const isSimple = body.length === 1 && !['if', 'for', 'while'].includes(only.kind);
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
      return expression.name;
    case 'member':
      return `${expression.object}->${expression.member}`;
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
