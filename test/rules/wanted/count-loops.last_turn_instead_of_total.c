// expected: release-count at `unpin_user_pages(pages, got);`

static int last_turn_bad(unsigned long addr)
{
	struct page *pages[64];
	int got, total = 0;

	while (total < 64) {
		got = pin_user_pages_fast(addr + total * PAGE_SIZE, 64 - total, FOLL_WRITE, pages + total);
		if (got <= 0)
			goto undo;
		total += got;
	}
	unpin_user_pages(pages, total);
	return 0;

undo:
	unpin_user_pages(pages, got);
	return -EFAULT;
}

static int total_ok(unsigned long addr)
{
	struct page *pages[64];
	int got, total = 0;

	while (total < 64) {
		got = pin_user_pages_fast(addr + total * PAGE_SIZE, 64 - total, FOLL_WRITE, pages + total);
		if (got <= 0)
			goto undo;
		total += got;
	}
	unpin_user_pages(pages, total);
	return 0;

undo:
	unpin_user_pages(pages, total);
	return -EFAULT;
}
