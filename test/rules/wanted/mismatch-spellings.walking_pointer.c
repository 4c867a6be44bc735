// expected: release-mismatch at `unpin_user_page(*p);`

static void walking_pointer_bad(unsigned long addr)
{
	struct page *pages[8], **p;
	int got;

	got = get_user_pages_fast(addr, 8, 0, pages);
	for (p = pages; got > 0; got--, p++)
		unpin_user_page(*p);
}

static void walking_pointer_ok(unsigned long addr)
{
	struct page *pages[8], **p;
	int got;

	got = get_user_pages_fast(addr, 8, 0, pages);
	for (p = pages; got > 0; got--, p++)
		put_page(*p);
}
