// expected: silence

struct hcall_buffer {
	void __user *uptr;
	size_t size;
};

static int buffers_lock(struct hcall_buffer bufs[], unsigned int num, struct page *pages[], unsigned int nr_pages,
			unsigned int *pinned)
{
	unsigned int i, off = 0;

	for (i = 0; i < num; ) {
		unsigned int wanted;
		int got;

		wanted = DIV_ROUND_UP(offset_in_page(bufs[i].uptr) + bufs[i].size, PAGE_SIZE) - off;
		if (wanted > nr_pages)
			return -ENOSPC;
		got = pin_user_pages_fast((unsigned long)bufs[i].uptr + off * PAGE_SIZE, wanted, FOLL_WRITE, pages);
		if (got <= 0)
			return got;
		*pinned += got;
		nr_pages -= got;
		pages += got;
		off = (got == wanted) ? 0 : off + got;
		i += !off;
	}
	return 0;
}

static int buffers_call_ok(struct hcall_buffer *bufs, unsigned int num, unsigned int nr_pages)
{
	unsigned int pinned = 0;
	struct page **pages;
	int rc;

	pages = kcalloc(nr_pages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	rc = buffers_lock(bufs, num, pages, nr_pages, &pinned);
	if (!rc)
		rc = do_call(bufs, num);
	unpin_user_pages_dirty_lock(pages, pinned, true);
	kfree(pages);
	return rc;
}
