/* Pages are found again by their number, and marked by it. */

struct strip {
	unsigned long *frames;
	int nr;
};

struct tape {
	unsigned long *frames;
	int nr;
};

int strip_map(struct strip *strip, unsigned long addr, int nr)
{
	struct page *page;
	int i;

	for (i = 0; i < nr; i++) {
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, FOLL_WRITE, &page) != 1)
			break;
		strip->frames[i] = page_to_pfn(page);
	}
	strip->nr = i;
	return i;
}

void strip_unmap_ok(struct strip *strip)
{
	int i;

	for (i = 0; i < strip->nr; i++) {
		struct page *page = pfn_to_page(strip->frames[i]);

		set_page_dirty_lock(page);
		unpin_user_page(page);
	}
}

int tape_map(struct tape *tape, unsigned long addr, int nr)
{
	struct page *page;
	int i;

	for (i = 0; i < nr; i++) {
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, FOLL_WRITE, &page) != 1)
			break;
		tape->frames[i] = page_to_pfn(page);
	}
	tape->nr = i;
	return i;
}

void tape_unmap_bad(struct tape *tape)
{
	int i;

	for (i = 0; i < tape->nr; i++)
		unpin_user_page(pfn_to_page(tape->frames[i]));
//              ^^^^^^^^^^^^^^^ missing-dirty: `pfn_to_page(tape->frames[i])` of pin_user_pages_fast() may be written (FOLL_WRITE), and nothing in this file marks them dirty: unpin_user_page() alone lets what was written be lost
}
