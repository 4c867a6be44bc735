// expected: release-mismatch at `release_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));`; era: extract-mode

static ssize_t mode_switch_bad(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	switch (iov_iter_extract_mode(iter, 0)) {
	case FOLL_PIN:
		release_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
		break;
	case FOLL_GET:
		release_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
		break;
	}
	return got;
}

static ssize_t mode_switch_ok(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	switch (iov_iter_extract_mode(iter, 0)) {
	case FOLL_PIN:
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
		break;
	case FOLL_GET:
		release_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
		break;
	}
	return got;
}
