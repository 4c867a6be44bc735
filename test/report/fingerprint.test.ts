import { expect, test } from 'vitest';
import { LineIndex } from '../../server/src/base/text.ts';
import { fingerprints, type Identified } from '../../server/src/report/fingerprint.ts';

/** Findings at the lines that hold a word, taken where the path of each begins. */
function findingsAt(
  text: string,
  places: readonly { at: string; from?: string; rule?: string }[],
): Identified[] {
  const lines = text.split('\n');
  const used = new Map<string, number>();
  const lineOf = (word: string): number => {
    const line = lines.findIndex((each, at) => at > (used.get(word) ?? -1) && each.includes(word));
    used.set(word, line);
    return line + 1;
  };
  return places.map(({ at, from, rule = 'page-leak' }) => ({
    file: 'a.c',
    line: lineOf(at),
    rule,
    function: 'f',
    path: from === undefined ? [] : [{ file: 'a.c', line: lineOf(from) }],
  }));
}

function marks(text: string, findings: readonly Identified[], name = 'a.c'): string[] {
  const index = new LineIndex(text);
  return fingerprints(
    findings,
    (_, line) => index.lineText(line),
    () => name,
  );
}

const text = 'take(one);\ntake(two);\n\treturn  -EIO;\n\treturn -EIO;\nlast();\n';
const places = [{ at: '-EIO' }, { at: '-EIO' }, { at: 'last' }];
const found = findingsAt(text, places);

test('each finding has a fingerprint of its own', () => {
  expect(new Set(marks(text, found)).size).toBe(3);
});

test.each([
  ['moved lines', `new();\n\n${text}`],
  ['white space', text.replace('return  -EIO', 'return\t-EIO')],
  ['comments', text.replace('last();', 'last(); /* at last */ // really')],
  ['line ends', text.replaceAll('\n', '\r\n')],
])('%s do not change them', (_, changed) => {
  expect(marks(changed, findingsAt(changed, places))).toEqual(marks(text, found));
});

test('one more equal finding has a new fingerprint, and the others keep theirs', () => {
  const more = text.replace('last', 'return -EIO;\nlast');
  const now = marks(more, findingsAt(more, [{ at: '-EIO' }, { at: '-EIO' }, { at: '-EIO' }]));
  expect(now.slice(0, 2)).toEqual(marks(text, found).slice(0, 2));
  expect(marks(text, found)).not.toContain(now[2]);
});

test('rule, file, words of the line, and of the line where the pages were taken tell them apart', () => {
  const of = (rule?: string, from?: string, code = text, name = 'a.c') =>
    marks(code, findingsAt(code, [{ at: '-EIO', rule, from }]), name)[0];
  const all = [
    of(),
    of('release-count'),
    of('page-leak', 'one'),
    of('page-leak', 'two'),
    of('page-leak', undefined, text.replaceAll('EIO', '-EIO + 1')),
    of('page-leak', undefined, text, 'b.c'),
  ];
  expect(new Set(all).size).toBe(all.length);
});
