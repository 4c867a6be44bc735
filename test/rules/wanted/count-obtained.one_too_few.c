// expected: release-count at `unpin_user_pages(pages, got - 1);`

static int one_too_few_bad(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got <= 1)
		goto few;
	unpin_user_pages(pages, got - 1);
	return 0;

few:
	if (got == 1)
		unpin_user_page(pages[0]);
	return -EFAULT;
}
