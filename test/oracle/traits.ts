import type { Program, Statement } from './ast.ts';
import { expressionsOf, isLoop, sitesOf } from './rewrite.ts';

/** What a program is made of, as names to count: statements, calls, functions, size and nesting. */
export function traitsOf(program: Program): Set<string> {
  const traits = new Set<string>(program.features);
  const sites = sitesOf(program);
  for (const { statement } of sites) {
    traits.add(`statement:${statement.kind}`);
    for (const each of expressionsOf(statement)) {
      if (each.kind === 'call') traits.add(`calls:${each.callee}`);
      else if (each.kind === 'member' || each.kind === 'dereference') traits.add(`place:${each.kind}`);
    }
  }
  traits.add(`functions:${program.functions.length}`);
  traits.add(`depth:${Math.max(...program.functions.map(({ body }) => depthOf(body)))}`);
  traits.add(`size:${sizeOf(sites.length)}`);
  return traits;
}

/** Statements, in steps of ten. */
function sizeOf(statements: number): string {
  const tens = Math.floor(statements / 10);
  return `${String(tens * 10).padStart(3, '0')}+`;
}

function depthOf(list: readonly Statement[]): number {
  return Math.max(0, ...list.map(statement => 1 + depthOf(insidesOf(statement))));
}

function insidesOf(statement: Statement): readonly Statement[] {
  if (statement.kind === 'if') return [...statement.then, ...(statement.otherwise ?? [])];
  return isLoop(statement) ? statement.body : [];
}

const ACQUIRES = /^(get|pin)_user_pages_fast$|^iov_iter_(get|extract)_pages/;

/** Features that a program has only when it is whole. */
export function lateFeatures({ functions }: Program): string[] {
  const found: string[] = [];
  const callees = new Map(functions.map(({ name, body }) => [name, calleesIn(body)]));
  const root = functions.at(-1)!.name;
  const below = [...callees.get(root)!];
  const acquires = (name: string): boolean =>
    [...(callees.get(name) ?? [])].some(each => ACQUIRES.test(each));
  if (!below.some(name => ACQUIRES.test(name) || acquires(name))) found.push('acquires:two calls down');
  return found;
}

function calleesIn(list: readonly Statement[]): Set<string> {
  const names = new Set<string>();
  for (const statement of list) {
    for (const each of expressionsOf(statement)) if (each.kind === 'call') names.add(each.callee);
    for (const name of calleesIn(insidesOf(statement))) names.add(name);
  }
  return names;
}
