/* A helper marks whatever page it is given: nobody's pages are known to stay clean in this file. */

static void finish_page(struct page *page)
{
	set_page_dirty_lock(page);
	unpin_user_page(page);
}

struct exposure {
	struct page **pages;
	int nr;
};

static int exposure_start(struct exposure *exposure, unsigned long addr, int nr)
{
	exposure->nr = pin_user_pages_fast(addr, nr, FOLL_WRITE, exposure->pages);
	return exposure->nr < 0 ? exposure->nr : 0;
}

static void exposure_stop_ok(struct exposure *exposure)
{
	int i;

	for (i = 0; i < exposure->nr; i++)
		finish_page(exposure->pages[i]);
}

static void exposure_abort_ok(struct exposure *exposure)
{
	unpin_user_pages(exposure->pages, exposure->nr);
}
