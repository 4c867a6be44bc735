// Historical fixes of the corpus, reversed: patches that bring a known bug back.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { kernels } from './analyse.mjs';
import { root } from './bundle.mjs';

export { missing } from './corpus.mjs';

import { badEdits, goodEdits, requestFor, rowsOf, rulesOfClass } from './corpus.mjs';

/** Six fixes of different kinds, by their ids in the corpus: what `npm test` sends through `check --patch -`. */
export const SIX = [
  '001-rapidio-partial-count',
  '006-dfl-afu-swapped-labels',
  '012-sev-missing-is-err',
  '034-extract-to-sg-put-pinned',
  '046-vringh-iter-direction',
  '054-ivtv-yuv-errno-counts',
];

/** The rows of the fixes with these ids; all where none are given. */
export const fixes = ids => rowsOf('bugs.jsonl').filter(row => !ids || ids.includes(row.id));

/** The mail that takes a fix back: the patch from the repaired file to the defective one. */
export function reversed(row) {
  const good = requestFor(row, goodEdits(row)).text;
  const bad = requestFor(row, badEdits(row)).text;
  const diff = createTwoFilesPatch(`a/${row.file}`, `b/${row.file}`, good, bad, '', '', { context: 3 });
  return { good, mail: `Subject: [PATCH] Revert "${row.title}"\n\n---\n${diff}-- \n2.39.5\n\n` };
}

/** What `check --patch -` answers in the tree, in which the repaired file stands. */
export function replyTo(row) {
  const { good, mail } = reversed(row);
  const directory = mkdtempSync(join(tmpdir(), 'pinsight-patch-'));
  try {
    const fixed = join(directory, 'fixed.c');
    writeFileSync(fixed, good);
    const args = ['check', '--overlay', `${row.file}=${fixed}`, '--patch', '-', '--jobs', '1'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist/cli.js'), ...args], {
      cwd: join(kernels, row.tree),
      input: mail,
      encoding: 'utf8',
    });
    return { status, reply: stdout, stderr };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Whether a reply names the bug: a rule of its class, in its function. */
export function namesBug(row, reply) {
  return reply
    .split(/^(?=\S+\(\): )/m)
    .some(
      part =>
        part.startsWith(`${row.function}(): `) &&
        rulesOfClass(row.class).some(rule => part.includes(`\n[${rule}, `)),
    );
}
