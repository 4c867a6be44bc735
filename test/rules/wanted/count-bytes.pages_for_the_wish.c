// expected: release-count at `release_pages(pages, DIV_ROUND_UP(len + offset, PAGE_SIZE));`

static ssize_t wish_bad(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset;
	ssize_t got = iov_iter_get_pages2(iter, pages, len, 16, &offset);

	if (got <= 0)
		return got;
	release_pages(pages, DIV_ROUND_UP(len + offset, PAGE_SIZE));
	return got;
}

static ssize_t whole_wish_ok(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset;
	ssize_t got = iov_iter_get_pages2(iter, pages, len, 16, &offset);

	if (got <= 0)
		return got;
	if (got != len) {
		release_pages(pages, DIV_ROUND_UP(got + offset, PAGE_SIZE));
		return -EFAULT;
	}
	release_pages(pages, DIV_ROUND_UP(len + offset, PAGE_SIZE));
	return got;
}
