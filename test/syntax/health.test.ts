import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionsOf } from '../../server/src/syntax/health.ts';
import type { CParser } from '../../server/src/syntax/parser.ts';
import { createParser, FRAGMENTS } from './parse.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await createParser();
});
afterAll(() => parser.dispose());

const whole = (name: string): string => `static int *${name}(int a)\n{\n\treturn g(a);\n}\n\n`;

/** Name and health of every function. */
function health(text: string): [string, 'whole' | 'broken'][] {
  const parsed = parser.parse(text);
  const functions = functionsOf(parsed);
  parsed.dispose();
  return functions.map(each => [each.name, each.errors.length === 0 ? 'whole' : 'broken']);
}

describe('every function is listed with its health', () => {
  test('where nothing is wrong', () => {
    expect(health(`${whole('a')}int (*b(void))(int)\n{\n}\n${whole('c')}`)).toEqual([
      ['a', 'whole'],
      ['b', 'whole'],
      ['c', 'whole'],
    ]);
  });

  test('where one body holds what C does not know', () => {
    expect(health(`${whole('a')}int b(void)\n{\n\tx = = 1 @ 2;\n}\n${whole('c')}`)).toEqual([
      ['a', 'whole'],
      ['b', 'broken'],
      ['c', 'whole'],
    ]);
  });

  test('where the parser had to invent a token', () => {
    expect(health(`${whole('a')}int b(void)\n{\n\tx = 1\n}\n`)).toEqual([
      ['a', 'whole'],
      ['b', 'broken'],
    ]);
  });

  test('where the header is lost', () => {
    expect(health(`${whole('a')}struct x b = {\n\nint c(int d)\n{\n\tg();\n}\n`)).toContainEqual([
      'c',
      'broken',
    ]);
  });

  test('where a brace is missing', () => {
    const functions = health(`${whole('a')}int b(void)\n{\n\tif (x) {\n}\n\n${whole('c')}`);
    expect(functions).toContainEqual(['a', 'whole']);
    expect(functions).toContainEqual(['b', 'broken']);
    expect(functions.map(([name]) => name)).toContain('c');
  });

  test('where a brace too many cuts a function short', () => {
    expect(health(`${whole('a')}int b(void)\n{\n\tg();\n\t}\n\tput_page(p);\n}\n${whole('c')}`)).toEqual([
      ['a', 'whole'],
      ['b', 'broken'],
      ['c', 'whole'],
    ]);
  });

  test('with places in the original text', () => {
    const text = `${whole('a')}int b(void)\n{\n\tx = @;\n}\n`;
    const parsed = parser.parse(text);
    const [, broken] = functionsOf(parsed);
    parsed.dispose();
    expect(text.slice(broken!.span.start, broken!.span.end)).toMatch(/^int b.*}$/s);
    expect(text.slice(broken!.errors[0]!.span.start, broken!.errors[0]!.span.end)).toContain('@');
  });
});

test('any text has a health, in order and within the text', () => {
  const texts = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 25 }).map(parts => parts.join(''));
  fc.assert(
    fc.property(texts, text => {
      const parsed = parser.parse(text);
      const functions = functionsOf(parsed);
      parsed.dispose();
      const starts = functions.map(each => each.span.start);
      expect(starts).toEqual([...starts].sort((a, b) => a - b));
      for (const { span } of functions) {
        expect(span.start).toBeLessThan(span.end);
        expect(span.end).toBeLessThanOrEqual(text.length);
      }
    }),
    { numRuns: 300 },
  );
});
