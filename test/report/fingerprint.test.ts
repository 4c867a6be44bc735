import { expect, test } from 'vitest';
import type { Finding } from '../../server/src/report/findings.ts';
import { fingerprints } from '../../server/src/report/fingerprint.ts';

const at = (start: number, rule = 'page-leak'): Finding => ({
  file: 'a.c',
  start,
  end: start + 1,
  rule,
  severity: 'error',
  confidence: 'certain',
  function: 'f',
  message: '',
  path: [],
  fixes: [],
});

const text = 'one();\n\treturn  -EIO;\n\treturn -EIO;\nlast();\n';
const places = ['return  ', 'return -', 'last'].map(word => text.indexOf(word));
const found = places.map(start => at(start));

test('each finding has a fingerprint of its own', () => {
  expect(new Set(fingerprints(found, text, 'a.c')).size).toBe(3);
});

test('fingerprints do not know lines, nor white space within them', () => {
  const moved = `new();\n\n${text.replace('return  -EIO', 'return -EIO')}`;
  const movedFound = [moved.indexOf('return'), moved.lastIndexOf('return'), moved.indexOf('last')].map(
    start => at(start),
  );
  expect(fingerprints(movedFound, moved, 'a.c')).toEqual(fingerprints(found, text, 'a.c'));
});

test('rule, file and words of the line tell fingerprints apart', () => {
  const first = fingerprints([found[0]!], text, 'a.c');
  expect(fingerprints([at(places[0]!, 'release-count')], text, 'a.c')).not.toEqual(first);
  expect(fingerprints([found[0]!], text, 'b.c')).not.toEqual(first);
  expect(fingerprints([found[0]!], text.replaceAll('EIO', 'EINVAL'), 'a.c')).not.toEqual(first);
});
