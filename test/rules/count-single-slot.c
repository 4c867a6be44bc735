/* One slot was offered, so that one page is all there can be, whatever the bytes and the offset. */

static ssize_t until_the_page_ends_ok(struct iov_iter *iter)
{
	ssize_t got, done = 0;
	struct page *page;
	size_t offset;

	while (iov_iter_count(iter)) {
		got = iov_iter_get_pages2(iter, &page, PAGE_SIZE, 1, &offset);
		if (got <= 0)
			return done ? done : got;
		checksum_page(page, offset, got);
		put_page(page);
		done += got;
	}
	return done;
}

static ssize_t one_lost_bad(struct iov_iter *iter)
{
	struct page *page;
	size_t offset;
	ssize_t got;

	got = iov_iter_get_pages2(iter, &page, PAGE_SIZE, 1, &offset);
	if (got <= 0)
		return got;
	if (offset)
		return -EINVAL;
//              ^^^^^^^^^^^^^^^ page-leak: `page` (references from iov_iter_get_pages2()) are lost at this exit: other exits release them, this one does not
	put_page(page);
	return got;
}

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

static ssize_t one_referenced_ok(struct iov_iter *iter)
{
	struct page *page;
	size_t offset;
	ssize_t got;

	got = iov_iter_get_pages2(iter, &page, PAGE_SIZE, 1, &offset);
	if (got <= 0)
		return got;
	put_page(page);
	return got;
}

static ssize_t one_wrong_hold_bad(struct iov_iter *iter)
{
	struct page *page;
	size_t offset;
	ssize_t got;

	got = iov_iter_get_pages2(iter, &page, PAGE_SIZE, 1, &offset);
	if (got <= 0)
		return got;
	unpin_user_page(page);
//      ^^^^^^^^^^^^^^^ release-mismatch: `page` carries references (iov_iter_get_pages2()); unpin_user_page() drops a pin, and the pages carry none: use put_page()
	return got;
}
