// expected: release-count at `put_page(pages[i]);`

static int loop_over_asked_bad(unsigned long addr, int nr)
{
	struct page *pages[16];
	int i, got;

	got = get_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < 16; i++)
		put_page(pages[i]);
	return 0;
}

static int loop_over_obtained_ok(unsigned long addr, int nr)
{
	struct page *pages[16];
	int i, got;

	got = get_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return 0;
}
