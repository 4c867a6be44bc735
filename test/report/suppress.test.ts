import { expect, test } from 'vitest';
import { applyEdits } from '../../server/src/base/text.ts';
import type { Finding } from '../../server/src/report/findings.ts';
import { applyAllows } from '../../server/src/report/suppress.ts';

const FILE = 'a.c';

/** A finding at the first occurrence of `at`. */
function finding(text: string, at: string, rule = 'page-leak'): Finding {
  const start = text.indexOf(at);
  return {
    file: FILE,
    start,
    end: start + at.length,
    rule,
    severity: 'error',
    confidence: 'certain',
    function: 'f',
    message: '',
    path: [],
    fixes: [],
  };
}

const rulesLeft = (text: string, ...findings: Finding[]) =>
  applyAllows(text, FILE, findings).map(left => left.rule);

test.each([
  ['on the line', 'one();\nbad(); /* pinsight: allow(page-leak) meant */\n'],
  ['on the line above', '\t/* pinsight: allow(page-leak) meant */\n\tbad();\n'],
  ['above other comments', '/* pinsight: allow(page-leak) meant */\n/* more\n * words */\nbad();\n'],
  ['as a line comment', '// pinsight: allow(page-leak) meant\nbad();\n'],
  ['among several rules', 'bad(); /* pinsight: allow(page-leak, release-count) */ also();\n'],
  ['within a macro', '#define M() \\\n/* pinsight: allow(page-leak) */ \\\nbad();\n'],
  ['for the file', 'one();\n\n/* pinsight: allow-file(page-leak) all of it */\n\nbad();\n'],
])('an allow %s takes the finding out', (_, text) => {
  const count = text.includes('also') ? [finding(text, 'also', 'release-count')] : [];
  expect(rulesLeft(text, finding(text, 'bad'), ...count)).toEqual([]);
});

test.each([
  ['of another rule', 'bad(); /* pinsight: allow(release-count) */\n'],
  ['behind code of the line above', 'one(); /* pinsight: allow(page-leak) */\nbad();\n'],
  ['with a line between', '/* pinsight: allow(page-leak) */\n\nbad();\n'],
])('an allow %s leaves the finding, and is unused', (_, text) => {
  expect(rulesLeft(text, finding(text, 'bad'))).toEqual(['page-leak', 'unused-allow']);
});

test('what looks like an allow within a string is text', () => {
  const text = 'bad("/* pinsight: allow(page-leak) */");\n';
  expect(rulesLeft(text, finding(text, 'bad'))).toEqual(['page-leak']);
});

test('an unused allow is a hint whose fix removes the comment, with its line where it stands alone', () => {
  const text = 'a();\n\t/* pinsight: allow(page-leak) */\nb(); /* pinsight: allow(no-such-rule) */\nc();\n';
  const left = applyAllows(text, FILE, []);
  expect(left.map(({ severity, message }) => [severity, message])).toEqual([
    ['hint', 'no finding of page-leak needs this comment'],
    ['hint', "there is no rule 'no-such-rule' to allow"],
  ]);
  const edits = left.flatMap(({ fixes }) => fixes.flatMap(fix => fix.edits));
  expect(applyEdits(text, edits)).toBe('a();\nb();\nc();\n');
});

test('an allow of a rule that was not checked is not unused', () => {
  const text = 'a(); /* pinsight: allow(longterm-pin) */\n';
  expect(applyAllows(text, FILE, [], { isChecked: () => false })).toEqual([]);
  expect(applyAllows(text, FILE, [], { unusedAllow: 'off' })).toEqual([]);
});

test('findings in other files are left alone', () => {
  const other = { ...finding('bad();', 'bad'), file: 'b.c' };
  expect(applyAllows('/* pinsight: allow-file(page-leak) */\n', FILE, [other])[0]).toBe(other);
});

/** Unclosed comments, strings and characters over and over: a scan that goes back would never end. */
test.each(['/* pinsight: allow(', '"\\"', "'\\'", '//\\\n', '/* pinsight: allow(page-leak) */'])(
  '%j repeated is read in one go',
  unit => {
    const options = { isChecked: () => false };
    expect(applyAllows(`pinsight: ${unit.repeat(100_000)}`, FILE, [], options)).toEqual([]);
    expect(applyAllows(`pinsight:\n${`${unit}\n`.repeat(100_000)}`, FILE, [], options)).toEqual([]);
  },
);
