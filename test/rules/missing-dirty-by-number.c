/* Pages kept by their number, with the pin that the number can only come from. */

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

static void mapping_remove_bad(struct mapping *mapping)
{
	struct page *page = pfn_to_page(mapping->pfn);

	unpin_user_page(page);
//      ^^^^^^^^^^^^^^^ missing-dirty: `page` of pin_user_pages_fast() may be written (FOLL_WRITE), and nothing in this file marks them dirty: unpin_user_page() alone lets what was written be lost
}
