// era: extract-mode
/* The v7 series: the direction decides as well, and page_put_unpin() takes the mode. */

static ssize_t generic_ok(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	unsigned int mode;
	size_t offset;
	ssize_t got;
	int i, n;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	mode = iov_iter_extract_mode(iter, 0);
	n = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	for (i = 0; i < n; i++)
		page_put_unpin(pages[i], mode);
	return got;
}
