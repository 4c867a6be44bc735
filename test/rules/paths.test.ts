import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../server/src/engine.ts';
import { ERAS } from '../../server/src/semantics/eras.ts';
import { treeForEra } from '../../server/src/semantics/trees.ts';
import { createEngine } from './engine.ts';
import { withoutMarks } from './marks.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});

function findingsIn(text: string, path = 'a.c') {
  const era = ERAS.find(known => text.startsWith(`// era: ${known}`)) ?? 'will-pin';
  return engine.analyse({ path, text }, { tree: treeForEra(era) }).findings;
}

/** The steps of the only finding, each with the text it stands at. */
function pathIn(text: string): string[] {
  const findings = findingsIn(text);
  expect(findings).toHaveLength(1);
  return findings[0]!.path.map(step => `${text.slice(step.start, step.end)} — ${step.message}`);
}

const fixtures = readdirSync(__dirname).filter(name => name.endsWith('.c'));

/** On a single path the index of an entry is a number, and entries of different numbers are not mixed. */
const ONLY_MERGED: Readonly<Record<string, readonly string[]>> = {
  'mixed-holds.c': ['mixed-holds in scatterlist_bad'],
};

test.each(fixtures)('%s: each finding happens on a path that was gone from end to end', name => {
  const text = withoutMarks(readFileSync(join(__dirname, name), 'utf8'));
  const unsure = findingsIn(text, name).filter(({ path }) => /not confirmed/.test(path.at(-1)!.message));
  expect(unsure.map(finding => `${finding.rule} in ${finding.function}`)).toEqual(ONLY_MERGED[name] ?? []);
});

test('branches agree with each other where states of both arms were merged', () => {
  const path = pathIn(`
int map_user(unsigned long addr, int nr, int strict)
{
	struct page *pages[16];
	int ret = 0;

	if (pin_user_pages_fast(addr, nr, 0, pages) != nr)
		panic("short");
	if (strict) {
		if (device_refuses(nr))
			ret = -EIO;
	}
	if (ret)
		return ret;
	unpin_user_pages(pages, nr);
	return 0;
}
`);
  expect(path).toEqual([
    'pin_user_pages_fast(addr, nr, 0, pages) — `pages` is pinned here by pin_user_pages_fast()',
    'strict — `strict` is true',
    'device_refuses(nr) — `device_refuses(nr)` is true',
    'ret — `ret` is true',
    'return ret; — `pages` lost here: nothing behind this releases the pages',
  ]);
});

test('what decides nothing is left out: both arms, loops, callees, what was before', () => {
  const path = pathIn(`
static void log_range(unsigned long addr, int nr)
{
	if (nr > 1)
		pr_debug("many");
	flush_range(addr);
}

int map_user(unsigned long addr, int nr, int verbose)
{
	struct page *pages[16];
	int got, i;

	if (verbose)
		pr_debug("start");
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got < 0)
		return got;
	log_range(addr, nr);
	for (i = 0; i < got; i++)
		flush_dcache_page(pages[i]);
	if (verbose)
		pr_debug("flushed");
	if (got < nr)
		goto out;
	unpin_user_pages(pages, got);
out:
	return 0;
}
`);
  expect(path).toEqual([
    'pin_user_pages_fast(addr, nr, 0, pages) — `pages` is pinned here by pin_user_pages_fast()',
    'got < 0 — `got < 0` is false',
    'got < nr — `got < nr` is true',
    'goto out; — `pages` lost here: nothing behind this releases the pages',
  ]);
});

test('the pages of an earlier turn are lost where a later turn fails', () => {
  const path = pathIn(`
int map_all(unsigned long addr, int batches)
{
	struct page *pages[16];
	int i, j, got;

	for (i = 0; i < batches; i++) {
		got = pin_user_pages_fast(addr, 1, 0, pages + i);
		if (got < 0)
			return got;
	}
	for (j = 0; j < batches; j++)
		unpin_user_page(pages[j]);
	return 0;
}
`);
  expect(path[0]).toMatch(/is pinned here/);
  expect(path).toContain(
    'pin_user_pages_fast(addr, 1, 0, pages + i) — pin_user_pages_fast() fails: nothing is held',
  );
  expect(path.at(-1)).toMatch(/^return got; — /);
});

test('calls that lead to the fault are entered', () => {
  const path = pathIn(`
static void drop(struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		put_page(pages[i]);
}

int map_user(unsigned long addr, struct page **pages)
{
	int got = pin_user_pages_fast(addr, 8, 0, pages);

	if (got <= 0)
		return -EFAULT;
	drop(pages, got);
	return 0;
}
`);
  expect(path).toEqual([
    'pin_user_pages_fast(addr, 8, 0, pages) — `pages` is pinned here by pin_user_pages_fast()',
    'got <= 0 — `got <= 0` is false',
    'drop — calls drop()',
    'i < nr — `i < nr` is true',
    'put_page — put_page() is called here',
  ]);
});

test('an array is followed from its allocation', () => {
  const path = pathIn(`
int map_user(unsigned long addr, int nr)
{
	struct page **pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got < 0)
		return got;
	unpin_user_pages(pages, got);
	kvfree(pages);
	return 0;
}
`);
  expect(path[0]).toBe(
    'kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL) — `pages` is allocated here by kvmalloc_array()',
  );
  expect(path.slice(-2)).toEqual([
    'got < 0 — `got < 0` is true',
    'return got; — `pages` lost here: nothing behind this frees the array',
  ]);
});

test('a hold that depends on the iterator comes with its reason', () => {
  const path = pathIn(`
int map_iter(struct iov_iter *iter)
{
	struct page *array[4], **pages = array;
	size_t offset;
	ssize_t got;

	if (!user_backed_iter(iter))
		return -EINVAL;
	got = iov_iter_extract_pages(iter, &pages, 4096, 1, 0, &offset);
	if (got <= 0)
		return -EFAULT;
	return 0;
}
`);
  expect(path[0]).toMatch(
    /`pages` is pinned here by iov_iter_extract_pages\(\), as the iterator is of kind /,
  );
});

test('a completion that forgets: where the pages were taken, where it was bound, and what it decided', () => {
  const path = pathIn(`
static void read_done(struct bio *bio)
{
	if (bio->bi_status) {
		bio_put(bio);
		return;
	}
	bio_release_pages(bio, true);
	bio_put(bio);
}

int read_user(struct bio *bio, struct iov_iter *iter)
{
	int err;

	bio->bi_end_io = read_done;
	err = bio_iov_iter_get_pages(bio, iter);
	if (err)
		return err;
	submit_bio(bio);
	return 0;
}
`);
  expect(path).toEqual([
    'bio_iov_iter_get_pages(bio, iter) — `bio` taken here by bio_iov_iter_get_pages()',
    'bio->bi_end_io — read_done() is bound here, to run later',
    'bio->bi_status — `bio->bi_status` is true',
    'bio_put — bio_put() ends `bio`',
    'return; — read_done() is over: nothing has released the pages',
  ]);
});
