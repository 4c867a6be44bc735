// expected: release-mismatch at `page_put_unpin(pages[i], FOLL_PIN);`; era: extract-mode

static ssize_t literal_mode_bad(void __user *buf, size_t len)
{
	struct page *slots[16], **pages = slots;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;
	int i;

	iov_iter_ubuf(&iter, ITER_SOURCE, buf, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	for (i = 0; i < DIV_ROUND_UP(offset + got, PAGE_SIZE); i++)
		page_put_unpin(pages[i], FOLL_PIN);
	return got;
}

static ssize_t literal_mode_ok(void __user *buf, size_t len)
{
	struct page *slots[16], **pages = slots;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;
	int i;

	iov_iter_ubuf(&iter, ITER_SOURCE, buf, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	for (i = 0; i < DIV_ROUND_UP(offset + got, PAGE_SIZE); i++)
		page_put_unpin(pages[i], FOLL_GET);
	return got;
}
