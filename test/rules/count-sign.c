/* An error code is no count. */

static int unwind_with_errno_bad(unsigned long addr, int nr, struct page **pages)
{
	int got, err = 0;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got != nr) {
		err = -EFAULT;
		goto out;
	}
	err = start_device();
out:
	unpin_user_pages(pages, got);
//      ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `pages` runs where pin_user_pages_fast() obtained nothing: its count is an error code or no page was stored
	return err;
}

static int unwind_with_count_ok(unsigned long addr, int nr, struct page **pages)
{
	int got, err = 0;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got != nr) {
		err = -EFAULT;
		goto out;
	}
	err = start_device();
out:
	if (got > 0)
		unpin_user_pages(pages, got);
	return err;
}

static int stored_to_unsigned_bad(unsigned long addr)
{
	struct page *pages[8];
	unsigned int got;

	got = pin_user_pages_fast(addr, 8, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	unpin_user_pages(pages, got);
//      ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `pages` runs where pin_user_pages_fast() obtained nothing: its count is an error code or no page was stored
	return 0;
}

static int stored_to_signed_ok(unsigned long addr)
{
	struct page *pages[8];
	int got;

	got = pin_user_pages_fast(addr, 8, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	unpin_user_pages(pages, got);
	return 0;
}

static int unsigned_exact_ok(unsigned long addr)
{
	struct page *pages[8];
	unsigned int got;

	got = pin_user_pages_fast(addr, 8, FOLL_WRITE, pages);
	if (got != 8) {
		if ((int)got > 0)
			unpin_user_pages(pages, got);
		return -EFAULT;
	}
	unpin_user_pages(pages, got);
	return 0;
}

static int size_t_compare_bad(unsigned long addr, struct page **pages, size_t nr)
{
	long got;

	mmap_read_lock(current->mm);
	got = pin_user_pages(addr, nr, FOLL_WRITE, pages);
	mmap_read_unlock(current->mm);
	if (got < nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		return -EFAULT;
	}
	unpin_user_pages(pages, nr);
//      ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `pages` runs where pin_user_pages() obtained nothing: its count is an error code or no page was stored
	return 0;
}

static int size_t_compare_ok(unsigned long addr, struct page **pages, size_t nr)
{
	long got;

	mmap_read_lock(current->mm);
	got = pin_user_pages(addr, nr, FOLL_WRITE, pages);
	mmap_read_unlock(current->mm);
	if (got < 0)
		return got;
	if (got < nr) {
		unpin_user_pages(pages, got);
		return -EFAULT;
	}
	unpin_user_pages(pages, nr);
	return 0;
}

static int cast_ok(unsigned long addr, struct page **pages, unsigned int nr)
{
	int got;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got < (int)nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		return -EFAULT;
	}
	unpin_user_pages(pages, nr);
	return 0;
}

/* A u16 is promoted to int: the comparison stays signed. */
static int narrow_ok(unsigned long addr, struct page **pages, u16 nr)
{
	int got;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got < nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		return -EFAULT;
	}
	unpin_user_pages(pages, nr);
	return 0;
}

/* An unsigned int fits into a long. */
static int wider_ok(unsigned long addr, struct page **pages, unsigned int nr)
{
	long got;

	mmap_read_lock(current->mm);
	got = pin_user_pages(addr, nr, FOLL_WRITE, pages);
	mmap_read_unlock(current->mm);
	if (got < nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		return -EFAULT;
	}
	unpin_user_pages(pages, nr);
	return 0;
}

static int not_equal_ok(unsigned long addr, struct page **pages, unsigned int nr)
{
	int got;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		return got < 0 ? got : -EFAULT;
	}
	unpin_user_pages(pages, nr);
	return 0;
}

static int unsigned_index_bad(unsigned long addr)
{
	struct page *pages[8];
	unsigned int i;
	int got;

	got = get_user_pages_fast(addr, 8, 0, pages);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
//              ^^^^^^^^ release-count: put_page() of `pages` runs where get_user_pages_fast() obtained nothing: its count is an error code or no page was stored
	return 0;
}

static int unsigned_index_ok(unsigned long addr)
{
	struct page *pages[8];
	unsigned int i;
	int got;

	got = get_user_pages_fast(addr, 8, 0, pages);
	if (got < 0)
		return got;
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return 0;
}

static void drop_pinned(struct page **pages, u64 count, bool dirty)
{
	unpin_user_pages_dirty_lock(pages, count, dirty);
}

static int helper_bad(unsigned long addr, struct page **pages, u64 nr)
{
	int got;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got < (int)nr) {
		drop_pinned(pages, got, false);
//              ^^^^^^^^^^^ release-count: unpin_user_pages_dirty_lock() of `pages` runs where pin_user_pages_fast() obtained nothing: its count is an error code or no page was stored
		return -EFAULT;
	}
	drop_pinned(pages, nr, true);
	return 0;
}

static int helper_ok(unsigned long addr, struct page **pages, u64 nr)
{
	int got;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got < (int)nr) {
		if (got > 0)
			drop_pinned(pages, got, false);
		return -EFAULT;
	}
	drop_pinned(pages, nr, true);
	return 0;
}

static int zeroed_on_error_ok(unsigned long addr, int nr, struct page **pages)
{
	int got, err = 0;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got < 0) {
		err = got;
		got = 0;
	} else if (got < nr) {
		err = -EFAULT;
	}
	if (err) {
		unpin_user_pages(pages, got);
		return err;
	}
	unpin_user_pages(pages, nr);
	return 0;
}

static int error_value_ok(unsigned long addr, unsigned long nr, struct page **pages)
{
	unsigned long got;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (IS_ERR_VALUE(got))
		return got;
	unpin_user_pages(pages, got);
	return 0;
}

static int one_less_than_none_bad(unsigned long addr, bool skip)
{
	struct page *pages[8];
	int got, used = 0;

	got = pin_user_pages_fast(addr, 8, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	if (skip)
		unpin_user_pages(pages, used - 1);
//              ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `pages` is given a negative number: none of the pages that pin_user_pages_fast() obtained is released
	else
		unpin_user_pages(pages, got);
	return 0;
//      ^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
}

static int none_or_some_ok(unsigned long addr, bool skip)
{
	struct page *pages[8];
	int got, left;

	got = pin_user_pages_fast(addr, 8, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	unpin_user_page(pages[0]);
	left = got - 1;
	if (left > 0)
		unpin_user_pages(pages + 1, left);
	return 0;
}

/* These may be the pages of any function above. */
void mark_written(struct page *page)
{
	set_page_dirty_lock(page);
}
