// expected: page-array-leak at `struct page **pages __free(kfree) = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);`

static int wrong_scope_free_bad(unsigned long addr, int nr)
{
	struct page **pages __free(kfree) = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got < 0)
		return got;
	unpin_user_pages(pages, got);
	return 0;
}
