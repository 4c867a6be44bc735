import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CParser, MAX_TEXT_LENGTH, ParseRefused } from '../../server/src/syntax/parser.ts';
import { createParser, FRAGMENTS } from './parse.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await createParser();
});
afterAll(() => parser.dispose());

const SOURCE = [
  'static int f(struct x *p)\n{\n\tlist_for_each_entry(p, q, r) {\n\t\tg(p);\n\t}\n\treturn 0;\n}\n',
  'SYSCALL_DEFINE1(take, int, a)\n{\n\treturn min_t(unsigned int, a, 3);\n}\n',
].join('\n');

interface Shape {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** Every node of a tree in order: two trees with equal lists are equal. */
function nodesOf(parsed: ReturnType<CParser['parse']>): Shape[] {
  const nodes: Shape[] = [];
  const cursor = parsed.root.walk();
  for (let more = true; more; ) {
    nodes.push({ type: cursor.nodeType, start: cursor.startIndex, end: cursor.endIndex });
    more = cursor.gotoFirstChild() || cursor.gotoNextSibling();
    while (!more && cursor.gotoParent()) more = cursor.gotoNextSibling();
  }
  cursor.delete();
  return nodes;
}

describe('an edit', () => {
  const editedAsFresh = (before: string, after: string): [Shape[], Shape[]] => {
    const edited = parser.parse(before);
    edited.edit(after);
    const fresh = parser.parse(after);
    expect([edited.text, edited.masked, edited.notes]).toEqual([after, fresh.masked, fresh.notes]);
    const both: [Shape[], Shape[]] = [nodesOf(edited), nodesOf(fresh)];
    edited.dispose();
    fresh.dispose();
    return both;
  };

  test('gives the tree that a fresh parse gives', () => {
    const names = fc.constantFrom(
      'a',
      'struct x',
      'b(c)',
      '1 + 2',
      'for_each_a(b) {}',
      '\n',
      '/* \u{1F4CC} */',
      '#if 0\n#endif\n',
    );
    const edits = fc.record({ at: fc.nat(SOURCE.length), removed: fc.nat(2), text: names });
    fc.assert(
      fc.property(edits, ({ at, removed, text }) => {
        const after = SOURCE.slice(0, at) + text + SOURCE.slice(at + removed);
        const isWhole = (nodes: Shape[]) =>
          nodes.every(node => node.type !== 'ERROR' && node.start < node.end);
        const [edited, fresh] = editedAsFresh(SOURCE, after);
        // Error recovery may choose differently from another start; text without errors has one tree.
        if (isWhole(fresh)) expect(edited).toEqual(fresh);
      }),
      { numRuns: 300 },
    );
  });

  test('that a macro spreads beyond the typed character is followed', () => {
    const [edited, fresh] = editedAsFresh(SOURCE, SOURCE.replace('list_for', 'list_or'));
    expect(edited).toEqual(fresh);
  });

  test('that brings nothing new leaves the tree as it is', () => {
    const [edited, fresh] = editedAsFresh(SOURCE, SOURCE);
    expect(edited).toEqual(fresh);
  });
});

describe('limits', () => {
  test('a text that is too long is refused with the reason', () => {
    const text = ' '.repeat(MAX_TEXT_LENGTH + 1);
    expect(() => parser.parse(text)).toThrow(ParseRefused);
    expect(() => parser.parse(text)).toThrow('longer than 4 MB');
  });

  test('a parse that takes too long is refused, and the next one is not disturbed', () => {
    expect(() => parser.parse(SOURCE.repeat(500), { timeLimit: -1 })).toThrow('longer than -1 ms');
    const parsed = parser.parse(SOURCE);
    expect(parsed.root.hasError).toBe(false);
    parsed.dispose();
  });

  test('a refused edit leaves the file as it was', () => {
    const parsed = parser.parse(SOURCE);
    const before = nodesOf(parsed);
    expect(() => parsed.edit(' '.repeat(MAX_TEXT_LENGTH + 1))).toThrow(ParseRefused);
    expect(parsed.text).toBe(SOURCE);
    expect(nodesOf(parsed)).toEqual(before);
    parsed.dispose();
  });
});

test('any text gets a tree that covers it', () => {
  const texts = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 20 }).map(parts => parts.join(''));
  fc.assert(
    fc.property(texts, text => {
      const parsed = parser.parse(text);
      expect(parsed.root.endIndex).toBeLessThanOrEqual(text.length);
      expect(parsed.root.type).toMatch(/translation_unit|ERROR/);
      parsed.dispose();
    }),
    { numRuns: 200 },
  );
});
