import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { CParser } from '../../server/src/syntax/parser.ts';

const { resolve } = createRequire(import.meta.url);

export const createParser = (): Promise<CParser> =>
  CParser.create({
    runtime: readFileSync(resolve('web-tree-sitter/web-tree-sitter.wasm')),
    grammar: readFileSync(resolve('tree-sitter-c/tree-sitter-c.wasm')),
  });

/** Fragments of kernel C, whole and broken, from which properties build texts. */
export const FRAGMENTS: readonly string[] = [
  'static int __init f(struct iov_iter *i)\n{\n',
  'SYSCALL_DEFINE2(take, unsigned int, fd, char __user *, buf)\n{\n',
  'SYSCALL_DEFINE0(give)\n{\n',
  '\tstruct x *p __free(kfree) = NULL;\n',
  '\tlist_for_each_entry(p, &head,\n\t\tlink) {\n',
  '\tdo_one(min_t(unsigned int, a, b));\n',
  '\tscoped_guard(mutex, &m)\n',
  '\tguard(mutex)(&m);\n',
  '\tcase 1 ... 9:\n',
  '\tx = container_of(p, struct\n\tx, m);\n',
  '#ifdef CONFIG_A\n',
  '#if defined(CONFIG_A) && (',
  '#else\n',
  '#elif 0\n',
  '#endif\n',
  '#define M(a) \\\n\tdo { a; } while (0)\n',
  'DEFINE_PER_CPU(struct x, y);\n',
  'struct s {\n\tDECLARE_BITMAP(bits, 9);\n',
  '\tDECLARE_FLEX_ARRAY(u8, data);\n',
  '\tstruct_group(all, int a; int b;);\n',
  'DEBUG( f(); g(); )\n',
  'enum { A,\n#define B A\n',
  '\ttypeof(*p) q;\n',
  '\tasm volatile(M "x" : : "r" (p));\n',
  'alignof(x) ',
  "/* don't */",
  '// \\\n',
  '"a\\"b',
  "'",
  '(',
  ')',
  '{',
  '}\n',
  '[',
  ']',
  ';',
  ',',
  '=',
  '*',
  '\r\n',
  '\r',
  '\\\r\n',
  '\u{1F4CC}',
  '\uD800',
  '\0',
  ' ',
  '9p',
  'for_each()',
  'foo(, )',
];
