import {
  binary,
  type Call,
  call,
  constant,
  type Expression,
  type FunctionDefinition,
  give,
  number,
  type Operator,
  type Program,
  type Statement,
  variable,
  when,
} from './ast.ts';
import type { Random } from './random.ts';
import { expressionsOf, isWellFormed, mapExpressions, type Site, sitesOf } from './rewrite.ts';

/** Functions that are mistaken for each other; they take the same arguments. */
const SIBLINGS: Readonly<Record<string, readonly string[]>> = {
  put_page: ['unpin_user_page', '__free_page'],
  unpin_user_page: ['put_page'],
  unpin_user_pages: ['release_pages'],
  unpin_user_pages_dirty_lock: ['release_pages'],
  release_pages: ['unpin_user_pages'],
  kfree: ['kvfree'],
  kvfree: ['kfree'],
  pin_user_pages_fast: ['get_user_pages_fast'],
  get_user_pages_fast: ['pin_user_pages_fast'],
};

const COUNTED = ['unpin_user_pages', 'unpin_user_pages_dirty_lock', 'release_pages', 'drop_pin', 'drop_get'];

const COMPARISONS: readonly Operator[] = ['<', '<=', '>', '>=', '==', '!='];

/** A change that a tired author might make; undefined where the program has no place for it. */
type Mutation = (program: Program, random: Random) => Program | undefined;

/** Changes one of the statements that are fit for it. */
function atOne(
  program: Program,
  random: Random,
  isFit: (site: Site) => boolean,
  change: (site: Site) => Program | undefined,
): Program | undefined {
  const sites = sitesOf(program).filter(isFit);
  return sites.length === 0 ? undefined : change(random.pick(sites));
}

/** Changes one of the expressions that are fit for it. */
function atOneExpression(
  program: Program,
  random: Random,
  isFit: (expression: Expression) => boolean,
  change: (expression: Expression) => Expression,
): Program | undefined {
  return atOne(
    program,
    random,
    site => expressionsOf(site.statement).some(isFit),
    site => {
      const chosen = random.pick(expressionsOf(site.statement).filter(isFit));
      return site.replace(mapExpressions(site.statement, each => (each === chosen ? change(each) : each)));
    },
  );
}

const isCallTo =
  (names: readonly string[]) =>
  (expression: Expression): boolean =>
    expression.kind === 'call' && names.includes(expression.callee);

const isComparison = (expression: Expression): expression is Extract<Expression, { kind: 'binary' }> =>
  expression.kind === 'binary' && COMPARISONS.includes(expression.operator);

const forget: Mutation = (program, random) =>
  atOne(
    program,
    random,
    ({ statement }) => ['evaluate', 'for', 'while', 'do', 'goto', 'assign'].includes(statement.kind),
    site => {
      const changed = site.replace();
      return isIndexSet(site) ? { ...changed, features: [...changed.features, 'forgets:index'] } : changed;
    },
  );

/** Without it the index still has a number from an earlier loop, of other pages. */
const isIndexSet = ({ statement }: Site): boolean =>
  statement.kind === 'assign' && statement.place.kind === 'variable' && /^i\d*$/.test(statement.place.name);

const forgetTest: Mutation = (program, random) =>
  atOne(
    program,
    random,
    ({ statement }) => statement.kind === 'if',
    site => site.replace(),
  );

/** The same call of another function; only one of them is told whether to mark the pages. */
const sibling = (call: Call, callee: string): Call => ({
  ...call,
  callee,
  arguments: callee === 'release_pages' ? call.arguments.slice(0, 2) : call.arguments,
});

const releaseWrongly: Mutation = (program, random) =>
  atOneExpression(program, random, isCallTo(Object.keys(SIBLINGS)), expression =>
    expression.kind === 'call' ? sibling(expression, random.pick(SIBLINGS[expression.callee]!)) : expression,
  );

const releaseTwice: Mutation = (program, random) =>
  atOne(
    program,
    random,
    ({ statement }) =>
      expressionsOf(statement).some(isCallTo(Object.keys(SIBLINGS))) && statement.kind === 'evaluate',
    site => site.replace(site.statement, structuredClone(site.statement)),
  );

/** A count that somebody may have meant instead: one more, one less, one alone, or how many were asked for. */
function otherCount(
  { features }: Program,
  model: FunctionDefinition,
  count: Expression,
  random: Random,
): Expression {
  // What another acquisition asks for is another matter: nothing relates the two numbers.
  const isOnly =
    model.isStatic || (features.includes('acquisitions:1') && !/single|flag|extract/.test(features.join()));
  const asked = model.parameters
    .filter(each => isOnly && /^(nr|nr_pages|count)$/.test(each.name))
    .map(each => variable(each.name));
  // A helper is judged for all that it might be told, also where its callers say less.
  const one = model.isStatic || count.kind === 'binary' ? [] : [number(1)];
  return random.pick([binary(count, '+', number(1)), binary(count, '-', number(1)), ...one, ...asked]);
}

/** Two mistakes in one number are one. */
const isCountedWrongly = ({ features }: Program): boolean => features.includes('mutation:countWrongly');

const countWrongly: Mutation = (program, random) =>
  atOne(
    program,
    random,
    ({ statement }) => expressionsOf(statement).some(isCallTo(COUNTED)) && !isCountedWrongly(program),
    site => {
      const model = program.functions[site.function]!;
      const change = (each: Expression): Expression =>
        each.kind === 'call' && COUNTED.includes(each.callee)
          ? {
              ...each,
              arguments: each.arguments.map((argument, at) =>
                at === 1 ? otherCount(program, model, argument, random) : argument,
              ),
            }
          : each;
      return site.replace(mapExpressions(site.statement, change));
    },
  );

const stayClean: Mutation = (program, random) =>
  atOneExpression(program, random, isCallTo(['unpin_user_pages_dirty_lock']), expression =>
    expression.kind === 'call'
      ? { ...expression, callee: 'unpin_user_pages', arguments: expression.arguments.slice(0, 2) }
      : expression,
  );

const compareWrongly: Mutation = (program, random) =>
  atOneExpression(program, random, isComparison, expression =>
    isComparison(expression)
      ? { ...expression, operator: random.pick(COMPARISONS.filter(each => each !== expression.operator)) }
      : expression,
  );

const leaveEarly: Mutation = (program, random) =>
  atOne(
    program,
    random,
    site => site.function === program.functions.length - 1 && site.statement.kind !== 'declare',
    site => site.replace(when(call('prepare_device'), [give(constant('-EIO', -5))]), site.statement),
  );

const jumpWrongly: Mutation = (program, random) => {
  const labels = sitesOf(program).flatMap(({ statement }) =>
    statement.kind === 'label' ? [statement.name] : [],
  );
  return atOne(
    program,
    random,
    ({ statement }) => statement.kind === 'goto',
    site => {
      const target = random.pick([...labels, '']);
      return site.replace(target ? { kind: 'goto', label: target } : give(constant('-EFAULT', -14)));
    },
  );
};

const unguard: Mutation = (program, random) =>
  atOne(
    program,
    random,
    ({ statement }) => statement.kind === 'if',
    site => (site.statement.kind === 'if' ? site.replace(...site.statement.then) : undefined),
  );

const startLate: Mutation = (program, random) =>
  atOne(
    program,
    random,
    ({ statement }) => statement.kind === 'for' && statement.step === 'up',
    site =>
      site.statement.kind === 'for' ? site.replace({ ...site.statement, from: number(1) }) : undefined,
  );

/** The number of the turn in which a loop is left, or where a call fails. */
const LAST_TURNS = [1, 2, 2, undefined] as const;

const stopEarly: Mutation = (program, random) =>
  atOne(
    program,
    random,
    ({ statement }) => statement.kind === 'for',
    site => {
      const { statement } = site;
      if (statement.kind !== 'for') return undefined;
      const turn = random.pick(LAST_TURNS);
      const isLast =
        turn === undefined ? call('prepare_device') : binary(variable(statement.name), '==', number(turn));
      const leave: Statement = when(isLast, [random.pick<Statement>([{ kind: 'break' }, give(number(0))])]);
      return site.replace({ ...statement, body: [leave, ...statement.body] });
    },
  );

const unsigned: Mutation = (program, random) =>
  atOne(
    program,
    random,
    // What holds an error code is not taken for a number of pages.
    ({ statement }) =>
      statement.kind === 'declare' && statement.type === 'int' && !/^(err|ret)/.test(statement.name),
    site =>
      site.statement.kind === 'declare'
        ? site.replace({ ...site.statement, type: 'unsigned int' })
        : undefined,
  );

/** All changes by name. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  forget,
  forgetTest,
  releaseWrongly,
  releaseTwice,
  countWrongly,
  stayClean,
  compareWrongly,
  leaveEarly,
  jumpWrongly,
  unguard,
  startLate,
  stopEarly,
  unsigned,
};

/** @returns the program with one change more; the same where none of those tried has a place. */
export function mutate(program: Program, random: Random, names: readonly string[]): Program {
  for (let tries = 0; tries < 4; tries++) {
    const name = random.pick(names);
    const changed = MUTATIONS[name]!(program, random);
    // A change may leave a helper without a caller, or a goto without its label.
    if (changed && isWellFormed(changed))
      return { ...changed, features: [...changed.features, `mutation:${name}`] };
  }
  return program;
}
