/* The array that the pages are put into, lost and kept in sight. */

static int lost_when_pinning_fails(unsigned long addr, int nr)
{
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got < 0)
		return got;
//              ^^^^^^^^^^^ page-array-leak: the page array `pages` was allocated by kvmalloc_array(), and it is lost at this exit: kvfree() it
	unpin_user_pages(pages, got);
	kvfree(pages);
	return 0;
}

static int freed_by_the_wrong_function(unsigned long addr, int nr)
{
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got > 0)
		unpin_user_pages(pages, got);
	kfree(pages);
//      ^^^^^ page-array-leak: `pages` is kvmalloc memory (kvmalloc_array()): kfree() cannot free it, kvfree() does
	return got;
}

static int freed_on_every_path(unsigned long addr, int nr)
{
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got > 0)
		unpin_user_pages(pages, got);
	kvfree(pages);
	return got < 0 ? got : 0;
}
