// expected: release-mismatch at `put_page(slot[0]);`

static ssize_t asserted_user_bad(struct iov_iter *iter, size_t len)
{
	struct page *slot[1], **pages = slot;
	size_t offset;
	ssize_t got;

	if (!user_backed_iter(iter))
		return -EIO;
	got = iov_iter_extract_pages(iter, &pages, len, 1, 0, &offset);
	if (got <= 0)
		return got;
	put_page(slot[0]);
	return got;
}

static ssize_t asserted_user_ok(struct iov_iter *iter, size_t len)
{
	struct page *slot[1], **pages = slot;
	size_t offset;
	ssize_t got;

	if (WARN_ON_ONCE(!user_backed_iter(iter)))
		return -EIO;
	got = iov_iter_extract_pages(iter, &pages, len, 1, 0, &offset);
	if (got <= 0)
		return got;
	unpin_user_page(slot[0]);
	return got;
}
