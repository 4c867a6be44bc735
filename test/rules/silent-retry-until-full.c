/* Called again and again until everything is there, or everything is given back. */

static int fill_userptr_ok(unsigned long addr, unsigned int num, struct page ***array)
{
	struct page **pvec;
	unsigned int pinned = 0;
	int ret;

	pvec = kvmalloc_array(num, sizeof(*pvec), GFP_KERNEL);
	if (!pvec)
		return -ENOMEM;
	do {
		unsigned int left = num - pinned;
		u64 start = addr + pinned * PAGE_SIZE;
		struct page **pages = pvec + pinned;

		ret = pin_user_pages_fast(start, left, FOLL_WRITE, pages);
		if (ret < 0) {
			unpin_user_pages(pvec, pinned);
			kvfree(pvec);
			return ret;
		}
		pinned += ret;
	} while (pinned < num);

	*array = pvec;
	return 0;
}

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

struct shadow {
	struct page **pvec;
	int err;
};

static void shadow_worker_ok(struct shadow *shadow, unsigned long addr, unsigned long npages)
{
	unsigned long pinned = 0;
	struct page **pvec;
	int ret = -ENOMEM;

	pvec = kvmalloc_array(npages, sizeof(*pvec), GFP_KERNEL);
	if (pvec) {
		ret = -EFAULT;
		while (pinned < npages) {
			ret = pin_user_pages_fast(addr + pinned * PAGE_SIZE, npages - pinned, FOLL_WRITE,
						  pvec + pinned);
			if (ret < 0)
				break;
			pinned += ret;
		}
		if (pinned == npages) {
			shadow->pvec = pvec;
			pinned = 0;
			pvec = NULL;
			ret = 0;
		}
	}
	shadow->err = ret;
	if (pvec) {
		unpin_user_pages(pvec, pinned);
		kvfree(pvec);
	}
}
