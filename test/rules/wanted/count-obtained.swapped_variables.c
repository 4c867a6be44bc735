// expected: release-count at `unpin_user_pages(pages, wanted - got);`

static int swapped_bad(unsigned long addr, int nr)
{
	struct page *pages[16];
	int wanted = 16, got;

	got = pin_user_pages_fast(addr, wanted, FOLL_WRITE, pages);
	if (got > 0 && got < wanted) {
		unpin_user_pages(pages, wanted - got);
		return -EFAULT;
	}
	if (got <= 0)
		return -EFAULT;
	unpin_user_pages(pages, got);
	return 0;
}
