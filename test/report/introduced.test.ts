import { expect, test } from 'vitest';
import { introduced, type Version } from '../../server/src/report/introduced.ts';
import type { JsonFinding } from '../../server/src/report/json.ts';
import { diffLines } from '../../server/src/report/lineDiff.ts';

// Texts whose findings are marked in them: `!rule` at the end of a line is a finding there, and `take` begins its path.

function versionOf(texts: Readonly<Record<string, string>>): Version {
  const linesOf = (file: string) => (texts[file] ?? '').split('\n').map(line => line.replace(/ *!.*/, ''));
  const findings = Object.entries(texts).flatMap(([file, text]) => {
    const lines = text.split('\n');
    return lines.flatMap((line, at): JsonFinding[] => {
      const rule = / !(\S+)/.exec(line)?.[1];
      if (!rule) return [];
      const enclosing = lines.slice(0, at + 1).findLast(each => /^\w+\(\)/.test(each)) ?? '';
      const taken = lines.slice(0, at).findLastIndex(each => each.includes('take'));
      const place = { file, line: at + 1, column: 1, endLine: at + 1, endColumn: 2 };
      return [
        {
          ...place,
          rule,
          severity: 'error',
          confidence: 'certain',
          function: enclosing.replace('()', ''),
          message: `${rule} of something`,
          path: taken < 0 ? [] : [{ file, line: taken + 1, message: 'taken' }],
          fixes: [],
        },
      ];
    });
  });
  return { findings, lineText: (file, line) => linesOf(file)[line - 1] };
}

/** The lines of the second text that are said to be new. */
function news(before: string, after: string): string[] {
  const [then, now] = [versionOf({ 'a.c': before }), versionOf({ 'a.c': after })];
  const strip = (text: string) => text.replace(/ *!.*/gm, '');
  const files = [{ before: 'a.c', after: 'a.c', diff: diffLines(strip(before), strip(after)) }];
  return introduced(files, then, now).map(finding => now.lineText('a.c', finding.line)!);
}

const OLD = 'f()\n take(a)\n if (x)\n  return -EIO; !leak\n use(a)\n return 0;\n';

test.each([
  ['nothing changed', OLD, OLD],
  ['lines moved', OLD, `g()\n new\n\n${OLD}`],
  ['the function has another name', OLD, OLD.replace('f()', 'better()')],
  ['what takes is written anew', OLD, OLD.replace('take(a)', 'ret = take(a, 1)')],
  ['white space and comments', OLD, OLD.replace('  return -EIO;', '\t\treturn -EIO; /* no */')],
  ['another name for the variable', 'f()\n take(a)\n put(page); !bad\n', 'f()\n take(a)\n put(pg); !bad\n'],
  [
    'code that moved to a helper',
    OLD,
    `h()\n${OLD.split('\n').slice(1, 4).join('\n')}\nf()\n h()\n return 0;\n`,
  ],
  [
    'one exit of two mended',
    OLD,
    OLD.replace('  return -EIO; !leak', '  put(a)\n  return -EIO;').replace('return 0;', 'return 0; !leak'),
  ],
])('known from before: %s', (_, before, after) => {
  expect(news(before, after)).toEqual([]);
});

test.each([
  ['the first finding', OLD.replace(' !leak', ''), OLD, ['  return -EIO;']],
  ['a third of three that are equal', `${OLD}${OLD}`, `${OLD}${OLD}${OLD}`, ['  return -EIO;']],
  ['another rule on the same line', OLD, OLD.replace('!leak', '!count'), ['  return -EIO;']],
  [
    'an exit above one that leaked already',
    OLD,
    OLD.replace(' take(a)\n', ' take(a)\n if (y)\n  return -EIO; !leak\n').replace(
      /(if \(x\)\n {2}return -EIO;) !leak/,
      '$1',
    ),
    ['  return -EIO;'],
  ],
  [
    'another mistake where one is mended',
    OLD,
    OLD.replace('  return -EIO; !leak', '  put(a)\n  return -EIO;').replace(
      ' use(a)',
      ' if (y)\n  goto out; !leak',
    ),
    ['  goto out;'],
  ],
])('new: %s', (_, before, after, lines) => {
  expect(news(before, after)).toEqual(lines);
});

test('a renamed file keeps its findings, a copied one doubles them', () => {
  const then = versionOf({ 'a.c': OLD });
  const now = versionOf({ 'b.c': OLD });
  const same = diffLines('x\n', 'x\n');
  expect(introduced([{ before: 'a.c', after: 'b.c', diff: same }], then, now)).toEqual([]);
  const plain = OLD.replace(' !leak', '');
  const copied = [
    { before: 'a.c', after: 'a.c', diff: diffLines(plain, plain) },
    { after: 'b.c', diff: diffLines('', plain) },
  ];
  const both = versionOf({ 'a.c': OLD, 'b.c': OLD });
  expect(introduced(copied, then, both).map(({ file }) => file)).toEqual(['b.c']);
});

test('a diff knows where lines were', () => {
  const diff = diffLines('a\nb\nc\nd\n', 'x\na\nc\ny\nz\nd\n');
  expect([1, 2, 3, 4, 5, 6].map(line => diff.oldLineOf(line))).toEqual([
    undefined,
    1,
    3,
    undefined,
    undefined,
    4,
  ]);
  expect([1, 2, 3, 4].map(line => diff.isRemoved(line))).toEqual([false, true, false, false]);
  expect(diff.hunks.map(hunk => hunk.header)).toEqual(['@@ -1,4 +1,6 @@']);
  expect(diffLines('a\r\nb\r\n', 'a\nb\n').hunks).toEqual([]);
});

test('texts that have nothing in common are compared soon', () => {
  const text = (seed: number) => Array.from({ length: 30_000 }, (_, at) => (at * seed) % 7919).join('\n');
  const started = Date.now();
  diffLines(text(31), text(37));
  expect(Date.now() - started).toBeLessThan(10_000);
});
