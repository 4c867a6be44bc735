import { readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  BASELINE_SCHEMA,
  type Baseline,
  type BaselineEntry,
  EMPTY_BASELINE,
  printBaseline,
} from '../report/baseline.ts';
import { replaceFile } from './files.ts';
import { Form } from './form.ts';
import { treeRoot } from './trees.ts';
import { checkoutRoot } from './walk.ts';

const FORM = new Form<Baseline>(BASELINE_SCHEMA);

/** Reads the text of a baseline file. Throws an Error with one clear line where it is not one. */
export function parseBaseline(text: string): Baseline {
  return asBaseline(JSON.parse(text));
}

/** The same of JSON that is read already. */
export function asBaseline(value: unknown): Baseline {
  return FORM.checked(value);
}

/**
 * The baseline in a file. Throws an Error where it cannot be read or is not a baseline.
 * @param mayBeAbsent a file that does not exist is an empty baseline.
 */
export function readBaseline(path: string, mayBeAbsent: boolean): Baseline {
  try {
    return parseBaseline(readFileSync(path, 'utf8'));
  } catch (error) {
    if (mayBeAbsent && (error as NodeJS.ErrnoException).code === 'ENOENT') return EMPTY_BASELINE;
    throw error;
  }
}

/** Puts these entries into a file, which others see either as it was or whole. Throws what node:fs throws. */
export function writeBaseline(path: string, entries: readonly BaselineEntry[]): void {
  // A link stays a link: what it leads to is replaced.
  replaceFile(realPath(path), printBaseline(entries));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/**
 * The root whose baseline is about a file: that of the kernel tree around it, else of the checkout; undefined outside
 * both.
 * @param path absolute path of a file, which need not exist.
 */
export function rootOf(path: string): string | undefined {
  return treeRoot(path) ?? checkoutRoot(dirname(path));
}
