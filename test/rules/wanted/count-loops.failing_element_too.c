// expected: release-count at `put_page(pages[i]);`

/* The element that could not be taken is released as well. */
static int failing_element_bad(unsigned long addr)
{
	struct page *pages[16];
	int i;

	for (i = 0; i < 16; i++)
		if (get_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	for (i = 0; i < 16; i++)
		put_page(pages[i]);
	return 0;

undo:
	for (; i >= 0; i--)
		put_page(pages[i]);
	return -EFAULT;
}
