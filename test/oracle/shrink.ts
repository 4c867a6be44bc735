import type { Expression, FunctionDefinition, Program, Statement } from './ast.ts';
import { expressionsOf, isLoop, sitesOf } from './rewrite.ts';

/** Tries of a smaller program, after which the smallest so far must do. */
const TRY_LIMIT = 1_500;

/**
 * The smallest program that can be reached by leaving things out while `isStillWrong` holds.
 * @param isStillWrong also says no to programs without meaning.
 */
export function shrink(program: Program, isStillWrong: (program: Program) => boolean): Program {
  let smallest = program;
  let tries = 0;
  for (let progress = true; progress && tries < TRY_LIMIT; ) {
    progress = false;
    for (const candidate of smallerOnes(smallest)) {
      if (++tries > TRY_LIMIT) break;
      if (!isStillWrong(candidate)) continue;
      smallest = candidate;
      progress = true;
      break;
    }
  }
  return smallest;
}

/** Large parts first: all about a variable, a helper, then single statements. */
function* smallerOnes(program: Program): Generator<Program> {
  const root = program.functions.at(-1)!;
  const withRoot = (changed: FunctionDefinition): Program => ({
    ...program,
    functions: [...program.functions.slice(0, -1), changed],
  });
  for (const name of namesOf(root)) yield withoutIdleHelpers(withRoot(withoutName(root, name)));
  for (const site of sitesOf(program)) {
    yield withoutIdleHelpers(site.replace());
    for (const inner of insides(site.statement)) yield withoutIdleHelpers(site.replace(...inner));
  }
  for (let at = 0; at < root.parameters.length; at++)
    yield withRoot({ ...root, parameters: root.parameters.toSpliced(at, 1) });
}

function insides(statement: Statement): (readonly Statement[])[] {
  if (statement.kind !== 'if') return [];
  return [statement.then, statement.otherwise ?? []].filter(each => each.length > 0);
}

function namesOf({ parameters, body }: FunctionDefinition): string[] {
  const declared = body.flatMap(each => (each.kind === 'declare' ? [each.name] : []));
  return [...parameters.map(each => each.name), ...declared];
}

/** Without a variable, the statements that speak of it, and the variables that are then never set. */
function withoutName(model: FunctionDefinition, name: string): FunctionDefinition {
  const gone = new Set([name]);
  let { body } = model;
  for (let before = 0; before !== gone.size; ) {
    before = gone.size;
    const kept = withoutMentions(body, gone);
    const set = assignedIn(kept);
    for (const each of assignedIn(body)) if (!set.has(each)) gone.add(each);
    body = kept;
  }
  const parameters = model.parameters.filter(each => !gone.has(each.name));
  return { ...model, parameters, body };
}

function withoutMentions(list: readonly Statement[], gone: ReadonlySet<string>): Statement[] {
  return list.flatMap<Statement>(statement => {
    if ((statement.kind === 'declare' || statement.kind === 'for') && gone.has(statement.name)) return [];
    if (expressionsOf(statement).some(each => gone.has(nameOf(each)))) return [];
    if (statement.kind === 'if') {
      const then = withoutMentions(statement.then, gone);
      const otherwise = withoutMentions(statement.otherwise ?? [], gone);
      return then.length + otherwise.length > 0 ? [{ ...statement, then, otherwise }] : [];
    }
    if (!isLoop(statement)) return [statement];
    const body = withoutMentions(statement.body, gone);
    return body.length > 0 ? [{ ...statement, body }] : [];
  });
}

function nameOf(expression: Expression): string {
  if (expression.kind === 'member') return expression.object;
  if (expression.kind === 'dereference') return expression.pointer;
  return expression.kind === 'variable' || expression.kind === 'decrement' ? expression.name : '';
}

/** Variables that get a value somewhere: by assignment, or by a call that is given their address. */
function assignedIn(list: readonly Statement[]): Set<string> {
  const names = new Set<string>();
  for (const statement of list) {
    if (statement.kind === 'assign' && statement.place.kind === 'variable') names.add(statement.place.name);
    if (statement.kind === 'for') names.add(statement.name);
    for (const each of expressionsOf(statement)) if (each.kind === 'address') names.add(nameOf(each.of));
    const inner =
      statement.kind === 'if'
        ? [...statement.then, ...(statement.otherwise ?? [])]
        : isLoop(statement)
          ? statement.body
          : [];
    for (const name of assignedIn(inner)) names.add(name);
  }
  return names;
}

/** Helpers that nobody calls any more go. */
function withoutIdleHelpers(program: Program): Program {
  const called = new Set<string>();
  for (const { statement } of sitesOf(program))
    for (const each of expressionsOf(statement)) {
      if (each.kind === 'call') called.add(each.callee);
      if (each.kind === 'function') called.add(each.name);
    }
  const root = program.functions.at(-1);
  const functions = program.functions.filter(each => each === root || called.has(each.name));
  return { ...program, functions };
}
