import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { build, folder, pinsight, RIGHT, WRONG } from './harness.ts';

beforeAll(build);

const NAME = '.pinsight-baseline.json';
const second = WRONG.replace('peek', 'look');
/** Two equal findings in one function. */
const TWICE = WRONG.replace(
  '\tput_page(page);\n',
  '\tif (one)\n\t\tput_page(page);\n\telse\n\t\tput_page(page);\n',
);

function check(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = pinsight(['check', '--format', 'json', ...args], cwd);
  const findings = stdout === '' ? [] : JSON.parse(stdout).findings;
  return { status, stderr, rules: findings.map((each: { rule: string }) => each.rule), findings };
}

const entries = (cwd: string, name = NAME) => JSON.parse(readFileSync(join(cwd, name), 'utf8')).findings;

test('what is accepted is not reported again, wherever it moves', () => {
  const cwd = folder({ 'd/a.c': WRONG, 'b.c': second });
  expect(check(cwd, '--write-baseline', NAME)).toMatchObject({ status: 0, rules: [] });
  expect(entries(cwd)).toMatchObject([
    { file: 'b.c', rule: 'release-mismatch', function: 'look' },
    { file: 'd/a.c', rule: 'release-mismatch', function: 'peek' },
  ]);
  expect(readdirSync(cwd).sort()).toEqual([NAME, 'b.c', 'd']);
  writeFileSync(join(cwd, 'd/a.c'), `static int neighbour;\n\n${WRONG}`);
  expect(check(cwd)).toMatchObject({ status: 0, rules: [] });
  expect(pinsight(['audit', '--format', 'json'], cwd).status).toBe(0);
});

test('a new finding like those accepted is reported', () => {
  const cwd = folder({ 'a.c': TWICE });
  check(cwd, '--write-baseline', NAME);
  expect(entries(cwd)).toHaveLength(2);
  writeFileSync(
    join(cwd, 'a.c'),
    TWICE.replace('\tif (one)', '\tif (none)\n\t\tput_page(page);\n\telse if (one)'),
  );
  expect(check(cwd)).toMatchObject({ status: 1, rules: ['release-mismatch'] });
});

test('an entry that nothing needs is a hint, if its file was looked at', () => {
  const cwd = folder({ 'a.c': WRONG, 'b.c': second });
  check(cwd, '--write-baseline', NAME);
  writeFileSync(join(cwd, 'a.c'), RIGHT);
  const { status, findings } = check(cwd);
  expect(status).toBe(0);
  expect(findings).toMatchObject([{ file: NAME, line: 4, rule: 'unused-allow', severity: 'hint' }]);
  expect(findings[0].message).toContain('release-mismatch in peek() of a.c');
  expect(check(cwd, 'b.c').rules).toEqual([]);
  expect(check(cwd, '--rule', 'release-mismatch=off').rules).toEqual([]);
  expect(check(cwd, '--rule', 'unused-allow=off').rules).toEqual([]);
  expect(check(cwd, '--rule', 'unused-allow=error').status).toBe(1);
});

test('with both options a baseline shrinks, and takes nothing in', () => {
  const cwd = folder({ 'a.c': WRONG, 'b.c': second, 'c.c': WRONG.replace('peek', 'third') });
  check(cwd, '--write-baseline', NAME);
  writeFileSync(join(cwd, 'a.c'), RIGHT);
  rmSync(join(cwd, 'c.c'));
  writeFileSync(join(cwd, 'n.c'), WRONG.replace('peek', 'fresh'));
  const both = ['--baseline', NAME, '--write-baseline', NAME];
  expect(check(cwd, ...both)).toMatchObject({ status: 1, findings: [{ file: 'n.c' }] });
  expect(entries(cwd)).toMatchObject([{ file: 'b.c' }]);
  expect(entries(cwd)).toHaveLength(1);
});

test('accepting some files leaves the entries of others', () => {
  const cwd = folder({ 'a.c': WRONG, 'b.c': second });
  check(cwd, '--write-baseline', NAME, 'a.c');
  check(cwd, '--write-baseline', NAME, 'b.c');
  expect(entries(cwd)).toHaveLength(2);
  expect(check(cwd)).toMatchObject({ status: 0, rules: [] });
});

test('the root is that of the tree, whatever the current directory', () => {
  const cwd = folder({ 'include/linux/uio.h': '', 'drivers/x/a.c': WRONG });
  check(cwd, '--write-baseline', NAME);
  expect(entries(cwd)).toMatchObject([{ file: 'drivers/x/a.c' }]);
  expect(check(join(cwd, 'drivers/x')).rules).toEqual([]);
  expect(check(join(cwd, '..'), join(cwd, 'drivers')).rules).toEqual([]);
});

test('the configuration names another file, relative to itself', () => {
  const cwd = folder({ 'a.c': WRONG, 'lists/.keep': '', 'pinsight.json': '{"baseline":"lists/known.json"}' });
  check(cwd, '--write-baseline', 'lists/known.json');
  expect(check(cwd).rules).toEqual([]);
  rmSync(join(cwd, 'lists/known.json'));
  expect(check(cwd)).toMatchObject({ status: 2, rules: [] });
});

test('a link to a baseline stays one', () => {
  const cwd = folder({ 'a.c': WRONG, 'lists/known.json': '{"version":1,"findings":[]}' });
  symlinkSync('lists/known.json', join(cwd, NAME));
  check(cwd, '--write-baseline', NAME);
  expect(entries(cwd, 'lists/known.json')).toHaveLength(1);
  expect(readdirSync(join(cwd, 'lists'))).toEqual(['known.json']);
});

test.each([
  [['--baseline', 'absent.json'], 'cannot use the baseline absent.json: no such file'],
  [['--baseline', 'a.c'], 'cannot use the baseline a.c: '],
  [['--baseline', 'odd.json'], "findings.0 must have required property 'rule'"],
  [['--write-baseline', 'a.c'], 'cannot use the baseline a.c: '],
  [['--write-baseline', 'absent/b.json'], 'cannot write absent/b.json: no such folder'],
  [['--write-baseline', 'b.json', '--changed', 'HEAD'], 'cannot be used with'],
])('%j ends in one line and status 2', (args, words) => {
  const cwd = folder({ 'a.c': WRONG, 'odd.json': '{"version":1,"findings":[{"file":"a.c"}]}' });
  const { status, stdout, stderr } = pinsight(['check', ...args], cwd);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^pinsight: [^\n]*\n$/);
  expect(stderr).toContain(words);
  expect(readFileSync(join(cwd, 'a.c'), 'utf8')).toBe(WRONG);
  expect(existsSync(join(cwd, 'absent'))).toBe(false);
});
