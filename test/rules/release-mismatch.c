/* Pins, references and pages without a hold, dropped by the wrong and by the right function. */

static int pin_dropped_as_reference(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	put_page(page);
//      ^^^^^^^^ release-mismatch: `page` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
	return 0;
}

static int reference_dropped_as_pin(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
//      ^^^^^^^^^^^^^^^ release-mismatch: `page` carries references (get_user_pages_fast()); unpin_user_page() drops a pin, and the pages carry none: use put_page()
	return 0;
}

static int given_to_the_allocator(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	__free_page(page);
//      ^^^^^^^^^^^ release-mismatch: `page` carries references (get_user_pages_fast()); __free_page() gives memory back to the allocator, and these pages belong to the process they were taken from: use put_page()
	return 0;
}

static int pin_dropped_as_pin(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	set_page_dirty_lock(page);
	unpin_user_page(page);
	return 0;
}

static int reference_dropped_as_reference(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	put_page(page);
	return 0;
}

static ssize_t asked_the_iterator(struct iov_iter *iter, struct page **pages, size_t len)
{
	bool pinned = iov_iter_extract_will_pin(iter);
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got ? got : -EFAULT;
	if (pinned)
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}
