/* The whole error path asks first whether anything was obtained. */

static int unwind_if_any_ok(unsigned long addr, int nr, struct page **pages)
{
	int got, err;

	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got == nr) {
		err = start_device();
		if (!err) {
			unpin_user_pages_dirty_lock(pages, nr, true);
			return 0;
		}
	} else {
		err = got < 0 ? got : -EFAULT;
	}
	if (got > 0)
		unpin_user_pages(pages, got);
	return err;
}

static int nested_unwind_ok(unsigned long addr, int nr)
{
	struct page **pages;
	int got = 0, err = -ENOMEM;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		goto fail;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	err = got < 0 ? got : -EFAULT;
	if (got != nr)
		goto fail;
	err = start_device();
	if (err)
		goto fail;
	unpin_user_pages(pages, nr);
	kvfree(pages);
	return 0;

fail:
	if (got > 0)
		unpin_user_pages(pages, got);
	kvfree(pages);
	return err;
}
