import type { Program, Statement } from './ast.ts';
import { sitesOf } from './rewrite.ts';

/** Tries of a smaller program, after which the smallest so far must do. */
const TRY_LIMIT = 1_500;

/**
 * The smallest program that can be reached by leaving out statements while `isStillWrong` holds.
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

/** Every program with one statement less, or with what is inside a statement instead of it. */
function* smallerOnes(program: Program): Generator<Program> {
  if (program.functions.length > 1)
    for (let at = 0; at < program.functions.length - 1; at++)
      yield { ...program, functions: program.functions.toSpliced(at, 1) };
  for (const site of sitesOf(program)) {
    const { statement } = site;
    yield site.replace();
    for (const inner of insides(statement)) yield site.replace(...inner);
  }
  const root = program.functions.at(-1)!;
  for (let at = 0; at < root.parameters.length; at++) {
    const smaller = { ...root, parameters: root.parameters.toSpliced(at, 1) };
    yield { ...program, functions: [...program.functions.slice(0, -1), smaller] };
  }
}

function insides(statement: Statement): (readonly Statement[])[] {
  if (statement.kind === 'if') return [statement.then, statement.otherwise ?? []].filter(each => each.length > 0);
  return [];
}
