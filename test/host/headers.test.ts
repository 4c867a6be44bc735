import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FileChange, overlaysOf } from '../../server/src/host/change.ts';
import { Headers } from '../../server/src/host/headers.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pinsight-headers-'));
  const files: Record<string, string> = {
    'include/linux/uio.h': '',
    'include/linux/core.h': 'struct core { int x; };\nstatic inline int core_get(void)\n{\n\treturn 1;\n}\n',
    'include/media/frames.h': '#include <linux/core.h>\nstatic inline int frames(void)\n{\n\treturn 2;\n}\n',
    'drivers/a/local.h': '#include "other.h"\nstruct outer { struct inner *inner; };\n',
    'drivers/a/other.h': 'struct inner { struct page **pages; };\nstruct unused { int x; };\n',
    'drivers/a/loop.h': '#include "loop.h"\nstruct looped { int x; };\n',
    'drivers/a/first.h': '#include "second.h"\nstatic inline int first(void)\n{\n\treturn 1;\n}\n',
    'drivers/a/second.h': '#include "first.h"\nstruct second { int x; };\n',
    'drivers/a/table.c': 'struct not_a_header { int x; };\n',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

const declared = (text: string): string =>
  new Headers(new Map(), path => path).declarationsFor(join(root, 'drivers/a/a.c'), text).text;

test('the types a file names, and those of their members', () => {
  const text = declared('#include "local.h"\nint f(struct outer *o);\n');
  expect(text).toContain('struct outer');
  expect(text).toContain('struct inner { struct page **pages; }');
  expect(text).not.toContain('unused');
});

test('inline functions of headers other than the core ones', () => {
  const text = declared(
    '#include <media/frames.h>\nint f(struct core *c) { return frames() + core_get(); }\n',
  );
  expect(text).toContain('frames(void)');
  expect(text).toContain('struct core');
  expect(text).not.toContain('core_get');
});

test('headers that include themselves, are missing, or are none', () => {
  expect(declared('#include "loop.h"\nstruct looped x;\n')).toContain('struct looped');
  expect(declared('#include "missing.h"\nstruct looped x;\n')).toBe('');
  expect(declared('#include "table.c"\nstruct not_a_header x;\n')).toBe('');
  expect(declared('#include "/dev/zero"\n#include "."\nint x;\n')).toBe('');
});

test('what a header defines is not read again from disk where it is included by its own headers', () => {
  const text = '#include "second.h"\n\nstatic inline int first(void)\n{\n\treturn 2;\n}\nstruct second x;\n';
  const path = join(root, 'drivers/a/first.h');
  const declarations = new Headers(new Map(), each => each).declarationsFor(path, text);
  expect(declarations.text).toBe('struct second { int x; };\n');
});

test('each piece tells where it stands', () => {
  const { text, pieces } = new Headers(new Map(), path => path).declarationsFor(
    join(root, 'drivers/a/a.c'),
    '#include "local.h"\nstruct inner x;\n',
  );
  expect(pieces).toHaveLength(1);
  const [piece] = pieces;
  expect(piece!.file.endsWith('drivers/a/other.h')).toBe(true);
  expect(text.slice(piece!.start, piece!.end)).toBe('struct inner { struct page **pages; }');
  expect(piece!.offset).toBe(0);
});

test('each version of a change is read with its own headers', () => {
  const version = (name: string, text: string) => ({
    path: join(root, 'drivers/a', name),
    bytes: Buffer.from(text),
  });
  const changes: FileChange[] = [
    {
      before: version('other.h', 'struct inner { int old; };'),
      after: version('other.h', 'struct inner { int now; };'),
    },
    { after: version('made.h', 'struct made { int x; };') },
    { before: version('gone.h', 'struct gone { int x; };') },
  ];
  const text =
    '#include "other.h"\n#include "made.h"\n#include "gone.h"\nstruct inner i; struct made m; struct gone g;\n';
  const { before, after } = overlaysOf(changes, new Map());
  const read = (overlays: typeof before) =>
    new Headers(overlays, path => path).declarationsFor(join(root, 'drivers/a/a.c'), text).text;
  expect(read(before)).toMatch(/old[\s\S]*gone/);
  expect(read(before)).not.toContain('made');
  expect(read(after)).toMatch(/now[\s\S]*made/);
  expect(read(after)).not.toContain('gone');
});
