// expected: release-mismatch at `release_pages(up->pages, up->nr);`

struct upload {
	struct page **pages;
	unsigned int nr;
	bool pinned;
};

static int upload_map(struct upload *up, struct iov_iter *iter, size_t len)
{
	size_t offset;
	ssize_t got;

	up->pages = NULL;
	got = iov_iter_extract_pages(iter, &up->pages, len, 64, 0, &offset);
	if (got <= 0) {
		kvfree(up->pages);
		up->pages = NULL;
		return got ? got : -EFAULT;
	}
	up->nr = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	up->pinned = iov_iter_extract_will_pin(iter);
	return 0;
}

static void upload_unmap_bad(struct upload *up)
{
	if (up->pinned)
		release_pages(up->pages, up->nr);
	kvfree(up->pages);
}
