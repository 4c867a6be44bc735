// expected: silence

struct backing {
	struct page **pages;
	unsigned int num_pages;
	struct sg_table *sg;
};

static int backing_pin_ok(struct backing *b, unsigned long addr, bool write)
{
	unsigned int pinned = 0;
	int ret;

	do {
		unsigned int left = b->num_pages - pinned;
		struct page **pages = b->pages + pinned;

		ret = get_user_pages(addr + pinned * PAGE_SIZE, left, write ? FOLL_WRITE : 0, pages);
		if (ret < 0)
			goto release;
		pinned += ret;
	} while (pinned < b->num_pages);

	ret = sg_alloc_table_from_pages(b->sg, b->pages, b->num_pages, 0,
					(u64)b->num_pages << PAGE_SHIFT, GFP_KERNEL);
	if (ret)
		goto release;
	return 0;

release:
	release_pages(b->pages, pinned);
	return ret;
}
