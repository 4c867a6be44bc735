/* The number of pages that are released against the number that was obtained. */

static int asked_instead_of_obtained(unsigned long addr, struct page **pages, int nr)
{
	int got;

	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got < nr) {
		unpin_user_pages(pages, nr);
//              ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `pages` counts the pages asked for, but pin_user_pages_fast() may have obtained fewer: the slots behind hold no page of this call
		return -EFAULT;
	}
	unpin_user_pages(pages, nr);
	return 0;
}

static int errno_below_unsigned(unsigned long addr, struct page **pages, unsigned int nr)
{
	int ret;

	ret = pin_user_pages_fast(addr, nr, 0, pages);
	if (ret < nr) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	unpin_user_pages(pages, nr);
//      ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `pages` runs where pin_user_pages_fast() obtained nothing: its count is an error code or no page was stored
	return 0;
}

static int errno_below_signed(unsigned long addr, struct page **pages, int nr)
{
	int ret;

	ret = pin_user_pages_fast(addr, nr, 0, pages);
	if (ret < nr) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	unpin_user_pages(pages, nr);
	return 0;
}
