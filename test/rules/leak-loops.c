/* Pages taken or released in turns of a loop. */

static int earlier_turns_bad(unsigned long addr, struct page **pages)
{
	struct page *batch[16];
	int i;

	for (i = 0; i < 16; i++) {
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &batch[i]) != 1)
			return -EFAULT;
//                      ^^^^^^^^^^^^^^^ page-leak: `batch[i]` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	}
	run_transfer_now();
	unpin_user_pages(batch, 16);
	return 0;
}

static void upward_ok(unsigned long addr)
{
	struct page *pages[8];
	int i, got = get_user_pages_fast(addr, 8, 0, pages);

	for (i = 0; i < got; i++)
		put_page(pages[i]);
}

static void downward_ok(unsigned long addr)
{
	struct page *pages[8];
	int got = get_user_pages_fast(addr, 8, 0, pages);

	while (got > 0)
		put_page(pages[--got]);
}

static void post_increment_ok(unsigned long addr)
{
	struct page *pages[8];
	int i = 0, got = get_user_pages_fast(addr, 8, 0, pages);

	while (i < got)
		put_page(pages[i++]);
}

static void do_while_ok(unsigned long addr)
{
	struct page *pages[8];
	int i = 0, got = get_user_pages_fast(addr, 8, 0, pages);

	if (got <= 0)
		return;
	do {
		put_page(pages[i]);
	} while (++i < got);
}

static void pointer_to_end_ok(unsigned long addr)
{
	struct page *pages[8], **p;
	int got = pin_user_pages_fast(addr, 8, 0, pages);

	if (got <= 0)
		return;
	for (p = pages; p < pages + got; p++)
		unpin_user_page(*p);
}

static int break_leaves_the_rest_bad(unsigned long addr)
{
	struct page *pages[8];
	int i, got;

	got = pin_user_pages_fast(addr, 8, 0, pages);
	for (i = 0; i < got; i++) {
		if (!device_ready())
			break;
		fill(pages[i]);
		unpin_user_page(pages[i]);
	}
	return 0;
//      ^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
}

static int break_and_rest_ok(unsigned long addr)
{
	struct page *pages[8];
	int i, got;

	got = pin_user_pages_fast(addr, 8, 0, pages);
	for (i = 0; i < got; i++) {
		if (!device_ready())
			break;
		fill(pages[i]);
		unpin_user_page(pages[i]);
	}
	for (; i < got; i++)
		unpin_user_page(pages[i]);
	return 0;
}

static int continue_skips_bad(unsigned long addr, int nr)
{
	struct page *page;
	int i;

	for (i = 0; i < nr; i++) {
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &page) != 1)
			break;
		if (PageReserved(page))
			continue;
		fill(page);
		unpin_user_page(page);
	}
	return 0;
//      ^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
}

static void continue_releases_ok(unsigned long addr, int nr)
{
	struct page *page;
	int i;

	for (i = 0; i < nr; i++) {
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &page) != 1)
			break;
		if (PageReserved(page)) {
			unpin_user_page(page);
			continue;
		}
		fill(page);
		unpin_user_page(page);
	}
}

static int batches_ok(unsigned long addr, unsigned long nr)
{
	struct page *pages[32];
	int got;

	while (nr) {
		got = pin_user_pages_fast(addr, min(nr, 32UL), 0, pages);
		if (got <= 0)
			return got ? got : -EFAULT;
		checksum_pages(addr, got);
		unpin_user_pages(pages, got);
		addr += got * PAGE_SIZE;
		nr -= got;
	}
	return 0;
}

static int batches_bad(unsigned long addr, unsigned long nr)
{
	struct page *pages[32];
	int got;

	while (nr) {
		got = pin_user_pages_fast(addr, min(nr, 32UL), 0, pages);
		if (got <= 0)
			return got ? got : -EFAULT;
		if (checksum_pages(addr, got) < 0)
			return -EBADMSG;
//                      ^^^^^^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
		unpin_user_pages(pages, got);
		addr += got * PAGE_SIZE;
		nr -= got;
	}
	return 0;
}

static ssize_t segments_ok(struct iov_iter *iter)
{
	struct page *slots[16], **pages = slots;
	ssize_t got, done = 0;
	size_t offset;

	if (!user_backed_iter(iter))
		return -EIO;
	while (iov_iter_count(iter)) {
		got = iov_iter_extract_pages(iter, &pages, SZ_64K, 16, 0, &offset);
		if (got <= 0)
			return done ? done : got;
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
		done += got;
	}
	return done;
}

static ssize_t segments_bad(struct iov_iter *iter)
{
	struct page *slots[16], **pages = slots;
	ssize_t got, done = 0;
	size_t offset;

	if (!user_backed_iter(iter))
		return -EIO;
	while (iov_iter_count(iter)) {
		got = iov_iter_extract_pages(iter, &pages, SZ_64K, 16, 0, &offset);
		if (got <= 0)
			return done ? done : got;
		if (fatal_signal_pending(current))
			return -EINTR;
//                      ^^^^^^^^^^^^^^ page-leak: `pages` (pins or nothing, depending on the iterator from iov_iter_extract_pages()) are lost at this exit: other exits release them, this one does not
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
		done += got;
	}
	return done;
}

static int predecrement_ok(unsigned long addr)
{
	struct page *batch[16];
	int i;

	for (i = 0; i < 16; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &batch[i]) != 1)
			goto undo;
	unpin_user_pages(batch, 16);
	return 0;

undo:
	while (--i >= 0)
		unpin_user_page(batch[i]);
	return -EFAULT;
}

static int earlier_turns_ok(unsigned long addr)
{
	struct page *batch[16];
	int i;

	for (i = 0; i < 16; i++) {
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &batch[i]) != 1)
			goto undo;
	}
	run_transfer_now();
	unpin_user_pages(batch, 16);
	return 0;

undo:
	while (i--)
		unpin_user_page(batch[i]);
	return -EFAULT;
}

static int for_countdown_ok(unsigned long addr)
{
	struct page *batch[16];
	int i;

	for (i = 0; i < 16; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &batch[i]) != 1)
			goto undo;
	unpin_user_pages(batch, 16);
	return 0;

undo:
	for (i--; i >= 0; i--)
		unpin_user_page(batch[i]);
	return -EFAULT;
}

static int remaining_ok(unsigned long addr, int nr)
{
	struct page *pages[64];
	int got, left = 64, base = 0;

	do {
		got = pin_user_pages_fast(addr, left, 0, &pages[base]);
		if (got <= 0)
			goto undo;
		addr += got * PAGE_SIZE;
		base += got;
		left -= got;
	} while (left);
	unpin_user_pages(pages, 64);
	return 0;

undo:
	unpin_user_pages(pages, base);
	return -EFAULT;
}

static int running_total_ok(unsigned long addr, int nr)
{
	struct page **pages;
	int got, total = 0, err = 0;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	while (total < nr) {
		got = pin_user_pages_fast(addr + total * PAGE_SIZE, nr - total, 0, pages + total);
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

static int running_total_bad(unsigned long addr, int nr)
{
	struct page **pages;
	int got, total = 0;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	while (total < nr) {
		got = pin_user_pages_fast(addr + total * PAGE_SIZE, nr - total, 0, pages + total);
		if (got <= 0) {
			kvfree(pages);
			return got ? got : -EFAULT;
//                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^ page-leak: `pages + total` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
		}
		total += got;
	}
	run_transfer_now();
	unpin_user_pages(pages, total);
	kvfree(pages);
	return 0;
}

static int second_index_ok(unsigned long addr)
{
	struct page *batch[16];
	int i, j;

	for (i = 0; i < 16; i++) {
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &batch[i]) != 1) {
			for (j = 0; j < i; j++)
				unpin_user_page(batch[j]);
			return -EFAULT;
		}
	}
	unpin_user_pages(batch, 16);
	return 0;
}

static void pointer_walk_ok(unsigned long addr)
{
	struct page *pages[8], **p = pages;
	int got = pin_user_pages_fast(addr, 8, 0, pages);

	while (got-- > 0)
		unpin_user_page(*p++);
}
