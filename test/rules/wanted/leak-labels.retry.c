// expected: page-leak at `goto retry;`

static int retry_ok(unsigned long addr)
{
	struct page *page;
	int err;

retry:
	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	err = start_device();
	unpin_user_page(page);
	if (err == -EAGAIN)
		goto retry;
	return err;
}

static int retry_bad(unsigned long addr)
{
	struct page *page;
	int err;

retry:
	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	err = start_device();
	if (err == -EAGAIN)
		goto retry;
	unpin_user_page(page);
	return err;
}
