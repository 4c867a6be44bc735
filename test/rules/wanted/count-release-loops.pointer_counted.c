// expected: silence

static int pointer_counted_ok(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	{
		struct page **p = pages;
		int left = got;

		while (left-- > 0)
			unpin_user_page(*p++);
	}
	return 0;
}
