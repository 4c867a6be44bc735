// Reads the corpus and says what a hit is, as the corpus's README defines it.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { kernels } from './analyse.mjs';
import { root } from './bundle.mjs';

export const corpus = resolve(process.env.PINSIGHT_CORPUS ?? join(root, '../shared/corpus'));

/** The rows of one file of the corpus. */
export const rowsOf = name =>
  readFileSync(join(corpus, name), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));

/** Ends the process, loudly, where there is nothing to measure on. */
export function requireCorpus() {
  const words = missing();
  if (!words) return;
  console.error(words);
  process.exit(2);
}

/** What is missing to measure on, in words; undefined where everything is there. */
export function missing() {
  const needed = [
    ['THE CORPUS', join(corpus, 'README.md')],
    ['THE KERNEL TREE 6.12', join(kernels, 'linux-source-6.12')],
    ['THE KERNEL TREE 6.1', join(kernels, 'linux-source-6.1')],
  ];
  const [what, path] = needed.find(([, path]) => !existsSync(path)) ?? [];
  return what && `NOT RUN: ${what} IS MISSING (${path}). Set PINSIGHT_CORPUS and PINSIGHT_KERNELS.`;
}

const leaks = ['page-leak', 'page-array-leak'];

const RULES_OF_CLASS = {
  SWAP: ['release-mismatch', 'unconditional-release', 'bio-cleanup-flag'],
  DROP: [...leaks, 'early-release', 'missing-dirty'],
  LEAK: leaks,
  LEAKRET: leaks,
  DOUBLE: ['double-release', 'use-after-release', 'page-array-leak'],
  COUNT: ['release-count', 'page-leak'],
  PARTIAL: ['release-count', 'page-leak'],
  NEG: ['release-count'],
  NEGCOUNT: ['release-count'],
  COND: ['unconditional-release', 'release-mismatch', 'bio-cleanup-flag'],
  DIR: ['wrong-direction', 'unsafe-iter-pages'],
  DIRTY: ['missing-dirty'],
  DIRTYKERN: ['missing-dirty', 'iovec-only-test'],
  FREE: ['page-array-leak'],
  FREEKIND: ['page-array-leak'],
  FLAG: ['gup-flags', 'longterm-pin', 'wrong-direction'],
  P2P: ['wrong-iter-kind', 'gup-flags'],
  EARLY: ['early-release', 'use-after-release'],
  LIFETIME: ['early-release', 'use-after-release', 'untracked-hold', 'release-mismatch', 'double-release'],
  ITERKEEP: ['async-user-iter', 'stack-iter-escape'],
  MERGE: [
    'page-leak',
    'mixed-holds',
    'double-release',
    'release-mismatch',
    'bio-cleanup-flag',
    'release-count',
    'unconditional-release',
  ],
  REVERT: ['iter-not-reverted', 'page-leak', 'release-count'],
  SLAB: ['slab-page-zerocopy', 'kernel-page-ref'],
  UNINIT: ['release-count', 'page-leak', 'double-release'],
  ERRPTR: ['release-count', 'page-leak', 'double-release'],
  WRONGREL: ['release-mismatch', 'page-array-leak'],
};

/** The rules that count as finding a class. */
export const rulesOfClass = name => RULES_OF_CLASS[name] ?? [];

/** The classes that release-mismatch, page-leak, release-count and page-array-leak serve. */
export const SERVED =
  'SWAP DROP LEAK LEAKRET COUNT PARTIAL NEG NEGCOUNT FREE FREEKIND UNINIT ERRPTR WRONGREL'.split(' ');

function applyEdits(text, edits) {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  for (const edit of [...edits].sort((a, b) => b.line - a.line))
    lines.splice(edit.line - 1, edit.deleteLines, edit.insert);
  return lines.join('');
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });
function decode(bytes) {
  try {
    return UTF8.decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

const sources = new Map();
function sourceOf(path) {
  if (!sources.has(path)) sources.set(path, readFileSync(path, 'latin1'));
  return sources.get(path);
}

/** The request to analyse a file of a tree, edited. */
export function requestFor({ tree, file }, edits) {
  const path = join(kernels, tree, file);
  const text = decode(Buffer.from(applyEdits(sourceOf(path), edits), 'latin1'));
  return { path, display: file, text };
}

export const goodEdits = row => row.fixedEdits ?? [];
export const badEdits = row => row.edits ?? row.buggyEdits;

/** How many lines the edits add. */
const growth = edits =>
  edits.reduce((sum, edit) => sum + (edit.insert.match(/\n/g)?.length ?? 0) - edit.deleteLines, 0);

/** Whether a finding is of the row's class and at one of its places. */
export function isAbout(row, finding) {
  if (!RULES_OF_CLASS[row.class]?.includes(finding.rule)) return false;
  const [first, last] = row.func_range;
  const inFunction =
    finding.function === row.function &&
    finding.line >= first &&
    finding.line <= last + Math.max(0, growth(badEdits(row)));
  const nearBug = [row.buggy_line].flat().some(line => Math.abs(line - finding.line) <= 2);
  const atAcquire = leaks.includes(finding.rule) && (row.acquire_lines ?? []).includes(finding.line);
  return inFunction || nearBug || atAcquire;
}

/** A hit: the number of findings of one of the class's rules rises at the row's places. */
export function isHit(row, good, bad) {
  return RULES_OF_CLASS[row.class].some(rule => {
    const amount = findings => findings.filter(f => f.rule === rule && isAbout(row, f)).length;
    return amount(bad) > amount(good);
  });
}
