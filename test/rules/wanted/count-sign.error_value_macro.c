// expected: silence

static int error_value_ok(unsigned long addr, unsigned long nr, struct page **pages)
{
	unsigned long got;

	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (IS_ERR_VALUE(got))
		return got;
	unpin_user_pages(pages, got);
	return 0;
}
