import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { build, cli, folder, pinsight, RIGHT, root, WRONG } from './harness.ts';

beforeAll(build);

/** The report of `check --format json`. */
function checkJson(args: readonly string[], cwd: string) {
  const { status, stdout, stderr } = pinsight(['check', '--format', 'json', ...args], cwd);
  return { status, stderr, report: JSON.parse(stdout) };
}

const filesOf = (report: { findings: { file: string }[] }) => report.findings.map(finding => finding.file);

test('a finding is given with its place, path and fix', () => {
  const { status, report } = checkJson(['.'], folder({ 'drivers/a.c': WRONG }));
  expect(status).toBe(1);
  expect(report).toEqual({
    version: 1,
    era: 'will-pin',
    findings: [
      {
        file: 'drivers/a.c',
        line: 8,
        column: 2,
        endLine: 8,
        endColumn: 10,
        rule: 'release-mismatch',
        severity: 'error',
        confidence: 'certain',
        function: 'peek',
        message: expect.stringContaining('unpin_user_page()'),
        path: expect.arrayContaining([{ file: 'drivers/a.c', line: 5, message: expect.any(String) }]),
        fixes: [
          {
            title: expect.any(String),
            edits: [
              {
                file: 'drivers/a.c',
                line: 8,
                column: 2,
                endLine: 8,
                endColumn: 10,
                newText: 'unpin_user_page',
              },
            ],
          },
        ],
      },
    ],
    notAnalysed: [],
  });
});

test('columns count UTF-16 units', () => {
  const text = WRONG.replace('\tput_page', '\t/* 𝄞 */ put_page');
  const { report } = checkJson(['a.c'], folder({ 'a.c': text }));
  expect(report.findings[0]).toMatchObject({ line: 8, column: '\t/* 𝄞 */ '.length + 1 });
});

test('a file that is not UTF-8 is read as Latin-1', () => {
  const text = Buffer.from(WRONG.replace('\tput_page', '\t/* ü */ put_page'), 'latin1');
  const { report } = checkJson(['a.c'], folder({ 'a.c': text }));
  expect(report.findings[0]).toMatchObject({ line: 8, column: '\t/* ü */ '.length + 1 });
});

describe('exit status', () => {
  test('0 where nothing is found, and where only hints are', () => {
    expect(pinsight(['check', 'a.c'], folder({ 'a.c': RIGHT })).status).toBe(0);
    const cwd = folder({ 'a.c': WRONG });
    const { status, report } = checkJson(['--rule', 'release-mismatch=hint', 'a.c'], cwd);
    expect([status, report.findings[0].severity]).toEqual([0, 'hint']);
    expect(checkJson(['--rule', 'release-mismatch=off', 'a.c'], cwd).report.findings).toEqual([]);
  });

  test.each([
    [['check', 'absent.c'], 'cannot read absent.c: no such file or directory'],
    [['check', '--rule', 'no-such-rule=error'], "There is no rule 'no-such-rule'"],
    [['check', '--rule', 'page-leak=loud'], 'Expected RULE='],
    [['check', '--format', 'xml'], 'Allowed choices are pretty, json'],
    [['check', '--era', 'golden'], 'Allowed choices are get-pages'],
    [['check', '--jobs', '0'], 'Expected a number'],
    [['check', '--shard', '3/2'], 'Expected i/n'],
    [['check', '--overlay', 'a.c'], 'Expected PATH=FILE'],
    [['check', '--overlay', 'a.c=absent.c'], 'cannot read absent.c'],
    [['check', '--config', 'absent.json'], 'cannot use absent.json: no such file'],
    [['check', '--no-such-option'], "unknown option '--no-such-option'"],
    [['chekc'], "unknown command 'chekc'"],
    [['explain', 'no_such_function'], "'no_such_function'"],
    [['lsp'], '--stdio'],
  ])('2 and one line for %j', (args, words) => {
    const { status, stdout, stderr } = pinsight(args, folder({}));
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^pinsight: [^\n]*\n$/);
    expect(stderr).toContain(words);
  });
});

describe('what is read', () => {
  test('directories are walked for *.c and *.h, sorted, each file once', () => {
    const cwd = folder({ 'b/x.c': WRONG, 'a.c': WRONG, 'h/y.h': WRONG, 'z.txt': WRONG, '.git/HEAD': '' });
    expect(filesOf(checkJson(['.', 'b', 'a.c'], cwd).report)).toEqual(['a.c', 'b/x.c', 'h/y.h']);
  });

  test('.gitignore is respected in a checkout, from above and from below', () => {
    const files = {
      '.gitignore': 'out/\n*.mod.c\n',
      'out/a.c': WRONG,
      'd/x.mod.c': WRONG,
      'd/.gitignore': '!keep.mod.c\n/own.c\n',
      'd/keep.mod.c': WRONG,
      'd/own.c': WRONG,
      'd/e/own.c': WRONG,
    };
    const checkout = folder({ ...files, '.git/HEAD': '' });
    expect(filesOf(checkJson(['.'], checkout).report)).toEqual(['d/e/own.c', 'd/keep.mod.c']);
    expect(filesOf(checkJson(['d'], checkout).report)).toEqual(['d/e/own.c', 'd/keep.mod.c']);
    expect(filesOf(checkJson(['.'], folder(files)).report)).toHaveLength(5);
  });

  test('a file that is named is read even where it is ignored', () => {
    const cwd = folder({ '.git/HEAD': '', '.gitignore': '*.c\n', 'a.c': WRONG });
    expect(filesOf(checkJson(['a.c'], cwd).report)).toEqual(['a.c']);
  });

  test('links are not followed when walking', () => {
    const cwd = folder({ 'a/x.c': WRONG });
    symlinkSync('..', join(cwd, 'a/up'));
    expect(filesOf(checkJson(['.'], cwd).report)).toEqual(['a/x.c']);
  });

  test('a path outside the current directory is absolute', () => {
    const cwd = folder({ 'a/x.c': WRONG, 'b/y.c': '' });
    expect(filesOf(checkJson(['../a'], join(cwd, 'b')).report)).toEqual([`${cwd}/a/x.c`]);
  });

  test('an overlay is read in the place of its path', () => {
    const cwd = folder({ 'a.c': RIGHT, 'new.txt': WRONG });
    expect(filesOf(checkJson(['--overlay', 'a.c=new.txt', '.'], cwd).report)).toEqual(['a.c']);
    expect(filesOf(checkJson(['--overlay', 'b.c=new.txt', 'b.c'], cwd).report)).toEqual(['b.c']);
  });

  test('shards are disjoint and together everything', () => {
    const names = ['a.c', 'b.c', 'c.c', 'd.c', 'e.c'];
    const cwd = folder(Object.fromEntries(names.map(name => [name, WRONG])));
    const shards = ['1/3', '2/3', '3/3'].map(shard =>
      filesOf(checkJson(['--shard', shard, '.'], cwd).report),
    );
    expect(shards.map(shard => shard.length)).toEqual([2, 2, 1]);
    expect(shards.flat().sort()).toEqual(names);
  });

  test('the output does not depend on the number of jobs', () => {
    const cwd = folder(Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`f${at}.c`, WRONG])));
    const [one, three] = ['1', '3'].map(
      jobs => pinsight(['check', '--format', 'json', '--jobs', jobs], cwd).stdout,
    );
    expect(one).toBe(three);
  });
});

describe('configuration', () => {
  test('pinsight.json in the current directory sets severities; the command line has the last word', () => {
    const cwd = folder({ 'a.c': WRONG, 'pinsight.json': '{"rules":{"release-mismatch":"warning"}}' });
    const severity = (...args: string[]) => checkJson([...args, 'a.c'], cwd).report.findings[0].severity;
    expect(severity()).toBe('warning');
    expect(severity('--rule', 'release-mismatch=hint')).toBe('hint');
  });

  test.each([
    ['{', 'cannot use c.json'],
    ['[]', 'not an object'],
    ['{"ruels":{}}', "unknown key 'ruels'"],
    ['{"rules":{"nope":"off"}}', "no rule 'nope'"],
    ['{"rules":{"page-leak":1}}', "'page-leak' is given 1"],
    ['{"era":"golden"}', 'unknown era "golden"'],
  ])('%s is refused in one line', (text, words) => {
    const { status, stderr } = pinsight(['check', '--config', 'c.json'], folder({ 'c.json': text }));
    expect(status).toBe(2);
    expect(stderr).toMatch(/^pinsight: [^\n]*\n$/);
    expect(stderr).toContain(words);
  });

  test('the era is forced by an option', () => {
    const cwd = folder({ 'a.c': WRONG });
    expect(checkJson(['--era', 'get-pages', 'a.c'], cwd).report.era).toBe('get-pages');
  });
});

describe('pretty', () => {
  test('shows the code with the range underlined, the steps and the fix, without colours in a pipe', () => {
    const { stdout } = pinsight(['check', 'a.c'], folder({ 'a.c': WRONG }));
    expect(stdout).toContain('a.c:8:2: error: ');
    expect(stdout).toContain('8 |     put_page(page);\n  |     ^^^^^^^^\n');
    expect(stdout).toMatch(/1\. a\.c:5: /);
    expect(stdout).toMatch(/fix: /);
    expect(stdout).toMatch(/\n1 error in 1 file\n$/);
    expect(stdout).not.toContain('\u001b');
  });

  test('a comment in the source cannot speak to the terminal', () => {
    const text = WRONG.replace('put_page(page);', 'put_page(page); /* \u001b[2J */');
    expect(pinsight(['check', 'a.c'], folder({ 'a.c': text })).stdout).not.toContain('\u001b');
  });
});

test('a comment accepts a finding; one that accepts nothing is a hint', () => {
  const allowed = WRONG.replace('\tput_page', '\t/* pinsight: allow(release-mismatch) meant */\n\tput_page');
  expect(checkJson(['a.c'], folder({ 'a.c': allowed })).report.findings).toEqual([]);
  const needless = allowed.replace('\tput_page', '\tunpin_user_page');
  const { status, report } = checkJson(['a.c'], folder({ 'a.c': needless }));
  expect(status).toBe(0);
  expect(report.findings).toMatchObject([{ rule: 'unused-allow', severity: 'hint', line: 8 }]);
});

test('audit lists extractions beside the findings', () => {
  const { status, stdout } = pinsight(['audit', '--format', 'json', 'a.c'], folder({ 'a.c': RIGHT }));
  expect(status).toBe(0);
  const report = JSON.parse(stdout);
  expect(Object.keys(report)).toEqual([
    'version',
    'era',
    'findings',
    'notAnalysed',
    'extractions',
    'iterators',
  ]);
  expect(report.extractions).toMatchObject([
    {
      file: 'a.c',
      line: 5,
      function: 'peek',
      callee: 'pin_user_pages_fast',
      mode: 'pin',
      iterKinds: [],
      releasedWhere: 'same-function',
      releases: [{ file: 'a.c', line: 8, callee: 'unpin_user_page' }],
    },
  ]);
  expect(pinsight(['audit', 'a.c'], folder({ 'a.c': RIGHT })).stdout).toContain('a.c:5: pin_user_pages_fast');
});

test('explain tells a rule and a function', () => {
  expect(pinsight(['explain', 'page-leak']).stdout).toMatch(/^# page-leak\n/);
  const { status, stdout } = pinsight(['explain', 'iov_iter_extract_pages()', '--iter', 'ubuf']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/\| ubuf \|/);
});

test('lsp --stdio answers until its input ends', async () => {
  const server = spawn(process.execPath, [cli, 'lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(() => void server.kill());
  const request = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { processId: null, rootUri: null, capabilities: {} },
  });
  server.stdin.write(`Content-Length: ${request.length}\r\n\r\n${request}`);
  const [answer] = await once(server.stdout.setEncoding('utf8'), 'data');
  expect(answer).toContain('Content-Length');
  server.stdin.end();
  await once(server, 'exit');
});

test.each([
  ['frame_grabber.c', ['release-mismatch']],
  ['sensor_ring.c', ['page-leak']],
  ['crypto_job.c', ['release-count']],
  ['blobfs_read.c', ['page-array-leak']],
  ['modem_firmware.c', ['release-mismatch']],
  ['printer_spool.c', []],
])('examples/%s has %j', (name, rules) => {
  const { report } = checkJson([`examples/${name}`], root);
  expect(report.findings.map((finding: { rule: string }) => finding.rule)).toEqual(rules);
});
