import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { changesSince, textOf } from '../../server/src/host/change.ts';

/** A repository with one commit. */
function repository(files: Readonly<Record<string, string>>) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'pinsight-git-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const write = (name: string, content: string) => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  };
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: root, stdio: 'pipe' });
  git('init', '-q');
  for (const [name, content] of Object.entries(files)) write(name, content);
  git('add', '-A');
  git('commit', '-q', '--no-verify', '-m', 'first');
  const changes = (revision = 'HEAD', directory = root) =>
    changesSince(revision, directory, new Map()).map(({ before, after }) => ({
      before: before && relative(root, before.path),
      after: after && relative(root, after.path),
      texts: [textOf(before), textOf(after)],
    }));
  return { root, write, git, changes };
}

const LONG = Array.from({ length: 50 }, (_, at) => `line ${at}\n`).join('');

test('tells what was changed, made, deleted and renamed, known to git or not', () => {
  const { root, write, git, changes } = repository({
    'a.c': 'old\n',
    'same.c': 'same\n',
    'gone.c': 'gone\n',
    'd/long.c': LONG,
    README: 'old\n',
    'moved by hand.c': 'x\n',
  });
  write('a.c', 'new\n');
  write('same.c', 'same\n');
  write('README', 'new\n');
  write('.gitignore', '*.mod.c\n');
  write('x.mod.c', 'ignored\n');
  write('d/ä new.h', 'h\n');
  rmSync(join(root, 'gone.c'));
  git('mv', 'd/long.c', 'd/longer.c');
  write('d/longer.c', `${LONG}more\n`);
  renameSync(join(root, 'moved by hand.c'), join(root, 'm.c'));
  const expected = [
    { before: 'a.c', after: 'a.c', texts: ['old\n', 'new\n'] },
    { before: 'd/long.c', after: 'd/longer.c', texts: [LONG, `${LONG}more\n`] },
    { before: 'gone.c', after: undefined, texts: ['gone\n', ''] },
    { before: 'moved by hand.c', after: undefined, texts: ['x\n', ''] },
    { before: undefined, after: 'd/ä new.h', texts: ['', 'h\n'] },
    { before: undefined, after: 'm.c', texts: ['', 'x\n'] },
  ];
  expect(changes()).toEqual(expect.arrayContaining(expected));
  expect(changes()).toHaveLength(expected.length);
  expect(changes('HEAD', join(root, 'd'))).toHaveLength(expected.length);
});

test('compares with any revision', () => {
  const { write, git, changes } = repository({ 'a.c': 'one\n' });
  git('tag', '-a', 'v1', '-m', 'tag');
  write('a.c', 'two\n');
  git('commit', '-q', '-a', '-m', 'second');
  expect(changes('HEAD')).toEqual([]);
  for (const revision of ['v1', 'HEAD~1', 'HEAD^', 'HEAD@{1}'])
    expect(changes(revision).map(({ texts }) => texts)).toEqual([['one\n', 'two\n']]);
});

test.each(['--output=owned', '-h', '', 'absent', 'HEAD..HEAD', 'HEAD:a.c', 'a.c', 'HEAD\n--all'])(
  'refuses %j as a revision',
  revision => {
    const { root, changes } = repository({ 'a.c': 'one\n' });
    expect(() => changes(revision)).toThrow('there is no revision');
    expect(existsSync(join(root, 'owned'))).toBe(false);
  },
);

test('says where there is no repository', () => {
  const root = mkdtempSync(join(tmpdir(), 'pinsight-git-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  expect(() => changesSince('HEAD', root, new Map())).toThrow('not a git repository');
});

test('nothing that the repository names is run', () => {
  const { root, write, git, changes } = repository({ 'a.c': 'old\n', 'b.c': 'old\n' });
  const trap = join(root, '.git/trap');
  const sprung = join(root, 'sprung');
  writeFileSync(trap, `#!/bin/sh\necho "$0 $*" >> '${sprung}'\ncat\n`);
  chmodSync(trap, 0o755);
  for (const hook of ['post-index-change', 'post-checkout', 'fsmonitor-watchman', 'reference-transaction']) {
    mkdirSync(join(root, '.git/hooks'), { recursive: true });
    writeFileSync(join(root, '.git/hooks', hook), `#!/bin/sh\n'${trap}' </dev/null\n`);
    chmodSync(join(root, '.git/hooks', hook), 0o755);
  }
  const settings = {
    'core.fsmonitor': trap,
    'core.pager': trap,
    'core.sshCommand': trap,
    'core.gitProxy': trap,
    'core.askPass': trap,
    'credential.helper': trap,
    'diff.external': trap,
    'diff.c.command': trap,
    'diff.c.textconv': trap,
    'filter.evil.clean': trap,
    'filter.evil.smudge': trap,
    'filter.evil.required': 'true',
    'filter.a=b.clean': trap,
    'filter.a.b.process': trap,
    'alias.diff-index': `!${trap}`,
    'alias.cat-file': `!${trap}`,
  };
  for (const [key, value] of Object.entries(settings)) git('config', key, value);
  write('.git/info/attributes', '*.c filter=evil diff=c\nb.c filter=a=b\n');
  write('.gitattributes', '*.c filter=evil diff=c\nn.c filter=a.b\n');
  write('a.c', 'new\n');
  write('b.c', 'two\n');
  write('n.c', 'made\n');
  expect(changes().map(({ texts }) => texts)).toEqual([
    ['old\n', 'new\n'],
    ['old\n', 'two\n'],
    ['', 'made\n'],
  ]);
  expect(existsSync(sprung)).toBe(false);
  // The trap works: git itself springs it.
  git('diff', '--stat');
  expect(existsSync(sprung)).toBe(true);
});

test('what a partial clone lacks is not fetched', () => {
  const { root, write, git, changes } = repository({ 'a.c': 'old\n' });
  const sprung = join(root, 'sprung');
  const id = git('rev-parse', 'HEAD:a.c').toString().trim();
  write('a.c', 'new\n');
  git('commit', '-q', '-a', '-m', 'second');
  rmSync(join(root, '.git/objects', id.slice(0, 2), id.slice(2)));
  git('config', 'core.repositoryFormatVersion', '1');
  git('config', 'extensions.partialClone', 'origin');
  git('config', 'remote.origin.promisor', 'true');
  git('config', 'remote.origin.url', `ext::sh -c touch%20${sprung}`);
  git('config', 'protocol.ext.allow', 'always');
  expect(() => changes('HEAD~1')).toThrow();
  expect(existsSync(sprung)).toBe(false);
});
