// expected: page-leak at `return err;`

static int need_unpin_ok(unsigned long addr, bool user)
{
	struct page *page = ZERO_PAGE(0);
	bool need_unpin = false;
	int err;

	if (user) {
		if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
			return -EFAULT;
		need_unpin = true;
	}
	err = send_frame(page_to_pfn(page));
	if (need_unpin)
		unpin_user_page(page);
	return err;
}

static int need_unpin_bad(unsigned long addr, bool user)
{
	struct page *page = ZERO_PAGE(0);
	bool need_unpin = false;
	int err;

	if (user) {
		if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
			return -EFAULT;
		if (PageReserved(page))
			need_unpin = true;
	}
	err = send_frame(page_to_pfn(page));
	if (need_unpin)
		unpin_user_page(page);
	return err;
}
