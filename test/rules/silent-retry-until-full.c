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
