// expected: page-leak at `return got ? got : -EFAULT;`

static int running_total_bad(unsigned long addr, int nr)
{
	struct page **pages;
	int got, total = 0;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	while (total < nr) {
		got = pin_user_pages_fast(addr + total * PAGE_SIZE, nr - total, FOLL_WRITE, pages + total);
		if (got <= 0) {
			kvfree(pages);
			return got ? got : -EFAULT;
		}
		total += got;
	}
	run_transfer_now();
	unpin_user_pages(pages, total);
	kvfree(pages);
	return 0;
}
