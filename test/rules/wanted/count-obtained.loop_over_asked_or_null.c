// expected: silence

/* A zeroed array tells which slots were filled. */
static int zeroed_slots_ok(unsigned long addr, int nr)
{
	struct page **pages;
	int i, got;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = get_user_pages_fast(addr, nr, 0, pages);
	for (i = 0; i < nr; i++)
		if (pages[i])
			put_page(pages[i]);
	kfree(pages);
	return got;
}
