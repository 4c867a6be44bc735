/* A pfn or an address is all that is left of a page, in a file that has no way back from numbers to pages. */

static int look_up(unsigned long start, int write, unsigned long *address)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, write ? FOLL_WRITE : 0, &page) != 1)
//          ^^^^^^^^^^^^^^^^^^^ page-leak: `page` (references from get_user_pages_fast()): no path of this function releases them or hands them on
		return -EFAULT;
	*address = page_to_phys(page);
	return 0;
}

static int look_up_for_a_moment(unsigned long start, unsigned long *address)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	*address = page_to_phys(page);
	put_page(page);
	return 0;
}

static u64 sampled(unsigned long start)
{
	struct page *page;
	u64 address = 0;

	if (get_user_page_fast_only(start, 0, &page))
//          ^^^^^^^^^^^^^^^^^^^^^^^ page-leak: `page` (references from get_user_page_fast_only()): no path of this function releases them or hands them on
		address = page_to_phys(page) + start % PAGE_SIZE;
	return address;
}

/* Called from elsewhere: who is told the number may well know the way back. */
int exported_look_up(unsigned long start, unsigned long *address)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	*address = page_to_phys(page);
	return 0;
}

u64 samples(unsigned long start, int write)
{
	unsigned long address;

	if (look_up(start, write, &address) || look_up_for_a_moment(start, &address))
		return 0;
	return sampled(start) + address;
}
