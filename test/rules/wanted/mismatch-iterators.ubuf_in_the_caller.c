// expected: silence

static ssize_t take_first_page(struct iov_iter *iter, size_t len)
{
	struct page *slot[1], **pages = slot;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 1, 0, &offset);
	if (got <= 0)
		return got;
	unpin_user_page(slot[0]);
	return got;
}

ssize_t send_user_buffer_ok(void __user *buf, size_t len)
{
	struct iov_iter iter;

	iov_iter_ubuf(&iter, ITER_SOURCE, buf, len);
	return take_first_page(&iter, len);
}
