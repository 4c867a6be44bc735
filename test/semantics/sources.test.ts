import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFECTS } from '../../server/src/semantics/defects.ts';
import { kindsOf } from '../../server/src/semantics/explain.ts';
import { ROW_GROUPS } from '../../server/src/semantics/table.ts';
import { assumedTree, treeOf } from '../../server/src/semantics/trees.ts';

const KERNELS = process.env.PINSIGHT_KERNELS ?? join(homedir(), '.cache/pinsight/kernels');
const folderOf = (version: string): string => join(KERNELS, `linux-source-${version}`);

/** Page flag functions are made by macros of the flag's name. */
const written = (name: string): string => name.replace(/^(?:Set|Clear)?Page(?=[A-Z])/, '');

/** Rows whose line, or one of the three below it, does not name the function. */
function strayRows(version: string, sublevel: string): string[] {
  const texts = new Map<string, string[]>();
  const stray: string[] = [];
  for (const row of Object.values(ROW_GROUPS).flat()) {
    const place = /^(\S+):(\d+) \((\S+)\)$/.exec(row.source);
    if (place?.[3] !== sublevel) continue;
    const path = join(folderOf(version), place[1]!);
    if (!texts.has(path)) texts.set(path, existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []);
    const line = Number(place[2]);
    const near = texts
      .get(path)!
      .slice(line - 1, line + 3)
      .join('\n');
    if (!new RegExp(`\\b${written(row.name)}\\b`).test(near)) stray.push(`${row.name}: ${row.source}`);
  }
  return stray;
}

/** Defects whose places are not lines of code. */
function strayDefects(version: string, sublevel: string): string[] {
  return DEFECTS.flatMap(({ id, source }) => {
    const places = [...source.matchAll(/(\S+\.[ch]):(\d+)(?=[^(]*\(([\d.]+)\))/g)];
    return places
      .filter(([, path, line, at]) => {
        if (at !== sublevel) return false;
        const text = readFileSync(join(folderOf(version), path!), 'utf8').split('\n')[Number(line) - 1];
        return text === undefined || /^\s*(?:\*|\/\*|$)/.test(text);
      })
      .map(([place]) => `${id}: ${place}`);
  });
}

const headersOf = (version: string) => {
  const read = (path: string): string => readFileSync(join(folderOf(version), path), 'utf8');
  return {
    uio: read('include/linux/uio.h'),
    mm: read('include/linux/mm.h'),
    blkTypes: read('include/linux/blk_types.h'),
    version: read('Makefile'),
  };
};

it('each defect names a place in a tree that was read', () => {
  for (const { id, source } of DEFECTS)
    expect([id, source]).toEqual([id, expect.stringMatching(/\.[ch]:\d+ \((?:6\.12\.117|6\.1\.192)\)/)]);
});

for (const [version, sublevel] of [
  ['6.12', '6.12.117'],
  ['6.1', '6.1.192'],
  ['7.3', '7.3.4'],
] as const) {
  const absent = !existsSync(folderOf(version));
  if (absent)
    console.warn(
      `SKIPPED: no linux-source-${version} in ${KERNELS}; scripts/fetch-kernel ${version} installs it`,
    );

  describe.skipIf(absent)(`the tree of ${version}`, () => {
    it('has each function at the line its row names', () => {
      expect(strayRows(version, sublevel)).toEqual([]);
    });

    it('has code at the places that the defects name', () => {
      expect(strayDefects(version, sublevel)).toEqual([]);
    });

    it('is known by its headers as by its version', () => {
      const headers = headersOf(version);
      const tree = treeOf(headers, assumedTree());
      expect(tree.version).toBe(version);
      expect(tree.era).toBe(version === '6.1' ? 'get-pages' : 'will-pin');
      expect(kindsOf(tree).includes('folioq')).toBe(version !== '6.1');
      expect(treeOf({ version: headers.version }, assumedTree()).features).toEqual(tree.features);
      expect(treeOf({ ...headers, version: undefined }, assumedTree()).features).toEqual(tree.features);
    });
  });
}
