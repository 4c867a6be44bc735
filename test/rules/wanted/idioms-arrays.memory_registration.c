// expected: page-leak at `goto release;`

struct region {
	struct sg_append_table table;
	bool writable;
	unsigned long address;
	size_t length;
};

static void region_release(struct region *region, int dirty)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_sg(&region->table.sgt, sg, i)
		unpin_user_page_range_dirty_lock(sg_page(sg), DIV_ROUND_UP(sg->length, PAGE_SIZE), dirty);
	sg_free_append_table(&region->table);
}

static int region_register_ok(struct region *region, unsigned long npages)
{
	unsigned long cur = region->address & PAGE_MASK;
	struct page **list;
	int pinned, ret;

	list = (struct page **)__get_free_page(GFP_KERNEL);
	if (!list)
		return -ENOMEM;
	while (npages) {
		cond_resched();
		pinned = pin_user_pages_fast(cur, min_t(unsigned long, npages, PAGE_SIZE / sizeof(*list)),
					     FOLL_WRITE | FOLL_LONGTERM, list);
		if (pinned < 0) {
			ret = pinned;
			goto release;
		}
		cur += pinned * PAGE_SIZE;
		npages -= pinned;
		ret = sg_alloc_append_table_from_pages(&region->table, list, pinned, 0, pinned << PAGE_SHIFT,
						       UINT_MAX, npages, GFP_KERNEL);
		if (ret) {
			unpin_user_pages_dirty_lock(list, pinned, 0);
			goto release;
		}
	}
	ret = 0;
	goto out;

release:
	region_release(region, 0);
out:
	free_page((unsigned long)list);
	return ret;
}

static int region_register_bad(struct region *region, unsigned long npages)
{
	unsigned long cur = region->address & PAGE_MASK;
	struct page **list;
	int pinned, ret;

	list = (struct page **)__get_free_page(GFP_KERNEL);
	if (!list)
		return -ENOMEM;
	while (npages) {
		cond_resched();
		pinned = pin_user_pages_fast(cur, min_t(unsigned long, npages, PAGE_SIZE / sizeof(*list)),
					     FOLL_WRITE | FOLL_LONGTERM, list);
		if (pinned < 0) {
			ret = pinned;
			goto release;
		}
		cur += pinned * PAGE_SIZE;
		npages -= pinned;
		ret = sg_alloc_append_table_from_pages(&region->table, list, pinned, 0, pinned << PAGE_SHIFT,
						       UINT_MAX, npages, GFP_KERNEL);
		if (ret)
			goto release;
	}
	ret = 0;
	goto out;

release:
	region_release(region, 0);
out:
	free_page((unsigned long)list);
	return ret;
}
