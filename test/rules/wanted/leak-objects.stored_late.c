// expected: page-leak at `return -ENOMEM;`

struct slot {
	struct page *page;
	void *vaddr;
};

static int slot_fill_bad(struct slot *slot, unsigned long addr)
{
	struct page *page;
	void *vaddr;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	vaddr = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	if (!vaddr)
		return -ENOMEM;
	slot->page = page;
	slot->vaddr = vaddr;
	return 0;
}

static int slot_fill_ok(struct slot *slot, unsigned long addr)
{
	struct page *page;
	void *vaddr;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	vaddr = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	if (!vaddr) {
		put_page(page);
		return -ENOMEM;
	}
	slot->page = page;
	slot->vaddr = vaddr;
	return 0;
}
