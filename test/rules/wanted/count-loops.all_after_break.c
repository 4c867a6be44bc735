// expected: release-count at `unpin_user_pages(pages, 16);`

static int all_after_break_bad(unsigned long addr)
{
	struct page *pages[16];
	int i, err = 0;

	for (i = 0; i < 16; i++) {
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, FOLL_WRITE, &pages[i]) != 1) {
			err = -EFAULT;
			break;
		}
	}
	unpin_user_pages(pages, 16);
	return err;
}

static int prefix_after_break_ok(unsigned long addr)
{
	struct page *pages[16];
	int i, err = 0;

	for (i = 0; i < 16; i++) {
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, FOLL_WRITE, &pages[i]) != 1) {
			err = -EFAULT;
			break;
		}
	}
	unpin_user_pages(pages, i);
	return err;
}
