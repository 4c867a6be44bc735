/* A helper stores what its callers obtained: whose pages they are, the callers show. */

struct parcel {
	struct list_head link;
	struct folio *folio;
};

static int parcel_add(struct list_head *parcels, struct folio *folio)
{
	struct parcel *parcel = kzalloc(sizeof(*parcel), GFP_KERNEL);

	if (!parcel)
		return -ENOMEM;
	parcel->folio = folio;
	list_add_tail(&parcel->link, parcels);
	return 0;
}

int parcels_pin(struct list_head *parcels, struct file *memfd, loff_t start, loff_t end)
{
	struct folio *folio;
	pgoff_t offset;
	long got = memfd_pin_folios(memfd, start, end, &folio, 1, &offset);

	if (got <= 0)
		return got < 0 ? got : -EINVAL;
	if (parcel_add(parcels, folio)) {
		unpin_folio(folio);
		return -ENOMEM;
	}
	return 0;
}

void parcels_drop_ok(struct list_head *parcels)
{
	struct parcel *parcel = list_first_entry(parcels, struct parcel, link);

	unpin_folio(parcel->folio);
	list_del(&parcel->link);
	kfree(parcel);
}

void parcels_drop_bad(struct list_head *parcels)
{
	struct parcel *parcel = list_first_entry(parcels, struct parcel, link);

	folio_put(parcel->folio);
//      ^^^^^^^^^ release-mismatch (warning): `parcel->folio` carries pins (memfd_pin_folios()); folio_put() drops a reference, and the pages carry none: use unpin_folio()
	list_del(&parcel->link);
	kfree(parcel);
}

/* One of the helper's callers obtains its pages in a way that nothing is known of. */
struct crate {
	struct list_head link;
	struct page *page;
};

static int crate_add(struct list_head *crates, struct page *page)
{
	struct crate *crate = kzalloc(sizeof(*crate), GFP_KERNEL);

	if (!crate)
		return -ENOMEM;
	crate->page = page;
	list_add_tail(&crate->link, crates);
	return 0;
}

int crates_pin(struct list_head *crates, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (crate_add(crates, page)) {
		unpin_user_page(page);
		return -ENOMEM;
	}
	return 0;
}

int crates_find(struct list_head *crates, struct depot *depot)
{
	struct page *page = depot_page(depot);

	return page ? crate_add(crates, page) : -ENOENT;
}

void crates_drop_ok(struct list_head *crates)
{
	struct crate *crate = list_first_entry(crates, struct crate, link);

	put_page(crate->page);
	list_del(&crate->link);
	kfree(crate);
}

/* Two kinds of one object, each with operations of its own. */
struct surface {
	const struct surface_ops *ops;
	struct page **pages;
	int nr;
};

struct surface_ops {
	int (*fill)(struct surface *surface);
	void (*empty)(struct surface *surface);
};

static int shared_fill(struct surface *surface)
{
	surface->pages = surface_find_pages(surface);
	return surface->pages ? 0 : -ENOMEM;
}

static void shared_empty_ok(struct surface *surface)
{
	release_pages(surface->pages, surface->nr);
}

static int user_fill(struct surface *surface)
{
	struct page **pages = kvmalloc_array(surface->nr, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(surface_address(surface), surface->nr, 0, pages);
	if (got != surface->nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return -EFAULT;
	}
	surface->pages = pages;
	return 0;
}

static void user_empty_bad(struct surface *surface)
{
	release_pages(surface->pages, surface->nr);
//      ^^^^^^^^^^^^^ release-mismatch (warning): `surface->pages` carries pins (pin_user_pages_fast()); release_pages() drops a reference, and the pages carry none: use unpin_user_pages()
	kvfree(surface->pages);
}

static void either_empty_ok(struct surface *surface)
{
	release_pages(surface->pages, surface->nr);
}

static const struct surface_ops shared_ops = {
	.fill = shared_fill,
	.empty = shared_empty_ok,
};

static const struct surface_ops user_ops = {
	.fill = user_fill,
	.empty = user_empty_bad,
};

static const struct surface_ops odd_ops = {
	.empty = either_empty_ok,
};
