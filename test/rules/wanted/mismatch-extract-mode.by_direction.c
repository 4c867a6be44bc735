// expected: release-mismatch at `put_page(slot[0]);`; release-mismatch at `unpin_user_page(slot[0]);`; era: extract-mode

static ssize_t destination_bad(void __user *buf, size_t len)
{
	struct page *slot[1], **pages = slot;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_ubuf(&iter, ITER_DEST, buf, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 1, 0, &offset);
	if (got <= 0)
		return got;
	put_page(slot[0]);
	return got;
}

static ssize_t source_bad(void __user *buf, size_t len)
{
	struct page *slot[1], **pages = slot;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_ubuf(&iter, ITER_SOURCE, buf, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 1, 0, &offset);
	if (got <= 0)
		return got;
	unpin_user_page(slot[0]);
	return got;
}

static ssize_t destination_ok(void __user *buf, size_t len)
{
	struct page *slot[1], **pages = slot;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_ubuf(&iter, ITER_DEST, buf, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 1, 0, &offset);
	if (got <= 0)
		return got;
	unpin_user_page(slot[0]);
	return got;
}

static ssize_t source_ok(void __user *buf, size_t len)
{
	struct page *slot[1], **pages = slot;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_ubuf(&iter, ITER_SOURCE, buf, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 1, 0, &offset);
	if (got <= 0)
		return got;
	put_page(slot[0]);
	return got;
}
