struct kept {
	struct page **pages;
	int nr;
};

struct given {
	struct page **list;
	int nr;
};

struct aliased {
	struct page **pages;
	int nr;
};

int bad_take(struct kept *kept, unsigned long start, int nr)
{
	struct page **pages;
	int got;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, 0, pages);
	if (got <= 0) {
		kfree(pages);
		return got < 0 ? got : -EFAULT;
	}
	kept->pages = pages;
	kept->nr = got;
	return 0;
}

void bad_drop(struct kept *kept)
{
	unpin_user_pages(kept->pages, kept->nr);
//      ^^^^^^^^^^^^^^^^ page-array-leak (warning): the page array `pages` is kept from kcalloc() on, its pages are released here, and no function in view frees it: kfree() it
	kfree(kept);
}

int good_take(struct given *given, unsigned long start, int nr)
{
	struct page **list = kcalloc(nr, sizeof(*list), GFP_KERNEL);
	int got;

	if (!list)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, 0, list);
	if (got <= 0) {
		kfree(list);
		return got < 0 ? got : -EFAULT;
	}
	given->list = list;
	given->nr = got;
	return 0;
}

void good_drop_by_a_function_of_another_file(struct given *given)
{
	unpin_user_pages(given->list, given->nr);
	release_the_list(given->list);
}

int good_take_aliased(struct aliased *aliased, unsigned long start, int nr)
{
	struct page **pages = kvcalloc(nr, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, 0, pages);
	if (got <= 0) {
		kvfree(pages);
		return got < 0 ? got : -EFAULT;
	}
	aliased->pages = pages;
	aliased->nr = got;
	return 0;
}

void good_drop_aliased(struct aliased *aliased)
{
	struct page **pages = aliased->pages;

	unpin_user_pages(pages, aliased->nr);
	kvfree(pages);
}

/* An object that is filled in one of several ways, each under a question of its own. */
struct region {
	struct page **pages;
	unsigned int nr;
	void *buffer;
	dma_addr_t bus;
};

static int fill_region_ok(struct region *region, struct pool *pool)
{
	if (region->buffer)
		region->pages = vmalloc(array_size(region->nr, sizeof(*region->pages)));
	if (region->bus)
		region->pages = kvmalloc_array(1, sizeof(*region->pages), GFP_KERNEL);
	if (!region->pages)
		return -ENOMEM;
	region->pages[0] = take_page(pool);
	return 0;
}

static void empty_region(struct region *region)
{
	kvfree(region->pages);
	region->pages = NULL;
}
