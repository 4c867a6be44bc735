/* A file that also allocates pages: a number may be that of any of them. */

struct entry {
	unsigned long pfn;
};

static int entry_pin(struct entry *entry, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	entry->pfn = page_to_pfn(page);
	return 0;
}

static int entry_fill(struct entry *entry)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	entry->pfn = page_to_pfn(page);
	return 0;
}

static void entry_unpin_ok(struct entry *entry)
{
	unpin_user_page(pfn_to_page(entry->pfn));
}

static void entry_put_ok(struct entry *entry)
{
	put_page(pfn_to_page(entry->pfn));
}
