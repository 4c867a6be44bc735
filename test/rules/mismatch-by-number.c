/* Pages that are kept by a number: where a file only pins, a number of it can only be that of a pinned page. */

struct translation {
	unsigned long pfn;
};

static int translation_set(struct translation *entry, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	entry->pfn = page_to_pfn(page);
	return 0;
}

static void translation_clear_ok(struct translation *entry)
{
	unpin_user_page(pfn_to_page(entry->pfn));
	entry->pfn = 0;
}

static void translation_clear_bad(struct translation *entry)
{
	put_page(pfn_to_page(entry->pfn));
//      ^^^^^^^^ release-mismatch (warning): `pfn_to_page(entry->pfn)` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
	entry->pfn = 0;
}
