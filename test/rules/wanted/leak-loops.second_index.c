// expected: silence

static int second_index_ok(unsigned long addr)
{
	struct page *batch[16];
	int i, j;

	for (i = 0; i < 16; i++) {
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, FOLL_WRITE, &batch[i]) != 1) {
			for (j = 0; j < i; j++)
				unpin_user_page(batch[j]);
			return -EFAULT;
		}
	}
	unpin_user_pages(batch, 16);
	return 0;
}
