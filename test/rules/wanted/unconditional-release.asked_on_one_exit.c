// expected: unconditional-release at `unpin_user_pages(pages, n);` of the first exit

static ssize_t asked_on_one_exit_bad(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;
	int n;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	n = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	if (checksum_pages(pages, offset, got)) {
		unpin_user_pages(pages, n);
		return -EIO;
	}
	if (iov_iter_extract_will_pin(iter))
		unpin_user_pages(pages, n);
	return got;
}
