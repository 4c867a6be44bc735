// expected: unconditional-release at `unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));`

static ssize_t another_iterator_asked_bad(struct iov_iter *from, struct iov_iter *to, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(from, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	checksum_pages(pages, offset, got);
	if (iov_iter_extract_will_pin(to))
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}
