/* Cleanups that run at the end of a scope. */

static int array_freed_by_scope_ok(unsigned long addr, int nr)
{
	struct page **pages __free(kvfree) = NULL;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got < 0)
		return got;
	unpin_user_pages(pages, got);
	return 0;
}

static int pages_not_freed_by_scope_bad(unsigned long addr, int nr)
{
	struct page **pages __free(kvfree) = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got < 0)
		return got;
	if (got < nr)
		return -EFAULT;
//              ^^^^^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	unpin_user_pages(pages, got);
	return 0;
}

struct window {
	struct page **pages;
	int nr;
};

static int window_map_ok(struct window *window, unsigned long addr, int nr)
{
	struct page **pages __free(kvfree) = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		return -EFAULT;
	}
	window->nr = nr;
	window->pages = no_free_ptr(pages);
	return 0;
}

static struct page **take_pages_ok(unsigned long addr, int nr)
{
	struct page **pages __free(kvfree) = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return ERR_PTR(-ENOMEM);
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		return ERR_PTR(-EFAULT);
	}
	return_ptr(pages);
}

/* The scope frees the array although the pages in it were given out with it. */
static int window_map_bad(struct window *window, unsigned long addr, int nr)
{
	struct page **pages __free(kvfree) = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
//            ^^^^^^^^^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()): no path of this function releases them or hands them on
	if (got < 0)
		return got;
	window->nr = got;
	return 0;
}

DEFINE_FREE(put_user_page, struct page *, if (_T) put_page(_T))

static int page_put_by_scope_ok(unsigned long addr)
{
	struct page *page __free(put_user_page) = NULL;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (!device_ready())
		return -ENODEV;
	fill(page);
	return 0;
}

static int guarded_ok(struct mutex *lock, unsigned long addr)
{
	struct page *page;

	guard(mutex)(lock);
	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	fill(page);
	unpin_user_page(page);
	return 0;
}

static int guarded_bad(struct mutex *lock, unsigned long addr)
{
	struct page *page;

	guard(mutex)(lock);
	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (!device_ready())
		return -ENODEV;
//              ^^^^^^^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	unpin_user_page(page);
	return 0;
}

static int scoped_guard_ok(struct mutex *lock, unsigned long addr)
{
	struct page *page;
	int err = 0;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	scoped_guard(mutex, lock) {
		err = start_device();
	}
	unpin_user_page(page);
	return err;
}

static int wrong_scope_free_bad(unsigned long addr, int nr)
{
	struct page **pages __free(kfree) = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
//                    ^^^^^ page-array-leak: `pages` is kvmalloc memory (kvmalloc_array()): kfree() cannot free it, kvfree() does
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got < 0)
		return got;
	unpin_user_pages(pages, got);
	return 0;
}
