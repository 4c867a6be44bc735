import { spawnSync } from 'node:child_process';

/** Bytes that git may answer with. */
const MAX_OUTPUT = 1 << 30;
const TIME_LIMIT = 120_000;

/**
 * Settings by which nothing that a repository names is run: no hook, no watcher, no helper, no transport.
 * The user's own configuration is still read: `safe.directory` may stand there.
 */
const HARMLESS: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.sshCommand': 'false',
  'core.askPass': '',
  'credential.helper': '',
  'protocol.allow': 'never',
  'submodule.recurse': 'false',
};

const ENVIRONMENT = {
  LC_ALL: 'C',
  // Nothing is written, not even a refreshed index.
  GIT_OPTIONAL_LOCKS: '0',
  // Objects that a partial clone lacks are not fetched; where git does not know the first, the second forbids the way.
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_TERMINAL_PROMPT: '0',
};

/** The first that takes settings from the environment; in an argument, a name that holds `=` could slip through. */
const OLDEST = [2, 31] as const;

const C_FILES = [':(top,glob)**/*.c', ':(top,glob)**/*.h'];

/** git could not do what was asked; the message is one line. */
export class GitError extends Error {}

/** A file that differs between a revision and the working tree; paths are relative to the top. */
export interface TreeChange {
  readonly before?: { readonly path: string; readonly object: string };
  readonly after?: string;
}

/** A repository, read without running anything that it names. */
export class Git {
  /** Absolute path of the working tree. */
  readonly top: string;
  private readonly settings: Readonly<Record<string, string>>;

  /** @param directory absolute path within the working tree. Throws GitError where there is none. */
  constructor(private readonly directory: string) {
    this.settings = HARMLESS;
    this.requireVersion();
    this.settings = { ...HARMLESS, ...this.filtersOff() };
    this.top = this.text(['rev-parse', '--show-toplevel']).replace(/\n$/, '');
    if (this.top === '') throw new GitError('this repository has no working tree');
  }

  /** The object of a revision's tree. Throws GitError where there is no such revision. */
  tree(revision: string): string {
    const unknown = new GitError(`there is no revision '${revision}' in this repository`);
    // No revision begins with a dash, and git would take it for an option.
    if (revision === '' || revision.startsWith('-')) throw unknown;
    try {
      const id = this.text(['rev-parse', '--verify', '--quiet', `${revision}^{tree}`]).trim();
      if (/^[0-9a-f]{40,64}$/.test(id)) return id;
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
    }
    throw unknown;
  }

  /** The C files that differ between a tree and the working tree, with those that git does not know yet. */
  changesSince(tree: string): TreeChange[] {
    const options =
      '--raw -z -M -l2000 --no-abbrev --no-ext-diff --no-textconv --ignore-submodules=all'.split(' ');
    const known = parseRaw(this.text(['diff-index', ...options, tree, '--', ...C_FILES], this.top));
    const unknown = fields(
      this.text(
        ['ls-files', '-z', '--others', '--exclude-standard', '--full-name', '--', ...C_FILES],
        this.top,
      ),
    );
    const back = new Set(unknown);
    const isBack = ({ before, after }: TreeChange): boolean =>
      after === undefined && before !== undefined && back.delete(before.path);
    const changed = known.map(change =>
      isBack(change) ? { ...change, after: change.before!.path } : change,
    );
    return [...changed, ...[...back].map(path => ({ after: path }))];
  }

  /** The contents of objects. Throws GitError where one is not in the repository. */
  blobs(objects: readonly string[]): Buffer[] {
    if (objects.length === 0) return [];
    const output = this.run(['cat-file', '--batch'], this.top, `${objects.join('\n')}\n`);
    const found: Buffer[] = [];
    for (let at = 0; found.length < objects.length; ) {
      const end = output.indexOf(10, at);
      const [id, type, size] = output.toString('latin1', at, Math.max(at, end)).split(' ');
      if (type !== 'blob')
        throw new GitError(`object ${id} is not in this repository; nothing is fetched for a partial clone`);
      found.push(output.subarray(end + 1, end + 1 + Number(size)));
      at = end + 1 + Number(size) + 1;
    }
    return found;
  }

  private requireVersion(): void {
    const version = this.text(['version']).trim();
    const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(version) ?? [];
    if (Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1]))
      throw new GitError(`git ${OLDEST.join('.')} or newer is needed; this is ${version}`);
  }

  /** Reading the working tree, git would run the filters that a repository's configuration and attributes name. */
  private filtersOff(): Record<string, string> {
    const names = fields(this.text(['config', '--list', '--name-only', '-z']));
    const drivers = new Set(names.flatMap(name => /^filter\.([\s\S]*)\.[^.]*$/.exec(name)?.[1] ?? []));
    const off = { clean: '', smudge: '', process: '', required: 'false' };
    return Object.fromEntries(
      [...drivers].flatMap(driver =>
        Object.entries(off).map(([key, value]) => [`filter.${driver}.${key}`, value]),
      ),
    );
  }

  private text(args: readonly string[], cwd = this.directory): string {
    return this.run(args, cwd, '').toString('utf8');
  }

  private run(args: readonly string[], cwd: string, input: string): Buffer {
    const done = spawnSync('git', ['--no-pager', '--no-replace-objects', ...args], {
      cwd,
      input,
      env: environment(this.settings),
      maxBuffer: MAX_OUTPUT,
      timeout: TIME_LIMIT,
    });
    if (done.error) {
      const isAbsent = 'code' in done.error && done.error.code === 'ENOENT';
      throw new GitError(isAbsent ? 'git is not installed' : `git failed: ${done.error.message}`);
    }
    if (done.status !== 0) {
      const [line = ''] = done.stderr.toString('utf8').trim().split('\n');
      throw new GitError(line.replace(/^(?:fatal|error): /, '') || `git ended with status ${done.status}`);
    }
    return done.stdout;
  }
}

/** This process's environment, with settings behind those that it has for git already. */
function environment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { GIT_EXTERNAL_DIFF, ...env } = process.env;
  let count = Number(env.GIT_CONFIG_COUNT) || 0;
  for (const [key, value] of Object.entries(settings)) {
    env[`GIT_CONFIG_KEY_${count}`] = key;
    env[`GIT_CONFIG_VALUE_${count}`] = value;
    count++;
  }
  return { ...env, ...ENVIRONMENT, GIT_CONFIG_COUNT: String(count) };
}

const fields = (text: string): string[] => text.split('\0').filter(field => field !== '');

const isRegular = (mode: string): boolean => mode.startsWith('100');

/** `:<mode> <mode> <object> <object> <status>\0<path>\0`, with a second path where a file was renamed or copied. */
function parseRaw(raw: string): TreeChange[] {
  const changes: TreeChange[] = [];
  const parts = fields(raw);
  for (let at = 0; at + 1 < parts.length; ) {
    const [oldMode = '', newMode = '', object = '', , status = ''] = parts[at]!.slice(1).split(' ');
    const isMoved = status.startsWith('R') || status.startsWith('C');
    const path = parts[at + 1]!;
    const newPath = isMoved ? parts[at + 2]! : path;
    at += isMoved ? 3 : 2;
    const before = isRegular(oldMode) ? { path, object } : undefined;
    const after = isRegular(newMode) ? newPath : undefined;
    if (status !== 'U' && (before || after)) changes.push({ before, after });
  }
  return changes;
}
