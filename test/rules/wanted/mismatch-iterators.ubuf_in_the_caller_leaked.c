// expected: page-leak at `got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);`

static ssize_t forget_pages(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	transmit(page_to_phys(pages[0]), offset, got);
	return got;
}

ssize_t send_and_forget_bad(void __user *buf, size_t len)
{
	struct iov_iter iter;

	iov_iter_ubuf(&iter, ITER_SOURCE, buf, len);
	return forget_pages(&iter, len);
}
