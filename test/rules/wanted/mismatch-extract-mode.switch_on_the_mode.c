// expected: release-mismatch at `put_page(slot[0]);`; era: extract-mode

static ssize_t mode_switch_bad(struct iov_iter *iter, size_t len)
{
	struct page *slot[1], **pages = slot;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 1, 0, &offset);
	if (got <= 0)
		return got;
	switch (iov_iter_extract_mode(iter, 0)) {
	case FOLL_PIN:
		put_page(slot[0]);
		break;
	case FOLL_GET:
		put_page(slot[0]);
		break;
	}
	return got;
}

static ssize_t mode_switch_ok(struct iov_iter *iter, size_t len)
{
	struct page *slot[1], **pages = slot;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 1, 0, &offset);
	if (got <= 0)
		return got;
	switch (iov_iter_extract_mode(iter, 0)) {
	case FOLL_PIN:
		unpin_user_page(slot[0]);
		break;
	case FOLL_GET:
		put_page(slot[0]);
		break;
	}
	return got;
}
