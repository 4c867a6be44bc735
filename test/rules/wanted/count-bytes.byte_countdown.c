// expected: silence

/* One page a turn, until the bytes are used up. */
static ssize_t byte_countdown_ok(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset, left, part;
	ssize_t got = iov_iter_get_pages2(iter, pages, len, 16, &offset);
	int i;

	if (got <= 0)
		return got;
	left = got;
	for (i = 0; left; i++) {
		part = min_t(size_t, left, PAGE_SIZE - offset);
		put_page(pages[i]);
		left -= part;
		offset = 0;
	}
	return got;
}
