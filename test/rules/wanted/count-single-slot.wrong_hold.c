// expected: release-mismatch at `unpin_user_page(page);`

static ssize_t one_wrong_hold_bad(struct iov_iter *iter)
{
	struct page *page;
	size_t offset;
	ssize_t got;

	got = iov_iter_get_pages2(iter, &page, PAGE_SIZE, 1, &offset);
	if (got <= 0)
		return got;
	unpin_user_page(page);
	return got;
}
