// expected: page-array-leak at `struct page **pages = grab_vector(addr, nr);`

static struct page **grab_vector(unsigned long addr, int nr)
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

static int uses_grab_vector_bad(unsigned long addr, int nr)
{
	struct page **pages = grab_vector(addr, nr);
	int err;

	if (IS_ERR(pages))
		return PTR_ERR(pages);
	err = start_device();
	unpin_user_pages(pages, nr);
	return err;
}
