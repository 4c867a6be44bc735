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

/* The index has no sign, the count has one; both loops end at the same place. */
static int unsigned_index_ok(unsigned long addr, int nr)
{
	struct page *pages[8];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1) {
			while (i--)
				unpin_user_page(pages[i]);
			return -EFAULT;
		}
	}
	for (i = 0; i < nr; i++)
		unpin_user_page(pages[i]);
	return 0;
}
