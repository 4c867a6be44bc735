// expected: release-count at `put_page(pages[i]);`

static ssize_t bytes_as_pages_bad(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset;
	ssize_t i, got = iov_iter_get_pages2(iter, pages, len, 16, &offset);

	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return got;
}
