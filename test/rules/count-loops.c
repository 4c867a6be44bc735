/* Totals and indices of loops as counts. */

static int batch_asked_bad(unsigned long addr, unsigned long nr)
{
	struct page *pages[32];
	int want, got;

	while (nr) {
		want = min(nr, 32UL);
		got = pin_user_pages_fast(addr, want, 0, pages);
		if (got <= 0)
			return -EFAULT;
		checksum_pages(addr, got);
		unpin_user_pages(pages, want);
//              ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `pages` counts the pages asked for, but pin_user_pages_fast() may have obtained fewer: the slots behind hold no page of this call
		addr += got * PAGE_SIZE;
		nr -= got;
	}
	return 0;
}
