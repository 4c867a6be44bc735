// expected: page-leak at `return err;`

static struct page **grab_array(unsigned long addr, int nr)
{
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return ERR_PTR(-ENOMEM);
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return ERR_PTR(got < 0 ? got : -EFAULT);
	}
	return pages;
}

static int uses_grab_array_ok(unsigned long addr, int nr)
{
	struct page **pages = grab_array(addr, nr);
	int err;

	if (IS_ERR(pages))
		return PTR_ERR(pages);
	err = start_device();
	unpin_user_pages(pages, nr);
	kvfree(pages);
	return err;
}

static int uses_grab_array_bad(unsigned long addr, int nr)
{
	struct page **pages = grab_array(addr, nr);
	int err;

	if (IS_ERR(pages))
		return PTR_ERR(pages);
	err = start_device();
	if (err)
		return err;
	unpin_user_pages(pages, nr);
	kvfree(pages);
	return 0;
}
