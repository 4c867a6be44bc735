import { callsOf, type FunctionModel, type Program } from '../program/model.ts';
import { STATUS_MEMBER } from '../semantics/completions.ts';
import type { EffectTable } from '../semantics/table.ts';
import type { Context } from './context.ts';
import { structOfMember } from './memberKeys.ts';
import type { Place } from './places.ts';

/**
 * Whether others may write a member while the I/O is under way: functions of the file do, or it says in a struct of other
 * files how the I/O has ended.
 */
export function mayBeWritten({ program, table }: Context, { key, owner }: Place, before: number): boolean {
  const member = /\.(\w+)$/.exec(key)?.[1];
  if (member === undefined) return false;
  if (writtenElsewhere(program, table).has(owner ?? member)) return true;
  return STATUS_MEMBER.test(member) && !isOwnStruct(program, owner, before);
}

/** Whether `struct foo::bar` is a member of a struct that the file defines before an offset. */
export const isOwnStruct = (program: Program, owner: string | undefined, before: number): boolean =>
  owner !== undefined && isDefinedBefore(program, structOfMember(owner), before);

const definitions = new WeakMap<Program, Map<string, number>>();

/** Whether the text defines a struct, by its tag (`struct foo`), before an offset. */
export function isDefinedBefore(program: Program, tag: string, before: number): boolean {
  const known = definitions.get(program) ?? new Map<string, number>();
  definitions.set(program, known);
  if (!known.has(tag)) known.set(tag, program.text.search(new RegExp(`\\b${tag}\\s*\\{`)));
  const at = known.get(tag)!;
  return at >= 0 && at < before;
}

const elsewhere = new WeakMap<Program, ReadonlySet<string>>();

/**
 * Members that functions give values to in which no page is taken, as they may run while the I/O is under way: by their
 * names alone, and with the struct.
 */
function writtenElsewhere(program: Program, table: EffectTable): ReadonlySet<string> {
  const known = elsewhere.get(program);
  if (known) return known;
  const names = new Set<string>();
  for (const model of program.functions.values())
    if (!takesPages(program, table, model))
      for (const block of model.blocks)
        for (const each of block.instructions)
          if (each.kind === 'assign' && each.place.kind === 'member') {
            const { member, object } = each.place;
            names.add(member);
            if (object.type.kind === 'struct') names.add(`${object.type.tag}::${member}`);
          }
  elsewhere.set(program, names);
  return names;
}

/** The function and all that it calls in its file. */
export function closureOf(program: Program, model: FunctionModel): ReadonlySet<string> {
  const seen = new Set([model.name]);
  for (const name of seen) {
    const known = program.functions.get(name);
    for (const { callee } of known ? callsOf(known) : [])
      if (callee !== undefined && program.functions.has(callee)) seen.add(callee);
  }
  return seen;
}

/** Whether a function takes pages, itself or by what it calls, or is called by such a function only. */
export function takesPages(
  program: Program,
  table: EffectTable,
  model: FunctionModel,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  if (seen.has(model.name)) return false;
  const below = [...closureOf(program, model)].flatMap(name => callsOf(program.functions.get(name)!));
  const effects = below.flatMap(({ callee }) => (callee && table.row(callee)?.effects) || []);
  if (effects.some(({ kind }) => kind === 'acquire')) return true;
  const callers = program.callers.get(model.name) ?? [];
  const isCalled = callers.length > 0 && !program.references.some(each => each.function === model.name);
  return (
    isCalled &&
    callers.every(name => {
      const caller = program.functions.get(name);
      return caller && takesPages(program, table, caller, new Set([...seen, model.name]));
    })
  );
}
