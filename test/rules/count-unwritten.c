/* Slots of an array that the function made itself and that nobody has written. */

struct mapping {
	struct page *slots[8];
};

int releases_after_any_answer(unsigned long addr)
{
	struct page *pages[8];
	int got;

	got = get_user_pages_fast(addr, 4, 0, pages);
	put_page(pages[0]);
//      ^^^^^^^^ release-count: put_page() of `pages` runs where get_user_pages_fast() obtained nothing: its count is an error code or no page was stored
	if (got > 1)
		release_pages(pages + 1, got - 1);
	return 0;
}

int releases_turn_by_turn(unsigned long addr)
{
	struct page *pages[2];
	int i;

	for (i = 0; i < 2; i++)
		pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]);
	for (i = 0; i < 2; i++)
		unpin_user_page(pages[i]);
//              ^^^^^^^^^^^^^^^ release-count: unpin_user_page() of `pages[i]` counts the pages asked for, but pin_user_pages_fast() may have obtained fewer: the slots behind hold no page of this call
	return 0;
}

int releases_one_more(unsigned long addr, int nr)
{
	struct page *pages[8];
	int got;

	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got <= 0)
		return -EFAULT;
	unpin_user_pages(pages, got + 1);
//      ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `pages` goes beyond the pages that pin_user_pages_fast() obtained: the slots behind hold no page of this call
	return 0;
}

int releases_one_more_of_an_object(unsigned long addr, int nr)
{
	struct mapping *map = kzalloc(sizeof(*map), GFP_KERNEL);
	int got;

	if (!map)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, map->slots);
	if (got > 0)
		unpin_user_pages(map->slots, got + 1);
//              ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `map->slots` goes beyond the pages that pin_user_pages_fast() obtained: the slots behind hold no page of this call
	kfree(map);
	return 0;
}

int asks_zeroed_slots(unsigned long addr)
{
	struct page **pages = kcalloc(4, sizeof(*pages), GFP_KERNEL);
	int i;

	if (!pages)
		return -ENOMEM;
	get_user_pages_fast(addr, 4, 0, pages);
	for (i = 0; i < 4; i++)
		if (pages[i])
			put_page(pages[i]);
	kfree(pages);
	return 0;
}

int releases_what_others_stored(struct iov_iter *from, struct scatterlist *sg, int nents)
{
	struct page *page;
	size_t start;
	ssize_t copied;
	int i;

	copied = iov_iter_get_pages2(from, &page, PAGE_SIZE, 1, &start);
	if (copied <= 0) {
		for (i = 0; i < nents; i++)
			put_page(sg_page(&sg[i]));
		return -EFAULT;
	}
	sg_set_page(&sg[nents], page, copied, start);
	return 0;
}

int releases_what_somebody_else_filled(unsigned long addr)
{
	struct page *pages[4];

	fill_from_cache(pages);
	if (get_user_pages_fast(addr, 1, 0, &pages[3]) != 1) {
		put_page(pages[0]);
		return -EFAULT;
	}
	release_pages(pages, 4);
	return 0;
}

int releases_from_the_back(unsigned long addr)
{
	struct page *pages[2];
	int i;

	if (pin_user_pages_fast(addr, 2, 0, pages) != 2)
		return -EFAULT; /* one page may be lost here */
//              ^^^^^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	for (i = 1; i >= 0; i--)
		unpin_user_page(pages[i]);
	return 0;
}
