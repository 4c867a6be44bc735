import { afterAll, describe, expect, it } from 'vitest';
import { judge, lineOf } from './compare.ts';
import { CALL_FIELDS, EXPERIMENT_FIELDS, type FieldUse, pathsOf } from './fields.ts';
import { isCall, parseVectors, readVectors, type Vector } from './vectors.ts';

const CASES = { '6.12': 4785, '6.1': 4027 } as const;
/** Of what is recorded, this much may be beyond the machine, by reason. */
const MOST_NOT_MODELLED = 0.05;
const rows: Record<string, string | number>[] = [];
const recordings = { '6.12': readVectors('6.12'), '6.1': readVectors('6.1') } as const;

for (const version of ['6.12', '6.1'] as const) {
  const vectors = recordings[version];

  describe(`calls recorded on ${version}`, () => {
    it('are all there', () => {
      expect(vectors).toHaveLength(CASES[version]);
      expect(new Set(vectors.map(vector => vector.id)).size).toBe(CASES[version]);
    });

    for (const group of new Set(vectors.map(vector => vector.group)))
      it(`group ${group} is reproduced`, () => {
        const members = vectors.filter(vector => vector.group === group);
        expect(tally(version, group, members)).toEqual([]);
      });
  });
}

describe('the comparison', () => {
  const fieldsOf = (calls: boolean) => (calls ? CALL_FIELDS : EXPERIMENT_FIELDS);
  const all = Object.values(recordings).flat();
  const recorded = (calls: boolean) =>
    new Set(all.filter(vector => isCall(vector) === calls).flatMap(vector => pathsOf(vector.out)));

  it.each([true, false])('knows each recorded field, and no other (calls: %s)', calls => {
    expect([...recorded(calls)].filter(path => !(path in fieldsOf(calls)))).toEqual([]);
    // Arrays that were always empty leave no path.
    const present = recorded(calls);
    const absent = Object.keys(fieldsOf(calls)).filter(path => !present.has(path));
    expect(absent).toEqual([]);
  });

  const paths = [true, false].flatMap(calls =>
    Object.entries(fieldsOf(calls)).map(([path, use]): [string, boolean, FieldUse] => [path, calls, use]),
  );
  it.each(paths)('of %s (calls: %s) is %o', (path, calls, use) => {
    const found = Object.entries(recordings).flatMap(([version, vectors]) => {
      const vector = vectors.find(each => isCall(each) === calls && pathsOf(each.out).includes(path));
      return vector ? [{ version: version as '6.1' | '6.12', vector }] : [];
    });
    expect(found.length).toBeGreaterThan(0);
    for (const { version, vector } of found) {
      const changed = { ...vector, out: spoiled(vector.out, path) } as Vector;
      expect(judge(version, changed).kind).toBe(use === 'compared' ? 'wrong' : 'reproduced');
    }
  });

  it('calls a replay that fails wrong, and says so of a case without an outcome', () => {
    const [vector] = recordings['6.12'] as [Vector];
    expect(judge('6.12', { ...vector, in: { ...vector.in, fn: 'no_such' } } as Vector).kind).toBe('wrong');
    expect(judge('6.12', { ...vector, out: undefined } as unknown as Vector).kind).toBe('not modelled');
  });

  it('reads plain text as well, and names the line that is no JSON', () => {
    expect(parseVectors(Buffer.from('{"id":1,"group":"grid"}\n\n{"end":true}\n'))).toHaveLength(1);
    expect(() => parseVectors(Buffer.from('{"id":1,"group":"grid"}\nnonsense'))).toThrow('line 2');
  });
});

/** The value with the first occurrence of a path changed. */
function spoiled(value: unknown, path: string): unknown {
  if (path === '') return typeof value === 'number' ? value + 7 : `not ${JSON.stringify(value)}`;
  if (path.startsWith('[]')) {
    const rest = path.slice(2).replace(/^\./, '');
    const parts = value as unknown[];
    const at = parts.findIndex(part => pathsOf(part).includes(rest));
    return parts.map((part, k) => (k === at ? spoiled(part, rest) : part));
  }
  const [, key = '', rest = ''] = /^([^.[]+)\.?(.*)$/.exec(path) ?? [];
  const object = value as Record<string, unknown>;
  return { ...object, [key]: spoiled(object[key], rest) };
}

afterAll(() => {
  console.table(rows);
  const share = rows.reduce((sum, row) => sum + Number(row['not modelled']), 0);
  const total = Object.values(CASES).reduce((sum, cases) => sum + cases, 0);
  console.log(`not modelled: ${share} of ${total}`);
  expect(share / total).toBeLessThanOrEqual(MOST_NOT_MODELLED);
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
  return verdicts
    .filter(({ verdict }) => verdict.kind !== 'reproduced')
    .map(({ vector, verdict }) => lineOf(vector, verdict));
}
