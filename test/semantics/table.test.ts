import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kernelFunctionsDocument } from '../../server/src/semantics/document.ts';
import type { Effect, FunctionRow } from '../../server/src/semantics/effects.ts';
import type { Tree } from '../../server/src/semantics/eras.ts';
import {
  ACQUIRER_NAMES,
  EffectTable,
  NAMES_OF_INTEREST,
  ROW_GROUPS,
  rowsNamed,
} from '../../server/src/semantics/table.ts';
import {
  appliesTo,
  assumedTree,
  compareVersions,
  treeForEra,
  treeOf,
} from '../../server/src/semantics/trees.ts';

const ALL = Object.values(ROW_GROUPS).flat();

function release(version: string): Tree {
  const [major, minor] = version.split('.');
  return treeOf({ version: `VERSION = ${major}\nPATCHLEVEL = ${minor}\n` }, assumedTree());
}

const VERSIONS = [
  '5.15',
  '5.19',
  '6.0',
  '6.1',
  '6.2',
  '6.3',
  '6.4',
  '6.5',
  '6.6',
  '6.8',
  '6.9',
  '6.11',
  '6.12',
  '6.15',
];
const TREES: [string, Tree][] = [
  ...(['get-pages', 'extract-mode', 'will-pin'] as const).map((era): [string, Tree] => [
    era,
    treeForEra(era),
  ]),
  ...VERSIONS.map((version): [string, Tree] => [version, release(version)]),
];

/** Every argument number an effect names. */
function argumentsOf(effect: Effect): number[] {
  const numbers: number[] = [];
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'number' && key !== 'constant') numbers.push(value);
    else if (Array.isArray(value)) for (const item of value) visit(item, key);
    else if (value !== null && typeof value === 'object')
      for (const [name, item] of Object.entries(value)) visit(item, name);
  };
  visit(effect, '');
  return numbers;
}

const describeRow = (row: FunctionRow): string => `${row.name} (${row.source})`;

describe('effect table', () => {
  it.each(TREES)('has at most one row a name in %s', (_, tree) => {
    const names = ALL.filter(row => appliesTo(row, tree)).map(row => row.name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it('names only arguments that the prototype has', () => {
    const wrong = ALL.filter(row => {
      const open = row.parameters?.some(parameter => parameter.startsWith('...'));
      const last = Math.max(0, ...row.effects.flatMap(argumentsOf));
      return !row.parameters || (!open && last > row.parameters.length);
    });
    expect(wrong.map(describeRow)).toEqual([]);
  });

  it('finds out-of-range arguments', () => {
    expect(
      argumentsOf({
        kind: 'acquire',
        hold: 'pin',
        pages: { form: 'array', argument: 9 },
        returns: 'always',
        asked: { constant: 40 },
      }),
    ).toEqual([9]);
  });

  it('has version ranges that are not empty, in rows that some tree has', () => {
    const empty = ALL.filter(row => row.since && row.until && compareVersions(row.since, row.until) > 0);
    expect(empty.map(describeRow)).toEqual([]);
    const nowhere = ALL.filter(row => !TREES.some(([, tree]) => appliesTo(row, tree)));
    expect(nowhere.map(describeRow)).toEqual([]);
  });

  it('says where each fact was read', () => {
    const wrong = ALL.filter(
      row =>
        !/^[\w./-]+\.[ch](:\d+)? \((6\.12\.117|6\.1\.192|7\.3\.4|6\.2|6\.4|5\.19|v7 series)\)$/.test(
          row.source,
        ),
    );
    expect(wrong.map(describeRow)).toEqual([]);
  });

  it.each(TREES)('has a releaser for every hold that is taken in %s', (_, tree) => {
    const table = new EffectTable(tree);
    const effects = [...table.names()].flatMap(name => table.row(name)!.effects);
    const dropped = new Set(
      effects
        .filter(effect => effect.kind === 'release')
        .map(effect => `${effect.hold} ${effect.pages.form}`),
    );
    for (const name of ACQUIRER_NAMES) {
      const acquire = table.row(name)?.effects.find(effect => effect.kind === 'acquire');
      if (!acquire) continue;
      const form = acquire.pages.form === 'object' ? 'object' : 'page';
      const holds =
        acquire.hold === 'get' ? ['get'] : acquire.hold === 'by-direction' ? ['get', 'pin'] : ['pin'];
      for (const hold of holds)
        expect(dropped.has(`${hold} ${form}`) || dropped.has(`by-flag ${form}`), `${name}: ${hold}`).toBe(
          true,
        );
    }
  });

  it('lists the extractions, and them only where the tree has them', () => {
    expect(ACQUIRER_NAMES.has('iov_iter_extract_pages')).toBe(true);
    expect(ACQUIRER_NAMES.has('get_page')).toBe(false);
    expect(new EffectTable(release('6.1')).row('iov_iter_extract_pages')).toBeUndefined();
    expect(new EffectTable(release('6.12')).row('iov_iter_get_pages')).toBeUndefined();
    expect(rowsNamed('bio_iov_iter_get_pages')).toHaveLength(3);
  });

  it('knows families of borrowers by their prefix, exact rows first', () => {
    const table = new EffectTable(treeForEra('will-pin'));
    expect(table.row('trace_foo')?.name).toBe('trace_*');
    expect(table.row('PageTail')?.effects).toEqual([{ kind: 'borrow' }]);
    expect(table.row('SetPageDirty')?.effects).toEqual([{ kind: 'dirty', argument: 1 }]);
    expect(table.row('device_frobnicate')).toBeUndefined();
    expect([...table.names()]).not.toContain('trace_*');
  });

  it('lets a user row win', () => {
    const own: FunctionRow = { name: 'put_page', effects: [{ kind: 'borrow' }], source: 'pinsight.json' };
    const table = new EffectTable(treeForEra('will-pin'), [own]);
    expect(table.row('put_page')).toBe(own);
    expect([...table.names()].filter(name => name === 'put_page')).toHaveLength(1);
    expect(new EffectTable(treeForEra('will-pin')).row('put_page')).not.toBe(own);
  });

  it('offers the literals by which a file is worth parsing', () => {
    expect([...NAMES_OF_INTEREST]).toEqual(
      expect.arrayContaining(['pin_user_pages_fast', 'unpin_user_page', 'iov_iter_bvec']),
    );
    expect([...NAMES_OF_INTEREST]).not.toContain('memcpy');
  });

  it('is the source of docs/kernel-functions.md (node scripts/docs-kernel.mjs)', () => {
    const page = readFileSync(new URL('../../docs/kernel-functions.md', import.meta.url), 'utf8');
    expect(page === kernelFunctionsDocument()).toBe(true);
  });
});
