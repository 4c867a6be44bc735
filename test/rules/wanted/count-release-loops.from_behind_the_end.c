// expected: release-count at `unpin_user_page(pages[i]);`

static int from_behind_the_end_bad(unsigned long addr)
{
	struct page *pages[17];
	int i;
	int got;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = got; i >= 0; i--)
		unpin_user_page(pages[i]);
	return 0;
}
