// expected: release-count at `put_page(pages[i]);`

static int unsigned_index_bad(unsigned long addr)
{
	struct page *pages[8];
	unsigned int i;
	int got;

	got = get_user_pages_fast(addr, 8, 0, pages);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return 0;
}

static int unsigned_index_ok(unsigned long addr)
{
	struct page *pages[8];
	unsigned int i;
	int got;

	got = get_user_pages_fast(addr, 8, 0, pages);
	if (got < 0)
		return got;
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return 0;
}
