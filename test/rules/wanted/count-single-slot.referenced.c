// expected: silence

static ssize_t one_referenced_ok(struct iov_iter *iter)
{
	struct page *page;
	size_t offset;
	ssize_t got;

	got = iov_iter_get_pages2(iter, &page, PAGE_SIZE, 1, &offset);
	if (got <= 0)
		return got;
	put_page(page);
	return got;
}
