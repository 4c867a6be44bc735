// expected: release-mismatch at `unpin_user_page(slot[0]);`

static ssize_t borrow_first_page(struct iov_iter *iter, size_t len)
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

ssize_t send_kernel_buffer_bad(void *buf, size_t len)
{
	struct kvec kvec = { .iov_base = buf, .iov_len = len };
	struct iov_iter iter;

	iov_iter_kvec(&iter, ITER_SOURCE, &kvec, 1, len);
	return borrow_first_page(&iter, len);
}
