// expected: release-count at `unpin_user_pages(pages, got + 1);`

static int one_too_many_in_bulk_bad(unsigned long addr)
{
	struct page *pages[17];
	int got;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	unpin_user_pages(pages, got + 1);
	return 0;
}
