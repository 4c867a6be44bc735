import { expect, test } from 'vitest';
import { includesOf, indexHeader } from '../../server/src/syntax/headers.ts';

/** The text of a definition, by kind and name. */
function definition(text: string, key: string): string | undefined {
  const found = indexHeader(text).definitions.get(key);
  return found && text.slice(found.start, found.end);
}

test('includes, local and of the system', () => {
  expect(includesOf('#include "x.h"\n # include <linux/mm.h>\n// #include\n')).toEqual([
    { name: 'x.h', isLocal: true },
    { name: 'linux/mm.h', isLocal: false },
  ]);
});

test('a struct ends at its own brace, whatever its comments and members hold', () => {
  const body = "struct foo {\n\t/* } don't */\n\tstruct bar { int x; } bar;\n\tchar c; // }\n}";
  const text = `int a;\n${body};\nint b;\n`;
  expect(definition(text, 'struct foo')).toBe(body);
  expect(definition(text, 'struct bar')).toBe('struct bar { int x; }');
});

test('typedefs of structs and of names', () => {
  const text = 'typedef struct {\n\tint x;\n} pair_t;\ntypedef unsigned int handle_t;\n';
  expect(definition(text, 'typedef pair_t')).toBe('typedef struct {\n\tint x;\n} pair_t;');
  expect(definition(text, 'typedef handle_t')).toBe('typedef unsigned int handle_t;');
});

test('inline functions', () => {
  const body =
    'static inline struct page **pages_of(struct foo *foo)\n{\n\tif (!foo) { return NULL; }\n\treturn foo->pages;\n}';
  expect(definition(`${body}\nint f(void);\n`, 'function pages_of')).toBe(body);
});

test('what stands in for a feature that is not configured is passed over', () => {
  const real = 'static inline int get(void)\n{\n\treturn take();\n}';
  const stub = 'static inline int get(void)\n{\n\treturn -ENODEV;\n}';
  expect(definition(`#ifdef CONFIG_A\n${real}\n#else\n${stub}\n#endif\n`, 'function get')).toBe(real);
  expect(definition(`#ifndef CONFIG_A\n${stub}\n#else\n${real}\n#endif\n`, 'function get')).toBe(real);
  expect(definition(`#if !IS_ENABLED(CONFIG_A)\n${stub}\n#endif\n`, 'function get')).toBeUndefined();
});

test('broken headers yield what can be told', () => {
  expect(definition('struct foo {\n\tint x;\n', 'struct foo')).toBeUndefined();
  expect(indexHeader('#else\n#endif\n#endif\nstruct foo { int x; };\n').definitions.has('struct foo')).toBe(
    true,
  );
  expect(indexHeader('').definitions.size).toBe(0);
});
