/* Pages that the function's own allocation put into an array lie in the same member as pinned ones. */

enum { REGION_MAPPED = 1, REGION_OF_USER = 2, REGION_SINGLE = 4 };

struct region {
	struct page **pages;
	void *address;
	unsigned nr_pages;
	unsigned flags;
};

static void free_region(struct region *region)
{
	if (region->pages) {
		long nr = region->nr_pages;

		if (region->flags & REGION_SINGLE)
			nr = 1;
		if (region->flags & REGION_OF_USER)
			unpin_user_pages_dirty_lock(region->pages, nr, true);
		else
			release_pages(region->pages, nr);
		kvfree(region->pages);
	}
	if ((region->flags & REGION_MAPPED) && region->address)
		vunmap(region->address);
	memset(region, 0, sizeof(*region));
}

static int map_region(struct region *region)
{
	void *address = vmap(region->pages, region->nr_pages, VM_MAP, PAGE_KERNEL);

	if (!address)
		return -ENOMEM;
	region->address = address;
	region->flags |= REGION_MAPPED;
	return 0;
}

static int pin_region(struct region *region, unsigned long addr)
{
	struct page **pages = kvmalloc_array(region->nr_pages, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, region->nr_pages, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (got != region->nr_pages) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return -EFAULT;
	}
	region->pages = pages;
	region->flags |= REGION_OF_USER;
	return 0;
}

static bool one_block(struct page **pages, int nr)
{
	struct page *first = alloc_pages(GFP_KERNEL, get_order(nr * PAGE_SIZE));
	int i;

	if (!first)
		return false;
	for (i = 0; i < nr; i++)
		pages[i] = first + i;
	return true;
}

static int allocate_region(struct region *region)
{
	struct page **pages = kvmalloc_objs(*pages, region->nr_pages, GFP_KERNEL);
	unsigned long nr;

	if (!pages)
		return -ENOMEM;
	if (one_block(pages, region->nr_pages)) {
		region->flags |= REGION_SINGLE;
		goto done;
	}
	nr = alloc_pages_bulk_node(GFP_KERNEL, NUMA_NO_NODE, region->nr_pages, pages);
	if (nr != region->nr_pages) {
		if (nr)
			release_pages(pages, nr);
		kvfree(pages);
		return -ENOMEM;
	}
done:
	region->pages = pages;
	return 0;
}

int create_region(struct region *region, unsigned long addr, int nr, int of_user)
{
	int err;

	region->nr_pages = nr;
	if (of_user)
		err = pin_region(region, addr);
	else
		err = allocate_region(region);
	if (err)
		goto free;
	err = map_region(region);
	if (err)
		goto free;
	return 0;
free:
	free_region(region);
	return err;
}
