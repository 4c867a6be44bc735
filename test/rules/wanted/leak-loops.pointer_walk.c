// expected: silence

static void pointer_walk_ok(unsigned long addr)
{
	struct page *pages[8], **p = pages;
	int got = pin_user_pages_fast(addr, 8, FOLL_WRITE, pages);

	while (got-- > 0)
		unpin_user_page(*p++);
}
