import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MaskNote, mask } from '../../server/src/syntax/mask.ts';
import type { CParser } from '../../server/src/syntax/parser.ts';
import { createParser, FRAGMENTS } from './parse.ts';

const lineEnds = (text: string): string => text.replace(/[^\r\n]/g, '.');

function keepsShape(text: string): void {
  const masked = mask(text);
  expect(masked.text.length).toBe(text.length);
  expect(lineEnds(masked.text)).toBe(lineEnds(text));
  for (const note of masked.notes) expect(note.start).toBeLessThanOrEqual(text.length);
}

describe('length and line ends stay', () => {
  test('for any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), keepsShape), { numRuns: 500 });
  });

  test('for fragments in any order', () => {
    const texts = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 30 }).map(parts => parts.join(''));
    fc.assert(fc.property(texts, keepsShape), { numRuns: 1_000 });
  });

  test('plain C is not touched', () => {
    const text =
      'int f(struct x *p)\n{\n\tif (p && g(p->a, "__user", \'"\'))\n\t\treturn 1; /* __init */\n\treturn 0;\n}\n';
    expect(mask(text)).toMatchObject({ text, notes: [] });
  });
});

describe('every family parses', () => {
  let parser: CParser;
  beforeAll(async () => {
    parser = await createParser();
  });
  afterAll(() => parser.dispose());

  const inFunction = (statement: string): string => `static int f(void)\n{\n\t${statement}\n\treturn 0;\n}\n`;

  const parsesCleanly = (text: string): void => {
    const parsed = parser.parse(text);
    const { masked, root } = parsed;
    const broken = root.hasError;
    parsed.dispose();
    expect(broken, masked).toBe(false);
  };

  test.each([
    [
      'annotations',
      'static __always_inline int __must_check f(char __user *p, int n __maybe_unused)\n\t__must_hold(&l)\n{\n}\n',
    ],
    ['attributes', 'static noinline __attribute__((cold)) void f(void)\n{\n}\n'],
    [
      'annotations of one file',
      'static MY_INLINE int f(void)\n{\n}\nMY_EXPORT\nu8 *g(void)\n{\n}\nstatic struct x *MY_INIT h(void)\n{\n}\n',
    ],
    ['a bitmap with its value', inFunction('DECLARE_BITMAP(map, 9) = { 0 };')],
    ['STATIC', 'STATIC int f(void)\n{\n\treturn 0;\n}\n'],
    ['SYSCALL_DEFINE0', 'SYSCALL_DEFINE0(give)\n{\n\treturn 0;\n}\n'],
    ['SYSCALL_DEFINE2', 'SYSCALL_DEFINE2(take, int, fd, const char __user *, b)\n{\n\treturn 0;\n}\n'],
    ['COMPAT_SYSCALL_DEFINE1', 'COMPAT_SYSCALL_DEFINE1(old, compat_uptr_t, at)\n{\n\treturn 0;\n}\n'],
    ['a macro that defines a function', 'TEST_CASE(suite, "text", 3)\n{\n\tg();\n}\n'],
    ['exports', 'int a;\nEXPORT_SYMBOL_GPL(a);\nMODULE_LICENSE("GPL");\nmodule_init(b)\nint c;\n'],
    [
      'DEFINE_*',
      'static DEFINE_MUTEX(lock);\nstatic DEFINE_PER_CPU(struct x, y) = { 1 };\nDEFINE_OPS(struct a *, b) = { .c = d };\n',
    ],
    ['macros in a row', 'MAKE_FUNCS(a, struct b)\nMAKE_FUNCS(c, struct d)\nint f(void)\n{\n}\n'],
    ['a macro as return type', 'RESULT(int) f(int a)\n{\n\treturn a;\n}\n'],
    ['fixture data', 'VARIANT_ADD(a, b)\n{\n\t.c = 1,\n};\nint d;\n'],
    [
      'members',
      'struct s {\n\tDECLARE_BITMAP(bits, 9);\n\tDECLARE_FLEX_ARRAY(struct x, more);\n\tPADDING(p);\n\tint b;\n};\n',
    ],
    [
      'member groups',
      'struct s {\n\tstruct_group(all,\n\t\tint a;\n\t\tint b;\n\t);\n\tstruct_group_tagged(t, u, int c;);\n};\n',
    ],
    ['a directive in an enumeration', 'enum e {\n\tA,\n#define B A\n\tC,\n};\n'],
    [
      'an arm that opens a block',
      inFunction('if (a)\n#ifdef CONFIG_X\n\tif (b) {\n#else\n\t{\n#endif\n\t\tg();\n\t}'),
    ],
    ['iteration over a block', inFunction('list_for_each_entry(p, &h, link) {\n\t\tg(p);\n\t}')],
    ['iteration over a statement', inFunction('for_each_thing(p, struct x, h)\n\t\tif (p)\n\t\t\tbreak;')],
    ['iteration without arguments', inFunction('for_each_thing() {\n\t}')],
    ['iteration that ends do', inFunction('do {\n\t\tg();\n\t} for_each_thing(a, b);')],
    ['iteration under another name', inFunction('queue_visit(q, p) {\n\t\tg(p);\n\t}')],
    ['scoped_guard', inFunction('scoped_guard(mutex, &m) {\n\t\tg();\n\t}')],
    ['scoped_cond_guard', inFunction('scoped_cond_guard(mutex_intr, return -EINTR, &m)\n\t\tg();')],
    ['guard', inFunction('guard(mutex)(&m);')],
    ['CLASS', inFunction('CLASS(fd, f)(n);')],
    ['__free', inFunction('struct x *p __free(kfree) = g();')],
    ['case ranges', inFunction("switch (c) {\n\tcase 'a' ... 'f':\n\tcase X ... Y + 1:\n\t\tg();\n\t}")],
    [
      'types as arguments',
      inFunction('a = min_t(unsigned int, b, c) + g(container_of(p, struct x, m), char *, u8 **);'),
    ],
    ['a type over two lines', inFunction('a = container_of(p, struct\n\t\tx, m);')],
    ['types as arguments at file scope', 'int a[max_t(unsigned long, 1, 2)];\n'],
    ['typeof', inFunction('typeof(p->a[0]) b = (__typeof__(*p))c;')],
    ['alignof', inFunction('a = __alignof__(*p) + __alignof__ *q + __alignof__(struct x);')],
    ['offsetof', inFunction('a = offsetof(struct x, b.c[2].d);')],
    ['operators and gaps as arguments', inFunction('check(a, <=, b);\n\tg(a, , b);')],
    ['statements as arguments', inFunction('DEBUG( g(); if (a) { b(); } )\n\tDEBUG( if (a) b() )')],
    ['a macro without a semicolon', inFunction('COPY_ALL(a, b)')],
    ['a macro beside a string', inFunction('g(__stringify(a) ":b", "c" __stringify(d));')],
    ['a name that begins with a digit', inFunction('if (enabled(9p_ref))\n\t\tg();')],
    ['assembly from macros', inFunction('asm volatile(INSN(%0) "x" : : "r" (a));')],
    ['on-stack structures', inFunction('DEFINE_FLEX(struct x, p, items, 4);')],
    ['static macros in a body', inFunction('static DEFINE_LIMIT(a, struct b);')],
  ])('%s', (_family, text) => parsesCleanly(text));

  test('a system call is called by its name, with its parameters where they stood', () => {
    const text = 'SYSCALL_DEFINE2(take, unsigned int, fd, char __user *, buf)\n{\n}\n';
    expect(mask(text).text).toBe('long            take( unsigned int  fd, char        *  buf)\n{\n}\n');
    expect(mask('SHOW(state)\n{\n}\n').text).toBe('int state()\n{\n}\n');
    expect(mask('SYSCALL_DEFINE0(give)\n{\n}\n').text).toBe('long           give()\n{\n}\n');
  });
});

describe('what masking takes out is noted', () => {
  const notesOf = (statement: string): readonly MaskNote[] => mask(`int f(void)\n{\n${statement}\n}\n`).notes;
  const start = 14;

  test.each<[string, MaskNote]>([
    ['list_for_each_entry(p, q, r) {}', { kind: 'iteration', name: 'list_for_each_entry', start }],
    ['for_each_a(p, q)\n\tg();', { kind: 'iteration', name: 'for_each_a', start }],
    ['guard(mutex)(&m);', { kind: 'guard', class: 'mutex', scoped: false, start }],
    ['scoped_guard(mutex, &m) {}', { kind: 'guard', class: 'mutex', scoped: true, start }],
    ['scoped_with_creds() {}', { kind: 'guard', class: 'scoped_with_creds', scoped: true, start }],
    ['CLASS(fd, g)(n);', { kind: 'class', class: 'fd', variable: 'g', start }],
    ['case 1 ... N - 1:;', { kind: 'caseRange', low: '1', high: 'N - 1', start }],
    ['a *p __free(kvfree);', { kind: 'cleanup', function: 'kvfree', start: start + 5 }],
  ])('%s', (statement, note) => expect(notesOf(statement)).toEqual([note]));

  test('a call named like an iteration is no iteration', () => {
    expect(notesOf('bus_for_each_dev(bus, fn);')).toEqual([]);
    expect(mask('static void for_each_request(int (*fn)(int))\n{\n}\n').notes).toEqual([]);
  });

  test('a member named like an annotation stays', () => {
    const text = 'int f(struct x *p)\n{\n\treturn p->__private;\n}\n';
    expect(mask(text).text).toBe(text);
  });
});

describe('arguments', () => {
  test('a type becomes one name of equal length', () => {
    const masked = mask('int f(void)\n{\n\tg(struct x, unsigned int, char *);\n}\n').text;
    expect(masked).toContain('g(struct_x, unsigned_int, char__);');
  });

  test('an expression stays, whatever it nests', () => {
    const text =
      'int f(void)\n{\n\tg((struct x *)a, sizeof(struct x), -b, *c, &d, h(e)[0], ({ int k; k; }), i++);\n}\n';
    expect(mask(text).text).toBe(text);
  });
});
