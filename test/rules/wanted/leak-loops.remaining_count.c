// expected: silence

static int remaining_ok(unsigned long addr, int nr)
{
	struct page *pages[64];
	int got, left = 64, base = 0;

	do {
		got = pin_user_pages_fast(addr, left, FOLL_WRITE, &pages[base]);
		if (got <= 0)
			goto undo;
		addr += got * PAGE_SIZE;
		base += got;
		left -= got;
	} while (left);
	unpin_user_pages(pages, 64);
	return 0;

undo:
	unpin_user_pages(pages, base);
	return -EFAULT;
}
