/* The release leaves nothing in the member, or nothing of the object: behind it nobody finds the array. */

struct sheet {
	struct page **pages;
	int users;
	int nr;
};

int sheet_fill(struct sheet *sheet, unsigned long addr)
{
	struct page **pages = kvmalloc_array(sheet->nr, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, sheet->nr, 0, pages);
	if (got != sheet->nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return -EFAULT;
	}
	sheet->pages = pages;
	return 0;
}

void sheet_drop_bad(struct sheet *sheet)
{
	struct page **pages = NULL;

	if (!--sheet->users) {
		pages = sheet->pages;
		sheet->pages = NULL;
	}
	if (pages)
		unpin_user_pages(pages, sheet->nr);
//              ^^^^^^^^^^^^^^^^ page-array-leak (warning): the page array `pages` is kept from kvmalloc_array() on, its pages are released here, and no function in view frees it: kvfree() it
}

struct folder {
	struct page **pages;
	int nr;
};

int folder_fill(struct folder *folder, unsigned long addr)
{
	struct page **pages = kvmalloc_array(folder->nr, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, folder->nr, 0, pages);
	if (got != folder->nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return -EFAULT;
	}
	folder->pages = pages;
	return 0;
}

void folder_drop_ok(struct folder *folder)
{
	struct page **pages = folder->pages;

	folder->pages = NULL;
	unpin_user_pages(pages, folder->nr);
	kvfree(pages);
}

/* A helper drops the pages of whoever calls it. */
struct node {
	struct page **pages;
	unsigned int nr;
};

static void drop_slots_bad(struct page **pages, unsigned int start, unsigned int nr)
{
	unpin_user_pages(pages + start, nr);
//      ^^^^^^^^^^^^^^^^ page-array-leak (warning): the page array `pages` is kept from kcalloc() on, its pages are released here, and no function in view frees it: kfree() it
}

static void node_free(struct node *node)
{
	if (node->nr)
		drop_slots_bad(node->pages, 0, node->nr);
	kfree(node);
}

int node_fill(struct node *node, unsigned long addr, int nr)
{
	struct page **pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got < 0) {
		kfree(pages);
		return got;
	}
	if (got != nr) {
		unpin_user_pages(pages, got);
		kfree(pages);
		return -EFAULT;
	}
	node->pages = pages;
	node->nr = nr;
	return 0;
}

void nodes_free(struct node *node)
{
	device_show(node->pages[0]);
	node_free(node);
}
