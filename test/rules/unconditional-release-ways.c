/* The function that takes the pages has two ways to fill the array, and keeps which one it went. */

struct listing {
	unsigned int needs_unpin;
	unsigned int is_mapped;
	int nr;
	struct page **pages;
};

int listing_fill(struct listing *listing, struct page **pages, void *buffer, unsigned long addr, int nr)
{
	int i;

	listing->needs_unpin = 0;
	listing->is_mapped = 0;
	listing->pages = pages;
	listing->nr = nr;
	if (buffer) {
		for (i = 0; i < nr; i++)
			pages[i] = vmalloc_to_page(buffer + i * PAGE_SIZE);
	} else {
		int got = pin_user_pages_fast(addr, nr, 0, pages);

		if (got != nr) {
			if (got > 0)
				unpin_user_pages(pages, got);
			return -EFAULT;
		}
		listing->needs_unpin = 1;
	}
	return 0;
}

void listing_end_ok(struct listing *listing)
{
	if (listing->needs_unpin)
		unpin_user_pages(listing->pages, listing->nr);
}

void listing_end_bad(struct listing *listing)
{
	if (listing->is_mapped)
		unmap_listing(listing->nr);
	unpin_user_pages(listing->pages, listing->nr);
//      ^^^^^^^^^^^^^^^^ unconditional-release (warning): unpin_user_pages() drops the pages in `struct listing::pages` on every path; whether they carry a hold (pin_user_pages_fast()) is recorded in `struct listing::needs_unpin`: test it
}
