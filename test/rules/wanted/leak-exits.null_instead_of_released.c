// expected: page-leak at `return err;`

static int preset_null_bad(unsigned long addr)
{
	struct page *page = NULL;
	int err;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1) {
		err = -EFAULT;
		goto out;
	}
	err = start_device();
	if (err)
		goto out;
	page = NULL;
out:
	if (page)
		unpin_user_page(page);
	return err;
}
