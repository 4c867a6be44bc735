import { expect, test } from 'vitest';
import { parseBaseline } from '../../server/src/host/baselineFile.ts';
import { type Baseline, entriesOf, match, printBaseline } from '../../server/src/report/baseline.ts';
import type { Identified } from '../../server/src/report/fingerprint.ts';

const finding = (line: number, rule = 'page-leak'): Identified => ({
  file: 'a.c',
  line,
  rule,
  function: 'f',
  path: [],
});
const mark = (digit: number) => digit.toString(16).repeat(16);
const baselineOf = (findings: readonly Identified[], marks: readonly string[]): Baseline => ({
  version: 1,
  findings: entriesOf(findings, marks, file => file),
});

test('accepts what it names, and no more', () => {
  const baseline = baselineOf([finding(1), finding(2)], [mark(1), mark(2)]);
  const now = [finding(1), finding(5), finding(9)];
  const { left, unneeded } = match(baseline, now, [mark(1), mark(2), mark(3)]);
  expect(left).toEqual([finding(9)]);
  expect(unneeded).toEqual([]);
});

test('tells which entries nothing needs', () => {
  const baseline = baselineOf([finding(1), finding(2)], [mark(1), mark(2)]);
  expect(match(baseline, [finding(1)], [mark(1)]).unneeded).toEqual([baseline.findings[1]]);
});

test('does not accept complaints about accepting', () => {
  const allow = finding(1, 'unused-allow');
  expect(entriesOf([allow], [mark(1)], file => file)).toEqual([]);
  const forged = baselineOf([finding(1)], [mark(1)]);
  expect(match(forged, [allow], [mark(1)]).left).toEqual([allow]);
});

test('is printed sorted, an entry a line, each once, and read again', () => {
  const { findings } = baselineOf(
    [finding(1), finding(2, 'gup-flags'), finding(1)],
    [mark(1), mark(2), mark(1)],
  );
  const text = printBaseline(findings);
  expect(text).toBe(printBaseline([...findings].reverse()));
  expect(text.split('\n').filter(line => line.includes('fingerprint'))).toHaveLength(2);
  expect(parseBaseline(text).findings.map(entry => entry.rule)).toEqual(['gup-flags', 'page-leak']);
  expect(parseBaseline(printBaseline([])).findings).toEqual([]);
});

test.each([
  ['[]', 'the file must be object'],
  ['{}', "the file must have required property 'version'"],
  ['{"version":2,"findings":[]}', 'version must be equal to constant'],
  ['{"version":1,"findings":{}}', 'findings must be array'],
  ['{"version":1,"findings":[],"extra":1}', "must NOT have additional properties 'extra'"],
  ['{"version":1,"findings":[{"file":"a.c"}]}', "findings.0 must have required property 'rule'"],
  [
    '{"version":1,"findings":[{"file":"a.c","rule":"r","function":"f","fingerprint":"x"}]}',
    'findings.0.fingerprint must match pattern',
  ],
  ['{', 'JSON'],
])('%s is refused with a clear word', (text, words) => {
  expect(() => parseBaseline(text)).toThrow(words);
});
