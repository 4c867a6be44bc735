// expected: silence

struct page_set {
	unsigned int nr;
};

static int member_on_stack_bulk_ok(unsigned long addr, struct page_set *set)
{
	struct page *pages[16];
	unsigned int i;

	for (i = 0; i < set->nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, FOLL_WRITE, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	unpin_user_pages(pages, set->nr);
	return 0;

undo:
	unpin_user_pages(pages, i);
	return -EFAULT;
}
