// expected: silence

static ssize_t one_extracted_ok(void __user *buf, size_t len)
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
