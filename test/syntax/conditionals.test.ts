import { describe, expect, test } from 'vitest';
import { mask } from '../../server/src/syntax/mask.ts';

const armsOf = (text: string, isConfigSet?: (name: string) => boolean | undefined): string =>
  mask(text, { isConfigSet }).text.replace(/\s+/g, ' ').trim();

const either = (condition: string): string =>
  armsOf(`${condition}\nint first;\n#else\nint second;\n#endif\n`);

describe('one arm of a conditional is chosen', () => {
  test.each([
    '#ifdef CONFIG_A',
    '#if defined(CONFIG_A) && !defined(__ASSEMBLY__)',
    '#if IS_ENABLED(CONFIG_A)',
    '#if IS_BUILTIN(CONFIG_A) || 0',
    '#ifdef __KERNEL__',
    '#ifdef UNHEARD_OF',
    '#ifndef UNHEARD_OF',
    '#if UNHEARD_OF > 3',
    '#if CONFIG_LEVELS > 3',
    '#if BITS_PER_LONG == 64',
    '#if (1 && (2 != 3)) /* why */',
    '#if 0 || \\\n 1',
    '#  if 1',
    '#if !(',
    '#if',
  ])('the first: %s', condition => expect(either(condition)).toBe('int first;'));

  test.each([
    '#ifndef CONFIG_A',
    '#if !defined CONFIG_A',
    '#if !IS_ENABLED(CONFIG_A)',
    '#if IS_MODULE(CONFIG_A)',
    '#if 0',
    '#if 0 && UNHEARD_OF',
    '#ifdef __cplusplus',
    '#if BITS_PER_LONG == 32',
    '#if defined(CONFIG_A) && 0x0',
  ])('the second: %s', condition => expect(either(condition)).toBe('int second;'));

  test('of several', () => {
    expect(armsOf('#if 0\na;\n#elif 1\nb;\n#elif 1\nc;\n#else\nd;\n#endif\ne;')).toBe('b; e;');
    expect(armsOf('#if 0\na;\n#elifdef __cplusplus\nb;\n#else\nd;\n#endif\n')).toBe('d;');
  });

  test('within one that was not chosen, none is', () => {
    expect(armsOf('#if 0\n#if 1\na;\n#else\nb;\n#endif\nc;\n#else\nd;\n#endif\n')).toBe('d;');
  });

  test('as the configuration says', () => {
    const text = '#ifdef CONFIG_A\na;\n#else\nb;\n#endif\n#ifdef CONFIG_B\nc;\n#endif\n';
    expect(armsOf(text, name => (name === 'CONFIG_A' ? false : undefined))).toBe('b; c;');
  });

  test('the others are noted', () => {
    const text = 'a;\n#if 0\nb;\n#else\nc;\n#endif\n#if 0\nd;';
    const inactive = mask(text).notes.map(note =>
      'end' in note ? text.slice(note.start, note.end).trim() : '',
    );
    expect(inactive).toEqual(['b;', 'd;']);
  });

  test('stray ends are ignored', () => {
    expect(armsOf('#endif\n#else\na;\n#elif 0\nb;\n')).toBe('a; b;');
  });

  test('other directives stay', () => {
    const text = '#include <linux/uio.h>\n#define F(a) \\\n\tg(a) /* x\n */\n#undef F\n';
    expect(mask(text).text).toBe(text);
  });
});
