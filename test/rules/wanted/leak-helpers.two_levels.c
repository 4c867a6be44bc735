// expected: page-leak at `return err;`

static int inner(unsigned long addr, struct page **page)
{
	int got = pin_user_pages_fast(addr, 1, FOLL_WRITE, page);

	return got == 1 ? 0 : -EFAULT;
}

static int middle(unsigned long addr, struct page **page)
{
	int err = inner(addr, page);

	if (err)
		return err;
	if (PageReserved(*page)) {
		unpin_user_page(*page);
		return -EPERM;
	}
	return 0;
}

static int outer_ok(unsigned long addr)
{
	struct page *page;
	int err = middle(addr, &page);

	if (!err)
		unpin_user_page(page);
	return err;
}

static int outer_bad(unsigned long addr)
{
	struct page *page;
	int err = middle(addr, &page);

	if (err)
		return err;
	err = start_device();
	if (err)
		return err;
	unpin_user_page(page);
	return 0;
}
