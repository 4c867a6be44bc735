// expected: silence

struct page_set {
	unsigned int nr;
};

static int parameter_on_stack_bulk_ok(unsigned long addr, int nr)
{
	struct page *pages[16];
	int i;

	for (i = 0; i < nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, FOLL_WRITE, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	unpin_user_pages(pages, nr);
	return 0;

undo:
	unpin_user_pages(pages, i);
	return -EFAULT;
}
