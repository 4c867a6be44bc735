// expected: release-count at `put_page(pages[i]);`

/* The first slot is never visited. */
static void starts_at_one_bad(unsigned long addr)
{
	struct page *pages[8];
	int i = 0, got = get_user_pages_fast(addr, 8, 0, pages);

	while (++i < got)
		put_page(pages[i]);
}
