// expected: release-count at `unpin_user_page(pages[0]);`

static int only_the_first_bad(unsigned long addr)
{
	struct page *pages[2];
	int got;

	got = pin_user_pages_fast(addr, 2, FOLL_WRITE, pages);
	if (got != 2) {
		if (got == 1)
			unpin_user_page(pages[0]);
		return -EFAULT;
	}
	unpin_user_page(pages[0]);
	return 0;
}

static int both_ok(unsigned long addr)
{
	struct page *pages[2];
	int got;

	got = pin_user_pages_fast(addr, 2, FOLL_WRITE, pages);
	if (got != 2) {
		if (got == 1)
			unpin_user_page(pages[0]);
		return -EFAULT;
	}
	unpin_user_page(pages[0]);
	unpin_user_page(pages[1]);
	return 0;
}
