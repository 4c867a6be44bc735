// expected: release-count at `put_page(pages[got]);`

static int countdown_bad(unsigned long addr)
{
	struct page *pages[8];
	int got;

	got = get_user_pages_fast(addr, 8, 0, pages);
	while (got--)
		put_page(pages[got]);
	return 0;
}

static int countdown_ok(unsigned long addr)
{
	struct page *pages[8];
	int got;

	got = get_user_pages_fast(addr, 8, 0, pages);
	while (--got >= 0)
		put_page(pages[got]);
	return 0;
}
