// expected: silence

static int predecrement_ok(unsigned long addr)
{
	struct page *batch[16];
	int i;

	for (i = 0; i < 16; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, FOLL_WRITE, &batch[i]) != 1)
			goto undo;
	unpin_user_pages(batch, 16);
	return 0;

undo:
	while (--i >= 0)
		unpin_user_page(batch[i]);
	return -EFAULT;
}
