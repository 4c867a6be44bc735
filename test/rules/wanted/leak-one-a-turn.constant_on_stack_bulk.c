// expected: silence

struct page_set {
	unsigned int nr;
};

static int constant_on_stack_bulk_ok(unsigned long addr)
{
	struct page *pages[16];
	int i;

	for (i = 0; i < 16; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, FOLL_WRITE, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	unpin_user_pages(pages, 16);
	return 0;

undo:
	unpin_user_pages(pages, i);
	return -EFAULT;
}
