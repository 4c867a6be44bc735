import { beforeAll, describe, expect, test } from 'vitest';
import { Cancelled } from '../../server/src/base/cancel.ts';
import type { Engine } from '../../server/src/engine.ts';
import { treeForEra } from '../../server/src/semantics/trees.ts';
import { createEngine } from './engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});

const options = { tree: treeForEra('will-pin') };

const SOURCE = `struct buffer {
	struct page **pages;
	int nr;
};

static void drop_all(struct page **list, int nr)
{
	unpin_user_pages(list, nr);
}

int fill(struct buffer *buffer, unsigned long addr, int verbose)
{
	int got, ret;

	got = pin_user_pages_fast(addr, buffer->nr, FOLL_WRITE, buffer->pages);
	if (got <= 0)
		return got;
	flush(buffer->pages);
	ret = start_device(verbose);
	if (ret) {
		unpin_user_page(buffer->pages[0]);
		goto undo;
	}
	drop_all(buffer->pages, got);
	return 0;
undo:
	unpin_user_pages(buffer->pages + 1, got - 1);
	return ret;
}
`;

/** Hovers over a word in the line that holds the text. */
function hover(line: string, word: string, cancel?: () => boolean): string | undefined {
  const offset = SOURCE.indexOf(word, SOURCE.indexOf(line));
  return engine.hover({ path: 'a.c', text: SOURCE }, offset, options, cancel)?.markdown;
}

const BY = 'by `pin_user_pages_fast()` in [line 15](#L15)';

describe('a hover', () => {
  test('says what is held at the cursor and how much was obtained', () => {
    expect(hover('flush(', 'pages')).toBe(
      `**Held here:**\n\n- \`buffer->pages\`: pinned ${BY}; \`got\` obtained`,
    );
  });

  test('over the object speaks of what it leads to', () => {
    expect(hover('flush(', 'buffer')).toContain(`\`buffer->pages\`: pinned ${BY}`);
  });

  test('says which slots are gone already', () => {
    expect(hover('goto undo', 'goto')).toBe(
      `**Held here:**\n\n- \`buffer->pages\`: pinned ${BY}; \`got\` obtained; slots before \`1\` released; may have been kept by \`flush()\``,
    );
  });

  test('at a return names what released the pages', () => {
    expect(hover('return 0', 'return')).toContain('released by `unpin_user_pages()` in [line 8](#L8)');
  });

  test('over a release joins what it drops to what the function does', () => {
    const text = hover('unpin_user_pages(buffer', 'unpin_user_pages');
    expect(text).toMatch(/Held here.*slots before `1` released; [^\n]*\n\n---\n\n`unpin_user_pages\(/s);
  });

  test('in a helper speaks of what its callers gave it', () => {
    expect(hover('unpin_user_pages(list', 'list')).toContain(`\`buffer->pages\`: pinned ${BY}`);
  });

  test('says nothing of what holds no pages, and where nothing is held', () => {
    expect(hover('start_device(', 'verbose')).toBeUndefined();
    expect(hover('return got', 'return')).toBeUndefined();
    expect(hover('got = pin', 'addr')).toBeUndefined();
  });

  test('is given up when nobody waits any more', () => {
    expect(hover('flush(', 'pages')).toBeDefined();
    expect(() => hover('flush(', 'pages', () => true)).toThrow(Cancelled);
  });
});

describe('highlights', () => {
  const highlights = (text: string) =>
    engine
      .highlights({ path: 'a.c', text: SOURCE }, SOURCE.indexOf(text), options)
      .map(({ start, end, kind }) => `${SOURCE.slice(start, end)} ${kind}`);

  const ALL = [
    'unpin_user_pages release',
    'pin_user_pages_fast acquisition',
    'unpin_user_page release',
    'unpin_user_pages release',
  ];

  test('tie an acquisition to its releases, helpers included', () => {
    expect(highlights('pin_user_pages_fast(')).toEqual(ALL);
  });

  test('tie a release to its acquisition and the other releases', () => {
    expect(highlights('unpin_user_page(')).toEqual(ALL);
  });

  test('leave other words to the editor', () => {
    expect(highlights('start_device(')).toEqual([]);
    expect(highlights('\n\n')).toEqual([]);
  });
});
