import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Node } from 'web-tree-sitter';
import type { CParser } from '../../server/src/syntax/parser.ts';
import { createParser } from './parse.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await createParser();
});
afterAll(() => parser.dispose());

/** The functions of a text as the parser sees them, by name. */
function functionsOf(text: string, isWanted?: (word: string) => boolean): Map<string, string> {
  const parsed = parser.parse(text, { isWanted });
  const found = new Map<string, string>();
  for (const node of parsed.root.namedChildren)
    if (node?.type === 'function_definition') found.set(nameOf(node), `${node.startIndex} ${node}`);
  expect(parsed.root.hasError).toBe(false);
  parsed.dispose();
  return found;
}

const nameOf = (definition: Node): string =>
  definition.childForFieldName('declarator')!.childForFieldName('declarator')!.text;

const isPin = (word: string): boolean => word === 'pin';

/** Functions f0, f1, … of which each calls what it is given. */
const textOf = (calls: readonly (readonly string[])[]): string =>
  calls
    .map(
      (names, at) =>
        `/* ${at} */\nstatic int f${at}(struct a *b)\n{\n\tif (b) {\n${bodyOf(names)}\t}\n\treturn 0;\n}\n`,
    )
    .join('\nstruct t { int a; };\n#define M(x) { x }\n');

const bodyOf = (names: readonly string[]): string => names.map(name => `\t\t${name}(b, "}");\n`).join('');

describe('a text that is parsed for some words', () => {
  test('keeps every function at its place', () => {
    const text = textOf([['pin'], ['g'], []]);
    const [all, some] = [functionsOf(text), functionsOf(text, isPin)];
    expect([...some.keys()]).toEqual([...all.keys()]);
    expect(some.get('f0')).toBe(all.get('f0'));
    expect(some.get('f1')).not.toBe(all.get('f1'));
    expect(some.get('f1')).toContain('body: (compound_statement)');
  });

  test('keeps callers and callees whole', () => {
    // f0 calls f1, which pins and calls f2; f3 calls nothing of that; f4 is called by f0 only.
    const text = textOf([['f1', 'f4'], ['pin', 'f2'], ['g'], ['g'], ['h']]);
    const [all, some] = [functionsOf(text), functionsOf(text, isPin)];
    const whole = [...all.keys()].filter(name => all.get(name) === some.get(name));
    expect(whole).toEqual(['f0', 'f1', 'f2', 'f4']);
  });

  test('keeps all that leads to a wanted word, whoever calls whom', () => {
    const names = fc.constantFrom('f0', 'f1', 'f2', 'f3', 'f4', 'g', 'pin');
    fc.assert(
      fc.property(fc.array(fc.array(names, { maxLength: 2 }), { minLength: 1, maxLength: 5 }), calls => {
        const text = textOf(calls);
        const [all, some] = [functionsOf(text), functionsOf(text, isPin)];
        const leads = new Set<string>();
        for (let before = -1; before < leads.size; ) {
          before = leads.size;
          calls.forEach((called, at) => {
            if (called.some(name => name === 'pin' || leads.has(name))) leads.add(`f${at}`);
          });
        }
        for (const name of leads) expect(some.get(name)).toBe(all.get(name));
      }),
      { numRuns: 60 },
    );
  });

  test('leaves out nothing of a definition that is not closed', () => {
    const text = 'int f(void)\n{\n\tg();\n';
    const parsed = parser.parse(text, { isWanted: isPin });
    expect(parsed.root.descendantsOfType('call_expression')).toHaveLength(1);
    parsed.dispose();
  });
});
