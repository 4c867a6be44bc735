import type { Span } from '../base/text.ts';
import type { Sheet } from './sheet.ts';

/** The inside of a function's braces, with the words of the whole definition. */
interface Body extends Span {
  readonly name: string;
  readonly words: ReadonlySet<string>;
}

/**
 * The insides of the functions that have nothing to do with what is looked for: they name none of it, and no chain of
 * names leads from them to a function that does, or back. Parsing costs more than all else that is done for most files,
 * and such a body tells nothing.
 * @param text the masked text of the sheet.
 * @param isWanted whether a word makes the function it stands in worth parsing.
 */
export function unrelatedBodies(sheet: Sheet, text: string, isWanted: (word: string) => boolean): Span[] {
  const bodies = bodiesOf(sheet, text);
  const names = new Set(bodies.map(body => body.name));
  const callers = new Map<string, string[]>();
  const callees = new Map<string, string[]>();
  const related = new Set<string>();
  for (const { name, words } of bodies)
    for (const word of words) {
      if (isWanted(word)) related.add(name);
      if (word === name || !names.has(word)) continue;
      push(callers, word, name);
      push(callees, name, word);
    }
  // A set that grows while it is gone through is gone through to its end.
  for (const name of related) for (const caller of callers.get(name) ?? []) related.add(caller);
  for (const name of related) for (const callee of callees.get(name) ?? []) related.add(callee);
  return bodies.filter(({ name }) => !related.has(name));
}

function push(lists: Map<string, string[]>, key: string, added: string): void {
  const list = lists.get(key);
  if (list) list.push(added);
  else lists.set(key, [added]);
}

function bodiesOf(sheet: Sheet, text: string): Body[] {
  const { tokens, brackets } = sheet;
  const bodies: Body[] = [];
  /** Where the item begins that the next body belongs to. */
  let itemStart = 0;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    const closing = token.text === '{' && brackets.room[index] === 'file' ? brackets.partner[index]! : -1;
    if (closing > index) {
      const opening = sheet.text(index - 1) === ')' ? brackets.partner[index - 1]! : -1;
      const name = opening > 0 ? tokens[opening - 1]! : undefined;
      const last = tokens[closing]!;
      if (name?.kind === 'word')
        bodies.push({
          name: name.text,
          words: new Set(text.slice(itemStart, last.end).match(/[A-Za-z_]\w*/g)),
          start: token.end,
          end: last.start,
        });
      index = closing;
      itemStart = last.end;
    } else if (token.text === ';' || token.kind === 'directive') itemStart = token.end;
  }
  return bodies;
}
