import type { Expression, Place, Program, Statement } from './ast.ts';

/** A place in a program where statements stand. */
export interface Site {
  readonly statement: Statement;
  /** Index of the function in the program. */
  readonly function: number;
  /** The program with other statements in this one's place. */
  replace(...statements: readonly Statement[]): Program;
}

export type Loop = Extract<Statement, { kind: 'for' | 'while' | 'do' }>;

export const isLoop = (statement: Statement): statement is Loop =>
  statement.kind === 'for' || statement.kind === 'while' || statement.kind === 'do';

/** Every statement of a program, outer ones first. */
export function sitesOf(program: Program): Site[] {
  return program.functions.flatMap((model, index) => {
    const rebuild = (body: readonly Statement[]): Program => ({
      ...program,
      functions: program.functions.map((each, at) => (at === index ? { ...each, body } : each)),
    });
    return sitesIn(model.body, index, rebuild);
  });
}

function sitesIn(
  list: readonly Statement[],
  index: number,
  rebuild: (list: readonly Statement[]) => Program,
): Site[] {
  return list.flatMap((statement, at) => {
    const replace = (...statements: readonly Statement[]): Program =>
      rebuild([...list.slice(0, at), ...statements, ...list.slice(at + 1)]);
    const inner: Site[] = [];
    if (statement.kind === 'if') {
      inner.push(...sitesIn(statement.then, index, then => replace({ ...statement, then })));
      inner.push(
        ...sitesIn(statement.otherwise ?? [], index, otherwise => replace({ ...statement, otherwise })),
      );
    } else if (isLoop(statement))
      inner.push(...sitesIn(statement.body, index, body => replace({ ...statement, body })));
    return [{ statement, function: index, replace }, ...inner];
  });
}

/** The statement with its own expressions changed; statements inside it stay. */
export function mapExpressions(statement: Statement, change: (e: Expression) => Expression): Statement {
  const again = (expression: Expression): Expression => mapExpression(expression, change);
  switch (statement.kind) {
    case 'declare':
    case 'return':
      return statement.value ? { ...statement, value: again(statement.value) } : statement;
    case 'assign':
      return { ...statement, place: again(statement.place) as Place, value: again(statement.value) };
    case 'evaluate': {
      const call = again(statement.call);
      return call.kind === 'call' ? { ...statement, call } : statement;
    }
    case 'if':
    case 'while':
    case 'do':
      return { ...statement, condition: again(statement.condition) };
    case 'for': {
      const { from, condition, step } = statement;
      const next = typeof step === 'string' ? step : again(step);
      return { ...statement, from: again(from), condition: again(condition), step: next };
    }
    default:
      return statement;
  }
}

/** Outer expressions are changed first, then what is inside the result. */
function mapExpression(expression: Expression, change: (e: Expression) => Expression): Expression {
  const changed = change(expression);
  const again = (inner: Expression): Expression => mapExpression(inner, change);
  switch (changed.kind) {
    case 'call':
      return { ...changed, arguments: changed.arguments.map(again) };
    case 'unary':
      return { ...changed, operand: again(changed.operand) };
    case 'binary':
      return { ...changed, left: again(changed.left), right: again(changed.right) };
    case 'element':
      return { ...changed, array: again(changed.array), index: again(changed.index) };
    case 'address':
      return { ...changed, of: again(changed.of) as Place };
    default:
      return changed;
  }
}

/** Whether it could be somebody's C: names are declared, labels are there, nothing is empty, every helper is called. */
export function isWellFormed(program: Program): boolean {
  const sites = sitesOf(program);
  const called = new Set<string>();
  const isFine = program.functions.every((model, index) => {
    const statements = sites.filter(site => site.function === index).map(site => site.statement);
    const names = new Set(model.parameters.map(parameter => parameter.name));
    const labels = new Set<string>();
    for (const statement of statements) {
      if (statement.kind === 'declare') names.add(statement.name);
      if (statement.kind === 'label') labels.add(statement.name);
    }
    if (statements.every(statement => statement.kind === 'declare')) return false;
    if (leavesNoLoop(model.body)) return false;
    return statements.every(statement => {
      if (isEmpty(statement)) return false;
      if (statement.kind === 'goto') return labels.has(statement.label);
      if (statement.kind === 'for' && !names.has(statement.name)) return false;
      if (statement.kind === 'declare' && statement.type === 'struct kvec' && !names.has('buf')) return false;
      return expressionsOf(statement).every(expression => {
        if (expression.kind === 'call') called.add(expression.callee);
        if (expression.kind === 'function') called.add(expression.name);
        if (expression.kind === 'member') return names.has(expression.object);
        if (expression.kind === 'dereference') return names.has(expression.pointer);
        return !['variable', 'decrement'].includes(expression.kind) || names.has(nameOf(expression));
      });
    });
  });
  return isFine && program.functions.slice(0, -1).every(helper => called.has(helper.name));
}

/** Whether a break or continue stands outside of loops. */
function leavesNoLoop(list: readonly Statement[]): boolean {
  return list.some(statement => {
    if (statement.kind === 'if')
      return leavesNoLoop(statement.then) || leavesNoLoop(statement.otherwise ?? []);
    return statement.kind === 'break' || statement.kind === 'continue';
  });
}

function isEmpty(statement: Statement): boolean {
  if (statement.kind === 'if') return statement.then.length === 0;
  return isLoop(statement) && statement.body.length === 0;
}

function nameOf(expression: Expression): string {
  return 'name' in expression ? expression.name : '';
}

/** The expressions a statement has itself, outer ones first. */
export function expressionsOf(statement: Statement): Expression[] {
  const found: Expression[] = [];
  mapExpressions(statement, expression => {
    found.push(expression);
    return expression;
  });
  return found;
}
