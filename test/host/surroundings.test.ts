import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decode, encode } from '../../server/src/host/files.ts';
import { Surroundings } from '../../server/src/host/surroundings.ts';
import { TreeIndex } from '../../server/src/host/treeIndex.ts';

const before = process.env.PINSIGHT_CACHE;
let root: string;
let cache: string;
let overlays: Map<string, Buffer>;
let surroundings: Surroundings;

const USER = `#include "box.h"
void box_use(struct box *box)
{
	box_drop(box);
	far_drop(box);
}
`;

const dropping = (name: string, member = 'held'): string => `#include "box.h"
void ${name}(struct box *box)
{
	put_page(box->${member});
}
`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pinsight-around-'));
  cache = mkdtempSync(join(tmpdir(), 'pinsight-cache-'));
  process.env.PINSIGHT_CACHE = cache;
  write('include/linux/uio.h', '');
  write('drivers/a/box.h', 'struct box { struct page *held; };\n');
  write('drivers/a/use.c', USER);
  overlays = new Map();
  surroundings = new Surroundings(overlays, path => path);
});

afterEach(() => {
  process.env.PINSIGHT_CACHE = before;
  for (const folder of [root, cache]) rmSync(folder, { recursive: true, force: true });
});

const at = (name: string): string => join(root, name);

function write(name: string, text: string): void {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
}

const around = () => surroundings.of(at('drivers/a/use.c'), USER, true);
const seen = (): string => around().declarations!.text;

test('what was read is kept until it is said, or looked for, that it has changed', () => {
  expect(seen()).not.toContain('put_page');
  write('drivers/a/drop.c', dropping('box_drop'));
  expect(seen()).not.toContain('put_page');
  surroundings.forget([at('drivers/a/drop.c')]);
  expect(seen()).toContain('put_page(box->held)');
  expect(surroundings.forgetChanged()).toBe(false);
  write('drivers/a/drop.c', dropping('box_drop', 'other'));
  expect(surroundings.forgetChanged()).toBe(true);
  expect(seen()).toContain('put_page(box->other)');
  rmSync(at('drivers/a/drop.c'));
  expect(surroundings.forgetChanged()).toBe(true);
  expect(seen()).not.toContain('put_page');
  expect(surroundings.forgetChanged()).toBe(false);
});

test('a header that appears, changes or goes is seen when it is looked for', () => {
  rmSync(at('drivers/a/box.h'));
  expect(seen()).not.toContain('struct box {');
  write('drivers/a/box.h', 'struct box { int one; };\n');
  expect(surroundings.forgetChanged()).toBe(true);
  expect(seen()).toContain('int one');
  write('drivers/a/box.h', 'struct box { int other; };\n');
  surroundings.forget([at('drivers/a/box.h')]);
  expect(seen()).toContain('int other');
  rmSync(at('drivers/a'), { recursive: true });
  expect(surroundings.forgetChanged()).toBe(true);
  expect(seen()).not.toContain('struct box {');
});

test('another text is read in the place of a file, and no longer once it is taken away', () => {
  write('drivers/a/drop.c', dropping('box_drop'));
  expect(seen()).toContain('held');
  overlays.set(at('drivers/a/drop.c'), encode(dropping('box_drop', 'other')));
  surroundings.forget([at('drivers/a/drop.c')]);
  expect(seen()).toContain('put_page(box->other)');
  write('drivers/a/drop.c', dropping('box_drop', 'third'));
  expect(surroundings.forgetChanged()).toBe(false);
  overlays.clear();
  surroundings.forget([at('drivers/a/drop.c')]);
  expect(seen()).toContain('put_page(box->third)');
});

test('an index that is written anew is read anew, and files that it does not know are asked', () => {
  write('lib/far.c', dropping('far_drop'));
  expect(seen()).not.toContain('far_drop(struct');
  TreeIndex.build(root).save();
  expect(surroundings.forgetChanged()).toBe(true);
  expect(seen()).toContain('far_drop(struct');
  write('lib/other.c', dropping('far_drop'));
  surroundings.forget([at('lib/other.c')]);
  expect(seen()).not.toContain('far_drop(struct');
  rmSync(at('lib/other.c'));
  surroundings.forget([at('lib/other.c')]);
  expect(seen()).toContain('far_drop(struct');
  TreeIndex.remove(root);
  expect(surroundings.forgetChanged()).toBe(true);
  expect(seen()).not.toContain('far_drop(struct');
});

test('it is told which files were read', () => {
  write('drivers/a/drop.c', dropping('box_drop'));
  expect([...around().files()].sort()).toEqual(['drivers/a/box.h', 'drivers/a/drop.c'].map(at));
});

test('places at which nothing can be read do not change by themselves', () => {
  symlinkSync('loop.c', at('drivers/a/loop.c'));
  symlinkSync('nowhere.c', at('drivers/a/dangling.c'));
  mkdirSync(at('drivers/a/folder.c'));
  seen();
  expect(surroundings.forgetChanged()).toBe(false);
});

test('the bytes of a text are those of the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (text, hasMark) => {
      const marked = hasMark ? `\uFEFF${text}` : text;
      expect(decode(encode(marked))).toBe(marked);
    }),
  );
  const halves = 'a\uD800b';
  expect(decode(encode(halves))).toHaveLength(halves.length);
});
