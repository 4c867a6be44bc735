/* The same, marked where it may have been written. */

struct mapping {
	unsigned long pfn;
	bool is_writable;
};

static int mapping_add(struct mapping *mapping, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, mapping->is_writable ? FOLL_WRITE : 0, &page) != 1)
		return -EFAULT;
	mapping->pfn = page_to_pfn(page);
	return 0;
}

static void mapping_remove_ok(struct mapping *mapping)
{
	struct page *page = pfn_to_page(mapping->pfn);

	if (mapping->is_writable)
		set_page_dirty_lock(page);
	unpin_user_page(page);
}
