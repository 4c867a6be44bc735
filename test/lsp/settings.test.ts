import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS, readSettings, SETTINGS } from '../../server/src/host/settings.ts';

test('what is generated is up to date', () => {
  expect(() =>
    execFileSync(process.execPath, ['scripts/generate.mjs', '--check'], { stdio: 'pipe' }),
  ).not.toThrow();
});

test('each default is a value that its own row accepts', () => {
  for (const [name, row] of Object.entries(SETTINGS))
    expect(row.accepts(row.default as never), name).toBe(true);
});

describe('reading', () => {
  test('takes what fits', () => {
    const given = { era: 'get-pages', rules: { 'page-leak': 'off' }, delay: 0, inlayHints: false };
    expect(readSettings(given)).toEqual({ ...DEFAULT_SETTINGS, ...given });
  });

  test('keeps the default and complains where a value does not fit', () => {
    const complaints: string[] = [];
    const given = {
      era: 'v7',
      rules: ['page-leak'],
      delay: -1,
      run: 1,
      leaksWhileTyping: 'yes',
    };
    expect(readSettings(given, name => complaints.push(name))).toEqual(DEFAULT_SETTINGS);
    expect(complaints.sort()).toEqual(
      Object.keys(given)
        .map(name => `pinsight.${name}`)
        .sort(),
    );
  });

  test.each([undefined, null, 7, 'x', [], { unknown: 1 }, JSON.parse('{"__proto__":{"era":"get-pages"}}')])(
    'makes defaults of %j',
    raw => expect(readSettings(raw)).toEqual(DEFAULT_SETTINGS),
  );
});
