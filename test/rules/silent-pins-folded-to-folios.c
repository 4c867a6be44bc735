/* The pins on one folio's pages are folded into one, and the rest is dropped. */

struct registered {
	struct folio **folios;
	int nr_folios;
};

static int register_folded_ok(struct registered *reg, unsigned long addr, int nr)
{
	struct folio *folio = NULL;
	struct page **pages;
	int i, got, n = 0;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, FOLL_LONGTERM, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return got < 0 ? got : -EFAULT;
	}
	for (i = 0; i < nr; i++) {
		if (page_folio(pages[i]) == folio) {
			unpin_user_page(pages[i]);
			continue;
		}
		folio = page_folio(pages[i]);
		reg->folios[n++] = folio;
	}
	reg->nr_folios = n;
	kvfree(pages);
	return 0;
}

static void unregister_folded_ok(struct registered *reg)
{
	int i;

	for (i = 0; i < reg->nr_folios; i++)
		unpin_user_folio(reg->folios[i], 1);
}

static int one_folio_ok(struct registered *reg, unsigned long addr, int nr)
{
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, FOLL_LONGTERM, pages);
	if (got <= 0) {
		kvfree(pages);
		return -EFAULT;
	}
	if (got > 1)
		unpin_user_pages(&pages[1], got - 1);
	reg->folios[0] = page_folio(pages[0]);
	reg->nr_folios = 1;
	kvfree(pages);
	return 0;
}
