/* Pages in an array of the caller, which gets an error and no count. */

int fill_array_bad(unsigned long addr, int nr, struct page **pages)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (got != nr)
		return -EFAULT;
//              ^^^^^^^^^^^^^^^ page-leak (warning): `pages` (pins from pin_user_pages_fast()) are left behind at this error exit: the caller gets an error and no count of them
	return 0;
}

int fill_array_ok(unsigned long addr, int nr, struct page **pages)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (got != nr) {
		if (got > 0)
			unpin_user_pages_dirty_lock(pages, got, false);
		return -EFAULT;
	}
	return 0;
}

int tell_count_ok(unsigned long addr, int nr, struct page **pages, int *filled)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	*filled = got > 0 ? got : 0;
	if (got != nr)
		return -EFAULT;
	return 0;
}

struct ring {
	struct page **pages;
	int nr;
};

/* Whoever ends the ring finds the pages, and how many they are. */
int fill_ring_ok(struct ring *ring, unsigned long addr, int nr)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, ring->pages);

	ring->nr = max(got, 0);
	if (got < nr)
		return -EFAULT;
	return 0;
}

int fill_ring_bad(struct ring *ring, unsigned long addr, int nr)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, ring->pages);

	ring->nr = 0;
	if (got < nr)
		return -EFAULT;
//              ^^^^^^^^^^^^^^^ page-leak (warning): `ring->pages` (pins from pin_user_pages_fast()) are left behind at this error exit: the caller gets an error and no count of them
	ring->nr = got;
	return 0;
}

/* What a static function leaves behind is its callers' affair, where they are all in view. */
static int pin_for_caller(unsigned long addr, int nr, struct page **pages)
{
	int got = pin_user_pages_fast(addr, nr, 0, pages);

	return got < nr ? -EFAULT : 0;
}

int pins_and_drops_ok(unsigned long addr)
{
	struct page *pages[4] = {};
	int i;

	if (pin_for_caller(addr, 4, pages) == 0)
		use_pages(pages);
	for (i = 0; i < 4; i++)
		if (pages[i])
			unpin_user_page(pages[i]);
	return 0;
}
