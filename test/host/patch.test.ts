import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type FileChange, textOf } from '../../server/src/host/change.ts';
import { readPatch } from '../../server/src/host/patch.ts';
import { applyPatches } from '../../server/src/host/patchedTree.ts';

const LINES = Array.from({ length: 20 }, (_, at) => `line ${at + 1}\n`);
const FILE = LINES.join('');
const DIFF = `--- a/d/x.c
+++ b/d/x.c
@@ -4,7 +4,7 @@ line 1
 line 4
 line 5
 line 6
-line 7
+LINE 7
 line 8
 line 9
 line 10
`;
const GIT = `diff --git a/d/x.c b/d/x.c\nindex 1111111..2222222 100644\n${DIFF}`;
const MAIL = `From 0123456789 Mon Sep 17 00:00:00 2001
From: Somebody <a@example.org>
Subject: [PATCH 1/2] x: shout

--- this line of prose begins like a header
---
 d/x.c | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

${GIT}-- \n2.39.5

`;
const AFTER = FILE.replace('line 7\n', 'LINE 7\n');

function tree(files: Readonly<Record<string, string | Uint8Array>> = { 'd/x.c': FILE }): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'pinsight-patch-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

const apply = (patch: string | Uint8Array, root = tree()): FileChange[] =>
  applyPatches(readPatch(Buffer.from(patch as string, 'latin1')), root, new Map());

const names = (changes: readonly FileChange[], root: string) =>
  changes.map(({ before, after }) => [before, after].map(version => version && relative(root, version.path)));

test.each([
  ['of git', GIT],
  ['of diff -u', DIFF],
  ['in a mail', MAIL],
  ['with the line ends of mail', MAIL.replaceAll('\n', '\r\n')],
  [
    'quoted-printable',
    `From a@b Mon Sep 17 00:00:00 2001\nContent-Transfer-Encoding: quoted-printable\n\n${DIFF.replaceAll('LINE', '=4CI=\nNE').replaceAll('+++', '=2B++')}`,
  ],
  [
    'in base64',
    `From a@b Mon Sep 17 00:00:00 2001\nContent-Transfer-Encoding: base64\n\n${Buffer.from(DIFF).toString('base64')}\n`,
  ],
  [
    'of quilt',
    `Index: linux/d/x.c\n${'='.repeat(67)}\n${DIFF.replace('a/d', 'linux.orig/d').replace('b/d', 'linux/d')}`,
  ],
  ['without prefixes', DIFF.replace('a/d', 'd').replace('b/d', 'd')],
  ['with times', DIFF.replace('a/d/x.c', 'a/d/x.c\t2024-01-01 00:00:00 +0000')],
  ['for lines that have moved', DIFF.replace('-4,7 +4,7', '-9,7 +9,7')],
  [
    'beside other files',
    `${GIT.replaceAll('x.c', 'Kconfig')}diff --git a/p.png b/p.png\nnew file mode 100644\nindex 0..1\nGIT binary patch\nliteral 3\nKcmZQzU|?imU|?imU|\n\nliteral 0\nHcmV?d00001\n\n${GIT}`,
  ],
])('a patch %s is applied', (_, patch) => {
  const root = tree();
  const changes = apply(patch, root);
  expect(changes.map(change => textOf(change.after))).toEqual([AFTER]);
  expect(names(changes, root)).toEqual([['d/x.c', 'd/x.c']]);
  expect(readFileSync(join(root, 'd/x.c'), 'utf8')).toBe(FILE);
});

test('bytes that are not UTF-8 stay as they are, and so do line ends', () => {
  const latin = Buffer.from(FILE.replace('line 6', 'line \xe9'), 'latin1');
  const changes = apply(DIFF.replace(' line 6', ' line \xe9'), tree({ 'd/x.c': latin }));
  expect(Buffer.from(changes[0]!.after!.bytes).toString('latin1')).toBe(AFTER.replace('line 6', 'line \xe9'));
  const dos = apply(DIFF, tree({ 'd/x.c': FILE.replaceAll('\n', '\r\n') }));
  expect(textOf(dos[0]!.after)).toBe(AFTER.replaceAll('\n', '\r\n'));
});

test('mails of a series build on each other', () => {
  const second = MAIL.replace('-line 7', '-LINE 7').replace('+LINE 7', '+third').replace('1/2', '2/2');
  const [change, ...rest] = apply(MAIL + second);
  expect(rest).toEqual([]);
  expect(textOf(change!.before)).toBe(FILE);
  expect(textOf(change!.after)).toBe(FILE.replace('line 7\n', 'third\n'));
  expect(apply(MAIL + MAIL.replace('-line 7', '-LINE 7').replace('+LINE 7', '+line 7'))).toEqual([]);
});

test('files are made, deleted, renamed and copied', () => {
  const root = tree({ 'd/x.c': FILE, 'd/y.c': 'one\n' });
  const made =
    'diff --git a/new/z.c b/new/z.c\nnew file mode 100644\n--- /dev/null\n+++ b/new/z.c\n@@ -0,0 +1 @@\n+hello\n';
  const gone =
    'diff --git a/d/y.c b/d/y.c\ndeleted file mode 100644\n--- a/d/y.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n';
  const moved = `diff --git a/d/x.c b/d/w.c\nsimilarity index 95%\nrename from d/x.c\nrename to d/w.c\n${DIFF.replace('b/d/x.c', 'b/d/w.c')}`;
  const changes = apply(made + gone + moved, root);
  expect(names(changes, root)).toEqual([
    [undefined, 'new/z.c'],
    ['d/x.c', 'd/w.c'],
    ['d/y.c', undefined],
  ]);
  expect(textOf(changes[0]!.after)).toBe('hello\n');
  expect(textOf(changes[1]!.after)).toBe(AFTER);
  const copy = 'diff --git a/d/x.c b/d/c.c\nsimilarity index 100%\ncopy from d/x.c\ncopy to d/c.c\n';
  expect(names(apply(copy, root), root)).toEqual([[undefined, 'd/c.c']]);
  const quoted =
    'diff --git "a/d/\\303\\244.c" "b/d/\\303\\244.c"\nnew file mode 100644\n--- /dev/null\n+++ "b/d/\\303\\244.c"\n@@ -0,0 +1 @@\n+hello\n';
  expect(names(apply(quoted, root), root)).toEqual([[undefined, 'd/ä.c']]);
  const plain = made
    .split('\n')
    .slice(2)
    .join('\n')
    .replace('/dev/null', 'a/new/z.c\t1970-01-01 00:00:00 +0000');
  expect(names(apply(plain, root), root)).toEqual([[undefined, 'new/z.c']]);
});

test.each([
  ['', 'there is no patch in it'],
  ['Dear all,\n--- thank you\n+++ very much\n', 'there is no patch in it'],
  [GIT.slice(0, GIT.indexOf(' line 8')), 'line 11: the patch is cut off within a hunk'],
  [GIT.slice(0, GIT.indexOf('@@')), 'the patch is cut off after +++ b/d/x.c'],
  [GIT.replace(' line 8', 'line 8'), 'line 11: this is no line of a hunk'],
  [GIT.replace('-4,7 +4,7', '-4,7 +4,8'), 'cut off'],
  [GIT.replace('line 6', 'line six'), 'd/x.c: hunk 1 of 1, for line 4, does not fit'],
  [GIT.replaceAll('x.c', 'absent.c'), 'd/absent.c: there is no such file in the tree'],
  [GIT.replaceAll('d/x.c', '../x.c'), 'outside the tree: a/../x.c'],
  [GIT.replaceAll('d/x.c', 'd/../../x.c'), 'outside the tree'],
  [DIFF.replaceAll(/[ab]\/d\/x\.c/g, '/etc/x.c'), 'outside the tree: /etc/x.c'],
  [GIT + GIT, 'd/x.c: the patch seems to be applied already'],
  [
    'diff --git a/d/x.c b/d/x.c\nnew file mode 100644\n--- /dev/null\n+++ b/d/x.c\n@@ -0,0 +1 @@\n+a\n',
    'd/x.c: exists already',
  ],
])('%j is refused', (patch, words) => {
  expect(() => apply(patch)).toThrow(words);
});

test('a link does not lead out of the tree', () => {
  const outside = tree();
  const root = tree({ 'e/y.c': '' });
  symlinkSync(join(outside, 'd'), join(root, 'd'));
  expect(() => apply(GIT, root)).toThrow('no such file in the tree');
});

test('whatever it is given, it answers or refuses', () => {
  const pieces = [
    ...MAIL.split('\n'),
    '@@ -1 +1 @@',
    '@@ -99999999999,9 +1 @@',
    '\\ No newline',
    '\0',
    'diff --git "a',
    'Index: x',
  ];
  for (let seed = 1; seed < 400; seed++) {
    let state = seed;
    const next = () => (state = (state * 1103515245 + 12345) % 2147483648);
    const text = Array.from({ length: 30 }, () => pieces[next() % pieces.length]).join('\n');
    try {
      apply(text, ROOT);
    } catch (error) {
      expect((error as Error).constructor.name, `${error}`).toBe('PatchError');
    }
  }
});
const ROOT = '/nowhere';
