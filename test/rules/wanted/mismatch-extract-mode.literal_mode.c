// expected: release-mismatch at `page_put_unpin(slot[0], FOLL_PIN);`; era: extract-mode

static ssize_t literal_mode_bad(void __user *buf, size_t len)
{
	struct page *slot[1], **pages = slot;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_ubuf(&iter, ITER_SOURCE, buf, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 1, 0, &offset);
	if (got <= 0)
		return got;
	page_put_unpin(slot[0], FOLL_PIN);
	return got;
}

static ssize_t literal_mode_ok(void __user *buf, size_t len)
{
	struct page *slot[1], **pages = slot;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_ubuf(&iter, ITER_SOURCE, buf, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 1, 0, &offset);
	if (got <= 0)
		return got;
	page_put_unpin(slot[0], FOLL_GET);
	return got;
}
