// era: get-pages
/* Before the extraction came: every page carries a reference, whatever iterator listed it. */

static ssize_t get_pages2_bad(struct iov_iter *iter, size_t len)
{
	struct page *pages[8];
	size_t offset;
	ssize_t got;
	int i, n;

	got = iov_iter_get_pages2(iter, pages, len, 8, &offset);
	if (got <= 0)
		return got;
	n = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	for (i = 0; i < n; i++)
		unpin_user_page(pages[i]);
//              ^^^^^^^^^^^^^^^ release-mismatch: `pages` carries references (iov_iter_get_pages2()); unpin_user_page() drops a pin, and the pages carry none: use put_page()
	return got;
}

static ssize_t get_pages2_ok(struct iov_iter *iter, size_t len)
{
	struct page *pages[8];
	size_t offset;
	ssize_t got;
	int i, n;

	got = iov_iter_get_pages2(iter, pages, len, 8, &offset);
	if (got <= 0)
		return got;
	n = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	for (i = 0; i < n; i++)
		put_page(pages[i]);
	return got;
}

static int pinned_with_vmas_bad(unsigned long addr)
{
	struct page *page;
	long got;

	mmap_read_lock(current->mm);
	got = pin_user_pages(addr, 1, 0, &page, NULL);
	mmap_read_unlock(current->mm);
	if (got != 1)
		return -EFAULT;
	put_page(page);
//      ^^^^^^^^ release-mismatch: `page` carries pins (pin_user_pages()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
	return 0;
}

static int pinned_with_vmas_ok(unsigned long addr)
{
	struct page *page;
	long got;

	mmap_read_lock(current->mm);
	got = pin_user_pages(addr, 1, 0, &page, NULL);
	mmap_read_unlock(current->mm);
	if (got != 1)
		return -EFAULT;
	unpin_user_page(page);
	return 0;
}

static ssize_t lost_reference_bad(struct iov_iter *iter, size_t len)
{
	struct page *pages[8];
	size_t offset;
	ssize_t got;

	got = iov_iter_get_pages2(iter, pages, len, 8, &offset);
	if (got <= 0)
		return got;
	if (device_is_gone())
		return -ENODEV;
//              ^^^^^^^^^^^^^^^ page-leak: `pages` (references from iov_iter_get_pages2()) are lost at this exit: other exits release them, this one does not
	release_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}
