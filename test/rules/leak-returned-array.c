/* Calls that return an array of pinned pages: the array and the pages go by themselves. */

int map_ring_ok(unsigned long addr, unsigned long len, struct ring *ring)
{
	struct page **pages;
	int nr;

	pages = io_pin_pages(addr, len, &nr);
	if (IS_ERR(pages))
		return PTR_ERR(pages);
	ring->map = vmap(pages, nr, VM_MAP, PAGE_KERNEL);
	if (!ring->map) {
		unpin_user_pages(pages, nr);
		kvfree(pages);
		return -ENOMEM;
	}
	ring->pages = pages;
	ring->nr = nr;
	return 0;
}

int map_ring_without_array_bad(unsigned long addr, unsigned long len, struct ring *ring)
{
	struct page **pages;
	int nr;

	pages = io_pin_pages(addr, len, &nr);
	if (IS_ERR(pages))
		return PTR_ERR(pages);
	ring->map = vmap(pages, nr, VM_MAP, PAGE_KERNEL);
	if (!ring->map) {
		unpin_user_pages(pages, nr);
		return -ENOMEM;
//              ^^^^^^^^^^^^^^^ page-array-leak: the page array `the pages` was allocated by io_pin_pages(), and it is lost at this exit: kvfree() it
	}
	ring->pages = pages;
	ring->nr = nr;
	return 0;
}

int map_ring_without_pages_bad(unsigned long addr, unsigned long len, struct ring *ring)
{
	struct page **pages;
	int nr;

	pages = io_pin_pages(addr, len, &nr);
	if (IS_ERR(pages))
		return PTR_ERR(pages);
	ring->map = vmap(pages, nr, VM_MAP, PAGE_KERNEL);
	if (!ring->map) {
		kvfree(pages);
		return -ENOMEM;
//              ^^^^^^^^^^^^^^^ page-leak: `the pages` (pins from io_pin_pages()) are lost at this exit: other exits release them, this one does not
	}
	ring->pages = pages;
	ring->nr = nr;
	return 0;
}

int map_ring_and_drop_ok(unsigned long addr, unsigned long len)
{
	struct page **pages;
	int nr;

	pages = io_pin_pages(addr, len, &nr);
	if (IS_ERR(pages))
		return PTR_ERR(pages);
	look_at(pages, nr);
	io_pages_free(&pages, nr);
	return 0;
}
