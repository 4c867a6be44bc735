// expected: page-leak at `int got = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);`

static void drop_if(struct page **pages, int nr, bool pinned)
{
	if (pinned)
		unpin_user_pages(pages, nr);
}

static int uses_drop_if_ok(unsigned long addr)
{
	struct page *pages[4];
	int got = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);

	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	drop_if(pages, got, true);
	return 0;
}

static int uses_drop_if_bad(unsigned long addr)
{
	struct page *pages[4];
	int got = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);

	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	drop_if(pages, got, false);
	return 0;
}
