// era: get-pages
/* Arrays of iov_iter_get_pages_alloc2() in a tree that has no extraction. */

static ssize_t alloc2_lost_bad(struct iov_iter *iter, size_t len)
{
	struct page **pages;
	size_t offset;
	ssize_t got;
	int i, n;

	got = iov_iter_get_pages_alloc2(iter, &pages, len, &offset);
	if (got <= 0)
		return got;
	n = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	for (i = 0; i < n; i++)
		put_page(pages[i]);
	if (got < len)
		return -EIO;
//              ^^^^^^^^^^^^ page-array-leak: the page array `pages` was allocated by iov_iter_get_pages_alloc2(), and it is lost at this exit: kvfree() it
	kvfree(pages);
	return got;
}

static ssize_t alloc2_freed_ok(struct iov_iter *iter, size_t len)
{
	struct page **pages;
	size_t offset;
	ssize_t got;
	int i, n;

	got = iov_iter_get_pages_alloc2(iter, &pages, len, &offset);
	if (got <= 0)
		return got;
	n = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	for (i = 0; i < n; i++)
		put_page(pages[i]);
	kvfree(pages);
	return got < len ? -EIO : got;
}
