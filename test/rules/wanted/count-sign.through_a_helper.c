// expected: release-count at `drop_pinned(pages, got, false);`

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
