import { afterAll, describe, expect, it } from 'vitest';
import { judge } from './compare.ts';
import { readVectors, type Vector } from './vectors.ts';

const CASES = { '6.12': 4785, '6.1': 4027 } as const;
const rows: Record<string, string | number>[] = [];

for (const version of ['6.12', '6.1'] as const) {
  const vectors = readVectors(version);

  describe(`calls recorded on ${version}`, () => {
    it('are all there', () => {
      expect(vectors).toHaveLength(CASES[version]);
      expect(new Set(vectors.map(vector => vector.id)).size).toBe(CASES[version]);
    });

    for (const group of new Set(vectors.map(vector => vector.group)))
      it(`group ${group} is reproduced`, () => {
        const members = vectors.filter(vector => vector.group === group);
        const wrong = tally(version, group, members);
        expect(wrong).toEqual([]);
      });
  });
}

afterAll(() => {
  console.table(rows);
});

/** Adds a row to the table; returns what is not reproduced, one line a vector. */
function tally(version: keyof typeof CASES, group: string, members: readonly Vector[]): string[] {
  const verdicts = members.map(vector => ({ vector, verdict: judge(version, vector) }));
  const count = (kind: string) => verdicts.filter(({ verdict }) => verdict.kind === kind).length;
  rows.push({
    kernel: version,
    group,
    reproduced: count('reproduced'),
    'not modelled': count('not modelled'),
    wrong: count('wrong'),
  });
  return verdicts.flatMap(({ vector, verdict }) => {
    if (verdict.kind === 'reproduced') return [];
    const why = verdict.kind === 'wrong' ? verdict.differences.join('; ') : `not modelled: ${verdict.reason}`;
    return [`${vector.id} ${'fn' in vector.in ? vector.in.fn : vector.in.hold}: ${why}`];
  });
}
