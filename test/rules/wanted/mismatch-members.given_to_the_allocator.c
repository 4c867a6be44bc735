// expected: release-mismatch (warning) at `__free_page(belt->pages[i]);`

struct belt {
	struct page **pages;
	int nr;
};

static int belt_map(struct belt *belt, unsigned long addr, int nr)
{
	belt->nr = pin_user_pages_fast(addr, nr, 0, belt->pages);
	return belt->nr < 0 ? belt->nr : 0;
}

static void belt_free_pages_bad(struct belt *belt)
{
	int i;

	for (i = 0; i < belt->nr; i++)
		__free_page(belt->pages[i]);
}
