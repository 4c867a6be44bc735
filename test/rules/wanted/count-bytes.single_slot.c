// expected: page-leak at `return -EINVAL;`

/* One slot was offered, so that one page is all there can be. */
static ssize_t single_slot_ok(struct iov_iter *iter)
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

static ssize_t single_slot_bad(struct iov_iter *iter)
{
	struct page *page;
	size_t offset;
	ssize_t got;

	got = iov_iter_get_pages2(iter, &page, PAGE_SIZE, 1, &offset);
	if (got <= 0)
		return got;
	if (offset)
		return -EINVAL;
	put_page(page);
	return got;
}
