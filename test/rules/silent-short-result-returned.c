/* A short result is a result: the count goes to the caller. */

/* Returns how many of the pages are pinned now, or an error code. */
int pin_part_of_buffer_ok(unsigned long addr, size_t npages, bool writable, struct page **pages)
{
	unsigned int flags = FOLL_LONGTERM | (writable ? FOLL_WRITE : 0);
	int got;

	got = pin_user_pages_fast(addr, npages, flags, pages);
	if (got < 0)
		return got;
	atomic64_add(got, &current->mm->pinned_vm);
	return got;
}

static int pin_what_fits_ok(unsigned long first, unsigned long last, unsigned int *offset, struct page *pages[64])
{
	int wanted = ((last - first) >> PAGE_SHIFT) + 1;
	int got;

	if (wanted > 64)
		wanted = 64;
	got = pin_user_pages_fast(first, wanted, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	if (got < wanted)
		*offset = 0;
	return got;
}

static int transfer_what_fits_ok(unsigned long first, unsigned long last)
{
	struct page *pages[64];
	unsigned int offset;
	int got;

	got = pin_what_fits_ok(first, last, &offset, pages);
	if (got < 0)
		return got;
	run_transfer_now();
	unpin_user_pages_dirty_lock(pages, got, true);
	return got;
}
