import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { build, cli, folder, pinsight, RIGHT, WRONG } from './harness.ts';

beforeAll(build);

const other = (text: string) => text.replace('peek', 'other');

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
    cwd,
    encoding: 'utf8',
  });
}

/** A repository whose first commit holds these files. */
function repository(files: Readonly<Record<string, string>>): string {
  const cwd = folder(files);
  git(cwd, 'init', '-q');
  git(cwd, 'add', '-A');
  git(cwd, 'commit', '-q', '-m', 'first');
  return cwd;
}

function check(cwd: string, args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'check', ...args], {
    cwd,
    input,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const places = ({ stdout }: { stdout: string }): string[] =>
  JSON.parse(stdout).findings.map(
    (each: { file: string; function: string }) => `${each.file} ${each.function}`,
  );

const JSON_CHANGED = ['--format', 'json', '--changed', 'HEAD'];
const JSON_PATCH = ['--format', 'json', '--patch', '-'];

const MISMATCH = `> +++ b/a.c
> @@ -5,7 +5,7 @@ static int peek(unsigned long addr)
>  	use(page);
> -	unpin_user_page(page);
> +	put_page(page);
>  	return 0;

peek(): \`page\` carries pins (pin_user_pages_fast()); put_page() drops a
reference, and the pages carry none: use unpin_user_page().
[release-mismatch, error]

  line 5: \`page\` is pinned here by pin_user_pages_fast()
  line 5: \`pin_user_pages_fast(addr, 1, 0, &page) != 1\` is false
        if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
  line 8: put_page() is called here
        put_page(page);

Use unpin_user_page()?

new: 1 error in 1 changed file
`;

describe('--changed', () => {
  test('tells what the change introduces, as a reviewer writes it', () => {
    const cwd = repository({ 'a.c': RIGHT + other(WRONG) });
    writeFileSync(join(cwd, 'a.c'), WRONG + other(WRONG));
    const { status, stdout, stderr } = check(cwd, ['--changed', 'HEAD']);
    expect(stderr).toBe('');
    expect(stdout).toBe(MISMATCH);
    expect(status).toBe(1);
  });

  test('is silent about what was there', () => {
    const cwd = repository({ 'a.c': WRONG, 'b.c': other(WRONG) });
    writeFileSync(join(cwd, 'a.c'), `static int more;\n${WRONG}`);
    git(cwd, 'mv', 'b.c', 'c.c');
    const { status, stdout } = check(cwd, ['--changed', 'HEAD']);
    expect([status, stdout]).toEqual([0, 'no new findings in 2 changed files\n']);
  });

  test('sees new files, deleted ones, and only those below the paths that are named', () => {
    const cwd = repository({ 'a/x.c': RIGHT, 'b/y.c': RIGHT });
    rmSync(join(cwd, 'a/x.c'));
    writeFileSync(join(cwd, 'a/new.c'), other(WRONG));
    writeFileSync(join(cwd, 'b/y.c'), WRONG);
    expect(places(check(cwd, JSON_CHANGED))).toEqual(['a/new.c other', 'b/y.c peek']);
    expect(places(check(cwd, [...JSON_CHANGED, 'a']))).toEqual(['a/new.c other']);
    expect(places(check(join(cwd, 'a'), JSON_CHANGED))).toEqual([`${cwd}/b/y.c peek`, 'new.c other']);
  });

  test('finds what the change brings about in files beside those it touches', () => {
    const header = 'struct box { struct page *held; };\n';
    const fill = `#include "box.h"
int box_take(struct box *box, unsigned long start)
{
	struct page *page;
	int ret = get_user_pages_fast(start, 1, FOLL_WRITE, &page);

	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	box->held = page;
	return 0;
}
`;
    const empty = `#include "box.h"
void box_destroy(struct box *box)
{
	if (box->held)
		put_page(box->held);
	kfree(box);
}
`;
    const cwd = repository({ 'd/box.h': header, 'd/fill.c': fill, 'd/empty.c': empty });
    writeFileSync(join(cwd, 'd/fill.c'), fill.replace('get_user', 'pin_user'));
    expect(places(check(cwd, JSON_CHANGED))).toEqual(['d/empty.c box_destroy']);
    const { stdout } = check(cwd, ['--changed', 'HEAD']);
    expect(stdout).toMatch(/^> \+\+\+ b\/d\/fill\.c\n(?:>.*\n)*> \+.*pin_user_pages_fast.*\n/);
    expect(stdout).toContain('\nd/empty.c:5: box_destroy(): ');
  });

  test('heeds a baseline on both sides', () => {
    const cwd = repository({ 'a.c': RIGHT });
    writeFileSync(join(cwd, 'a.c'), WRONG);
    pinsight(['check', '--write-baseline', '.pinsight-baseline.json'], cwd);
    expect(places(check(cwd, JSON_CHANGED))).toEqual([]);
    writeFileSync(join(cwd, 'a.c'), WRONG + other(WRONG));
    expect(places(check(cwd, JSON_CHANGED))).toEqual(['a.c other']);
  });

  test.each([
    [
      ['--changed', '--upload-pack=x'],
      "cannot compare with --upload-pack=x: there is no revision '--upload-pack=x'",
    ],
    [['--changed', 'nope'], "cannot compare with nope: there is no revision 'nope'"],
    [['--changed', 'HEAD', '--patch', '-'], 'cannot be used with'],
    [['--changed', 'HEAD', '--shard', '1/2'], 'cannot be used with'],
  ])('%j ends in one line and status 2', (args, words) => {
    const { status, stdout, stderr } = check(repository({ 'a.c': WRONG }), args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^pinsight: [^\n]*\n$/);
    expect(stderr).toContain(words);
  });
});

describe('--patch', () => {
  /** The patch that makes the second version of the first. */
  function patchOf(
    before: Readonly<Record<string, string>>,
    after: Readonly<Record<string, string>>,
  ): string {
    const cwd = repository(before);
    for (const name of readdirSync(cwd)) if (name !== '.git') rmSync(join(cwd, name), { recursive: true });
    for (const [name, text] of Object.entries(after)) {
      mkdirSync(join(cwd, name, '..'), { recursive: true });
      writeFileSync(join(cwd, name), text);
    }
    git(cwd, 'add', '-A');
    git(cwd, 'commit', '-q', '-m', 'second');
    return git(cwd, 'format-patch', '--stdout', '-M', 'HEAD~1');
  }

  test('tells what a mail introduces, and leaves the tree alone', () => {
    const files = { 'd/a.c': RIGHT + other(WRONG) };
    const patch = patchOf(files, { 'd/a.c': WRONG + other(WRONG) });
    const cwd = folder({ ...files, 'p.mbox': patch });
    const { status, stdout } = check(cwd, ['--patch', 'p.mbox']);
    expect(status).toBe(1);
    expect(stdout).toContain('> +\tput_page(page);\n');
    expect(stdout).toContain('\npeek(): `page` carries pins');
    expect(stdout).not.toContain('other()');
    expect(check(cwd, ['--patch', '-'], patch).stdout).toBe(stdout);
    expect(readFileSync(join(cwd, 'd/a.c'), 'utf8')).toBe(files['d/a.c']);
    expect(readdirSync(cwd).sort()).toEqual(['d', 'p.mbox']);
  });

  test('applies to the tree around the current directory, and to overlays', () => {
    const patch = patchOf({ 'd/a.c': RIGHT }, { 'd/a.c': WRONG });
    const cwd = folder({ 'include/linux/uio.h': '', 'd/a.c': 'int other;\n', 'right.txt': RIGHT });
    const args = ['--overlay', 'a.c=../right.txt', ...JSON_PATCH];
    expect(places(check(join(cwd, 'd'), args, patch))).toEqual(['a.c peek']);
    expect(check(join(cwd, 'd'), JSON_PATCH, patch).stderr).toContain('d/a.c: hunk 1 of 1');
  });

  test('knows findings in files that it renames, and finds those in files that it makes', () => {
    const patch = patchOf({ 'a.c': WRONG }, { 'b.c': `${WRONG}int more;\n`, 'new.c': other(WRONG) });
    expect(patch).toContain('rename from a.c');
    expect(places(check(folder({ 'a.c': WRONG }), JSON_PATCH, patch))).toEqual(['new.c other']);
  });

  test('a patch that repairs is met with silence', () => {
    const patch = patchOf({ 'a.c': WRONG + other(WRONG) }, { 'a.c': RIGHT + other(WRONG) });
    const { status, stdout } = check(folder({ 'a.c': WRONG + other(WRONG) }), ['--patch', '-'], patch);
    expect([status, stdout]).toEqual([0, 'no new findings in 1 changed file\n']);
  });

  test('says what is not analysed, in lines of a mail', () => {
    const broken = `${RIGHT}int odd(void)\n{\n\tpin_user_pages_fast((((;\n}\n`;
    const patch = patchOf({ 'a.c': RIGHT }, { 'a.c': broken });
    const { stdout } = check(folder({ 'a.c': RIGHT }), ['--patch', '-'], patch);
    expect(stdout).toContain('not analysed');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(75);
  });

  test.each([
    ['no patch at all', 'there is no patch in it'],
    ['--- a/../../etc/x.c\n+++ b/../../etc/x.c\n@@ -1 +1 @@\n-a\n+b\n', 'outside the tree'],
    ['--- a/a.c\n+++ b/a.c\n@@ -1,3 +1,3 @@\n int', 'cut off'],
  ])('%j ends in one line and status 2', (patch, words) => {
    const { status, stdout, stderr } = check(folder({ 'a.c': WRONG }), ['--patch', '-'], patch);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^pinsight: cannot use the patch on standard input: [^\n]*\n$/);
    expect(stderr).toContain(words);
  });

  test('a patch that is not there ends in status 2', () => {
    const { status, stderr } = check(folder({}), ['--patch', 'absent.mbox']);
    expect([status, stderr]).toEqual([
      2,
      'pinsight: cannot use the patch absent.mbox: no such file or directory\n',
    ]);
  });
});
