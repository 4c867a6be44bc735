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

static ssize_t destination_bad(void __user *buf, size_t len)
{
	struct page *slots[16], **pages = slots;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_ubuf(&iter, ITER_DEST, buf, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	release_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
//      ^^^^^^^^^^^^^ release-mismatch: `pages` carries pins (iov_iter_extract_pages()); release_pages() drops a reference, and the pages carry none: use unpin_user_pages()
	return got;
}

static ssize_t source_bad(void __user *buf, size_t len)
{
	struct page *slots[16], **pages = slots;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_ubuf(&iter, ITER_SOURCE, buf, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
//      ^^^^^^^^^^^^^^^^ release-mismatch: `pages` carries references (iov_iter_extract_pages()); unpin_user_pages() drops a pin, and the pages carry none: use release_pages()
	return got;
}

static ssize_t destination_ok(void __user *buf, size_t len)
{
	struct page *slots[16], **pages = slots;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_ubuf(&iter, ITER_DEST, buf, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}

static ssize_t source_ok(void __user *buf, size_t len)
{
	struct page *slots[16], **pages = slots;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_ubuf(&iter, ITER_SOURCE, buf, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	release_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}

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
//              ^^^^^^^^^^^^^ release-mismatch: `pages` carries pins (iov_iter_extract_pages()); release_pages() drops a reference, and the pages carry none: use unpin_user_pages()
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
