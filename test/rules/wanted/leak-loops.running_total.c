// expected: silence

static int running_total_ok(unsigned long addr, int nr)
{
	struct page **pages;
	int got, total = 0, err = 0;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	while (total < nr) {
		got = pin_user_pages_fast(addr + total * PAGE_SIZE, nr - total, FOLL_WRITE, pages + total);
		if (got <= 0) {
			err = got ? got : -EFAULT;
			goto out;
		}
		total += got;
	}
	run_transfer_now();
out:
	unpin_user_pages(pages, total);
	kvfree(pages);
	return err;
}
