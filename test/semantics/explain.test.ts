import { describe, expect, it } from 'vitest';
import type { Era } from '../../server/src/semantics/eras.ts';
import { explainFunction, toMarkdown } from '../../server/src/semantics/explain.ts';
import type { IteratorKind } from '../../server/src/semantics/holds.ts';
import { treeForEra, treeOf } from '../../server/src/semantics/trees.ts';

type Cell = 'pin' | 'get' | 'none' | 'unsupported';

/** Era, function, iterator kind, hold as a source, hold as a destination: as the sources of each era say. */
const FACTS: readonly (readonly [Era, string, IteratorKind, Cell, Cell])[] = [
  ['get-pages', 'iov_iter_get_pages2', 'ubuf', 'get', 'get'],
  ['get-pages', 'iov_iter_get_pages2', 'iovec', 'get', 'get'],
  ['get-pages', 'iov_iter_get_pages2', 'bvec', 'get', 'get'],
  ['get-pages', 'iov_iter_get_pages2', 'xarray', 'get', 'get'],
  ['get-pages', 'iov_iter_get_pages2', 'pipe', 'get', 'get'],
  ['get-pages', 'iov_iter_get_pages2', 'kvec', 'unsupported', 'unsupported'],
  ['get-pages', 'iov_iter_get_pages_alloc2', 'discard', 'unsupported', 'unsupported'],
  ['get-pages', 'bio_iov_iter_get_pages', 'ubuf', 'get', 'get'],
  ['get-pages', 'bio_iov_iter_get_pages', 'bvec', 'none', 'none'],
  ['get-pages', 'bio_iov_iter_get_pages', 'kvec', 'unsupported', 'unsupported'],
  ['extract-mode', 'iov_iter_extract_pages', 'ubuf', 'get', 'pin'],
  ['extract-mode', 'iov_iter_extract_pages', 'iovec', 'get', 'pin'],
  ['extract-mode', 'iov_iter_extract_pages', 'bvec', 'none', 'none'],
  ['extract-mode', 'iov_iter_extract_pages', 'kvec', 'none', 'none'],
  ['extract-mode', 'iov_iter_extract_pages', 'pipe', 'unsupported', 'unsupported'],
  ['extract-mode', 'bio_iov_iter_get_pages', 'iovec', 'get', 'pin'],
  ['will-pin', 'iov_iter_extract_pages', 'ubuf', 'pin', 'pin'],
  ['will-pin', 'iov_iter_extract_pages', 'iovec', 'pin', 'pin'],
  ['will-pin', 'iov_iter_extract_pages', 'kvec', 'none', 'none'],
  ['will-pin', 'iov_iter_extract_pages', 'bvec', 'none', 'none'],
  ['will-pin', 'iov_iter_extract_pages', 'folioq', 'none', 'none'],
  ['will-pin', 'iov_iter_extract_pages', 'xarray', 'none', 'none'],
  ['will-pin', 'iov_iter_extract_pages', 'discard', 'unsupported', 'unsupported'],
  ['will-pin', 'iov_iter_get_pages2', 'ubuf', 'get', 'get'],
  ['will-pin', 'iov_iter_get_pages2', 'folioq', 'get', 'get'],
  ['will-pin', 'iov_iter_get_pages2', 'kvec', 'unsupported', 'unsupported'],
  ['will-pin', 'extract_iter_to_sg', 'iovec', 'pin', 'pin'],
  ['will-pin', 'extract_iter_to_sg', 'kvec', 'none', 'none'],
  ['will-pin', 'netfs_extract_user_iter', 'ubuf', 'pin', 'pin'],
  ['will-pin', 'netfs_extract_user_iter', 'bvec', 'unsupported', 'unsupported'],
  ['will-pin', 'bio_iov_iter_get_pages', 'ubuf', 'pin', 'pin'],
  ['will-pin', 'bio_iov_iter_get_pages', 'bvec', 'none', 'none'],
];

describe('explainFunction', () => {
  it.each(FACTS)(
    '%s: %s on %s leaves %s as a source, %s as a destination',
    (era, name, kind, source, dest) => {
      expect(explainFunction(name, treeForEra(era), { iterator: kind })?.modes).toEqual([
        { kind, source, dest },
      ]);
    },
  );

  it('lists the kinds that the tree has', () => {
    const kinds = (era: Era, name: string) =>
      explainFunction(name, treeForEra(era))!.modes.map(line => line.kind);
    expect(kinds('will-pin', 'iov_iter_extract_pages')).toEqual([
      'iovec',
      'ubuf',
      'kvec',
      'bvec',
      'xarray',
      'folioq',
      'discard',
    ]);
    expect(kinds('get-pages', 'iov_iter_get_pages2')).toEqual([
      'iovec',
      'ubuf',
      'kvec',
      'bvec',
      'xarray',
      'pipe',
      'discard',
    ]);
  });

  it('narrows counts and releases by the iterator', () => {
    const tree = treeForEra('will-pin');
    const user = explainFunction('iov_iter_extract_pages', tree, { iterator: 'ubuf', direction: 'dest' })!;
    expect(user.counts).toHaveLength(1);
    expect(user.counts[0]).toContain('1024');
    expect(user.release.join(' ')).toContain('unpin_user_pages');
    expect(user.release.join(' ')).not.toContain('will_pin');
    expect(user.dirty).toContain('dirty');
    const kernel = explainFunction('iov_iter_extract_pages', tree, { iterator: 'bvec', direction: 'dest' })!;
    expect(kernel.release[0]).toBe('none: nothing at all.');
    expect(kernel.dirty).toBeUndefined();
    const any = explainFunction('iov_iter_extract_pages', tree)!;
    expect(any.release.join(' ')).toContain('iov_iter_extract_will_pin()');
    expect(explainFunction('iov_iter_extract_pages', tree, { direction: 'source' })!.dirty).toBeUndefined();
  });

  it('names the generic disposal of the extract-mode era', () => {
    const { release, counts } = explainFunction('iov_iter_extract_pages', treeForEra('extract-mode'))!;
    expect(release.join(' ')).toContain('page_put_unpin(page, mode)');
    expect(counts).toHaveLength(3);
  });

  it('tells how pages are counted', () => {
    const tree = treeForEra('will-pin');
    expect(explainFunction('iov_iter_extract_pages', tree)!.returns).toContain(
      'DIV_ROUND_UP(*offset0 + ret, PAGE_SIZE)',
    );
    expect(explainFunction('pin_user_pages_fast', tree)!.returns).toContain('perhaps fewer');
  });

  it('has no answer for what the tree has not', () => {
    expect(explainFunction('iov_iter_extract_pages', treeForEra('get-pages'))).toBeUndefined();
    expect(explainFunction('no_such_function', treeForEra('will-pin'))).toBeUndefined();
    expect(explainFunction('constructor', treeForEra('will-pin'))).toBeUndefined();
  });

  it('writes Markdown with the table only where the iterator decides', () => {
    const tree = treeForEra('will-pin');
    const extract = toMarkdown(explainFunction('iov_iter_extract_pages', tree)!);
    expect(extract).toContain('| ubuf | pin | pin |');
    expect(extract).toContain('Source: lib/iov_iter.c:1872 (6.12.117)');
    expect(toMarkdown(explainFunction('put_page', tree)!)).not.toContain('| iterator |');
    expect(toMarkdown(explainFunction('put_page', tree)!)).toContain(
      'Drops references of argument 1 `page`.',
    );
  });

  it('gives the arguments of the tree at hand', () => {
    const old = treeOf({ version: 'VERSION = 6\nPATCHLEVEL = 1\n' }, treeForEra('will-pin'));
    expect(explainFunction('get_user_pages', old)!.prototype).toContain('vmas');
    expect(explainFunction('get_user_pages', treeForEra('will-pin'))!.prototype).not.toContain('vmas');
  });
});
