/* Pages obtained against pages asked for. */

static int asked_in_unwind_bad(unsigned long addr, int nr)
{
	struct page **pages;
	int got, err;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got < 0) {
		err = got;
		goto out_free;
	}
	if (got != nr) {
		err = -EFAULT;
		goto out_unpin;
	}
	err = start_device();
out_unpin:
	unpin_user_pages(pages, nr);
//      ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `pages` counts the pages asked for, but pin_user_pages_fast() may have obtained fewer: the slots behind hold no page of this call
out_free:
	kvfree(pages);
	return err;
}

static int obtained_in_unwind_ok(unsigned long addr, int nr)
{
	struct page **pages;
	int got, err;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got < 0) {
		err = got;
		goto out_free;
	}
	if (got != nr) {
		err = -EFAULT;
		goto out_unpin;
	}
	err = start_device();
out_unpin:
	unpin_user_pages(pages, got);
out_free:
	kvfree(pages);
	return err;
}

static int loop_over_asked_bad(unsigned long addr, int nr)
{
	struct page *pages[16];
	int i, got;

	got = get_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < 16; i++)
		put_page(pages[i]);
//              ^^^^^^^^ release-count: put_page() of `pages` counts the pages asked for, but get_user_pages_fast() may have obtained fewer: the slots behind hold no page of this call
	return 0;
}

static int loop_over_obtained_ok(unsigned long addr, int nr)
{
	struct page *pages[16];
	int i, got;

	got = get_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return 0;
}

static int exact_ok(unsigned long addr, int nr, struct page **pages)
{
	int got;

	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		return -EFAULT;
	}
	unpin_user_pages(pages, nr);
	return 0;
}

static int at_least_ok(unsigned long addr, int nr, struct page **pages)
{
	int got;

	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got >= nr) {
		unpin_user_pages(pages, nr);
		return 0;
	}
	if (got > 0)
		unpin_user_pages(pages, got);
	return -EFAULT;
}

static int short_accepted_bad(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	unpin_user_pages_dirty_lock(pages, 16, true);
//      ^^^^^^^^^^^^^^^^^^^^^^^^^^^ release-count: unpin_user_pages_dirty_lock() of `pages` counts the pages asked for, but pin_user_pages_fast() may have obtained fewer: the slots behind hold no page of this call
	return 0;
}

static int short_accepted_ok(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	unpin_user_pages_dirty_lock(pages, got, true);
	return 0;
}

static int single_ok(unsigned long addr)
{
	struct page *page;
	int got;

	got = pin_user_pages_fast(addr, 1, 0, &page);
	if (got < 1)
		return got < 0 ? got : -EFAULT;
	unpin_user_pages(&page, 1);
	return 0;
}

/* Without FOLL_NOWAIT nothing but an error code says that the page was not taken. */
static int negative_only_ok(unsigned long addr)
{
	struct page *page;
	int got;

	got = pin_user_pages_fast(addr, 1, 0, &page);
	if (got < 0)
		return got;
	unpin_user_pages(&page, 1);
	return 0;
}

static int minimum_ok(unsigned long addr, int nr)
{
	struct page *pages[16];
	int got;

	nr = min(nr, 16);
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got <= 0)
		return -EFAULT;
	nr = got;
	unpin_user_pages(pages, nr);
	return 0;
}

/* A zeroed array tells which slots were filled. */
static int zeroed_slots_ok(unsigned long addr, int nr)
{
	struct page **pages;
	int i, got;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = get_user_pages_fast(addr, nr, 0, pages);
	for (i = 0; i < nr; i++)
		if (pages[i])
			put_page(pages[i]);
	kfree(pages);
	return got;
}

/* Where the count may be zero, a return of zero is no failure; nobody asks for no page. */
struct queue {
	size_t nr;
	struct page **pages;
};

static int queue_take(struct queue *queue, unsigned long addr)
{
	int got = get_user_pages_fast(addr, queue->nr, FOLL_WRITE, queue->pages);

	if (got < (int)queue->nr) {
		if (got > 0)
			release_pages(queue->pages, got);
		return -ENOMEM;
	}
	return 0;
}

static int queue_set_up_ok(struct queue *queue, unsigned long addr)
{
	int i, err = queue_take(queue, addr);

	if (err < 0)
		return err;
	err = start_device();
	if (err < 0)
		for (i = 0; i < queue->nr; i++)
			put_page(queue->pages[i]);
	return err;
}
