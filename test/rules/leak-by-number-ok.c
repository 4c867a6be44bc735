/* The same where the caller finds the page again by its number. */

static int look_up(unsigned long start, unsigned long *address)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	*address = page_to_phys(page);
	return 0;
}

int samples(unsigned long start)
{
	unsigned long address;
	int err = look_up(start, &address);

	if (err)
		return err;
	program(address);
	put_page(pfn_to_page(PHYS_PFN(address)));
	return 0;
}
