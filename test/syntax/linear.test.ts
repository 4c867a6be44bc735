import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { indexHeader } from '../../server/src/syntax/headers.ts';
import { mask } from '../../server/src/syntax/mask.ts';
import { type CParser, ParseRefused } from '../../server/src/syntax/parser.ts';
import { indexSource } from '../../server/src/syntax/sources.ts';
import { createParser } from './parse.ts';

/** Milliseconds of the fastest of five runs. */
function fastest(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5; run++) {
    const began = performance.now();
    work();
    best = Math.min(best, performance.now() - began);
  }
  return best;
}

const SHAPES: readonly [string, (n: number) => string][] = [
  ['open parentheses', n => '('.repeat(n)],
  ['parentheses then braces', n => '('.repeat(n) + '}'.repeat(n)],
  ['braces crossed with parentheses', n => '{('.repeat(n) + '})'.repeat(n)],
  ['nested calls', n => `int f(void)\n{\n${'g(a, '.repeat(n)}b${')'.repeat(n)};\n}\n`],
  ['nested typeof', n => `int f(void)\n{\n${'typeof(a '.repeat(n)}b${')'.repeat(n)};\n}\n`],
  ['nested structures', n => 'struct s {\n'.repeat(n) + '};\n'.repeat(n)],
  ['iterations never closed', n => `int f(void)\n{\n${'for_each_a(b) {\n'.repeat(n)}`],
  ['macros without end', n => 'FOO(a) = '.repeat(n)],
  ['macros in a row', n => 'FOO(a)\n'.repeat(n)],
  ['declarations without end', n => 'static DEFINE_A(b) = {\n'.repeat(n)],
  ['cases without colon', n => `int f(void)\n{\n${'case 1 ... 2 '.repeat(n)}`],
  ['annotations never closed', n => '__must_hold('.repeat(n)],
  ['open conditionals', n => '#if 1\nint a;\n'.repeat(n)],
  ['conditions never closed', n => `#if ${'!('.repeat(n)}\n`],
  ['open comments', n => '/* '.repeat(n)],
  ['open strings', n => '"a\\\n'.repeat(n)],
  ['assembly never closed', n => 'asm (M '.repeat(n)],
  ['member groups', n => `struct s {\n${'struct_group(a, int b; '.repeat(n)}`],
];

/** What only the readers of headers and of other source files could stumble over, which do not parse. */
const UNPARSED_SHAPES: readonly (typeof SHAPES)[number][] = [
  ['escaped quotes', n => '\\"'.repeat(n)],
  ['escaped apostrophes', n => "\\'".repeat(n)],
  ['braces at the beginning of lines', n => '\n{'.repeat(n)],
  ['braces that close at once', n => '\n{}'.repeat(n)],
  ['structures in structures', n => `${'struct s {\n'.repeat(n)}${'};'.repeat(n)}`],
  ['typedefs without end', n => 'typedef\n'.repeat(n)],
  ['typedefs of structures without end', n => 'typedef struct {\n'.repeat(n)],
  ['a typedef and white space', n => `typedef struct ${' '.repeat(n)}`],
  ['inline functions without end', n => 'static inline a(\n'.repeat(n)],
  ['inline functions without a body', n => 'static inline a()\n'.repeat(n)],
  ['lines of a word before braces', n => `\n${'a\n'.repeat(400)}(${')\n'.repeat(90)}{}`.repeat(n / 400)],
  ['directives that go on', n => '#\\\n'.repeat(n)],
];

/** Eight times the text: a quadratic step would show as sixty-four times the time; a busy machine may double eight. */
function expectLinear(work: (text: string) => void, build: (n: number) => string): void {
  const [small, large] = [build(4_000), build(32_000)];
  work(small);
  const ratio =
    fastest(() => work(large)) /
    Math.max(
      fastest(() => work(small)),
      0.5,
    );
  expect(ratio).toBeLessThan(45);
}

describe('masking takes time in proportion to the text', () => {
  test.each(SHAPES)('%s', (_name, build) => expectLinear(mask, build));
});

describe('finding definitions without parsing takes time in proportion to the text', () => {
  test.each([...SHAPES, ...UNPARSED_SHAPES])('%s', (_name, build) => {
    expectLinear(indexHeader, build);
    expectLinear(indexSource, build);
  });
});

describe('parsing ends, with a tree or with the reason why there is none', () => {
  let parser: CParser;
  beforeAll(async () => {
    parser = await createParser();
  });
  afterAll(() => parser.dispose());

  test.each(SHAPES)('%s', (_name, build) => {
    const text = build(2_000);
    try {
      const parsed = parser.parse(text, { timeLimit: 2_000 });
      expect(parsed.masked.length).toBe(text.length);
      parsed.dispose();
    } catch (error) {
      expect(error).toBeInstanceOf(ParseRefused);
    }
  });
});
