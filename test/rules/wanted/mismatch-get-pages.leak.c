// expected: page-leak at `return -ENODEV;`; era: get-pages

static ssize_t lost_reference_bad(struct iov_iter *iter, size_t len)
{
	struct page *page;
	size_t offset;
	ssize_t got;

	got = iov_iter_get_pages2(iter, &page, len, 1, &offset);
	if (got <= 0)
		return got;
	if (device_is_gone())
		return -ENODEV;
	put_page(page);
	return got;
}
