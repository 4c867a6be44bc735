// expected: release-mismatch at `put_page(bell->page);`

/* Taken as a pin in one function, put as a reference in another. */
struct doorbell {
	struct page *page;
	void *vaddr;
};

static int doorbell_map(struct doorbell *bell, unsigned long addr)
{
	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &bell->page) != 1)
		return -EFAULT;
	bell->vaddr = kmap(bell->page);
	return 0;
}

static void doorbell_unmap_bad(struct doorbell *bell)
{
	kunmap(bell->page);
	put_page(bell->page);
	bell->page = NULL;
}
