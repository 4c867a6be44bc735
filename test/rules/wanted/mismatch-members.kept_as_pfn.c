// expected: release-mismatch (warning) at `put_page(pfn_to_page(slot->pfn));`

struct slot {
	unsigned long pfn;
};

static int slot_map(struct slot *slot, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	slot->pfn = page_to_pfn(page);
	return 0;
}

static void slot_unmap_bad(struct slot *slot)
{
	put_page(pfn_to_page(slot->pfn));
}
