// expected: release-mismatch at `put_all(pages, got);`

static void put_all(struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		put_page(pages[i]);
}

static int uses_put_all_bad(unsigned long addr)
{
	struct page *pages[4];
	int got = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);

	if (got <= 0)
		return -EFAULT;
	put_all(pages, got);
	return 0;
}

static int uses_put_all_ok(unsigned long addr)
{
	struct page *pages[4];
	int got = get_user_pages_fast(addr, 4, FOLL_WRITE, pages);

	if (got <= 0)
		return -EFAULT;
	put_all(pages, got);
	return 0;
}
