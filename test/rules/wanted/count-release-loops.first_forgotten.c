// expected: release-count at `unpin_user_page(pages[i]);`

static int first_forgotten_bad(unsigned long addr)
{
	struct page *pages[17];
	int i;
	int got;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = 1; i < got; i++)
		unpin_user_page(pages[i]);
	return 0;
}
