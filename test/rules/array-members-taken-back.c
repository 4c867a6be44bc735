/* The function that allocates the array frees it where it fails; who destroys the object frees it else. */

struct memory {
	struct page **pages;
	unsigned int npages;
	struct sg_table *table;
};

static int memory_get(struct memory *memory, unsigned long start, unsigned int npages)
{
	int got;

	memory->pages = kvmalloc_array(npages, sizeof(struct page *), GFP_KERNEL);
	if (!memory->pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, npages, FOLL_LONGTERM, memory->pages);
	if (got != npages) {
		if (got > 0)
			unpin_user_pages(memory->pages, got);
		kvfree(memory->pages);
		return got < 0 ? got : -EFAULT;
	}
	memory->npages = npages;
	if (sg_alloc_table_from_pages(memory->table, memory->pages, npages, 0, npages * PAGE_SIZE, GFP_KERNEL)) {
		unpin_user_pages(memory->pages, npages);
		kvfree(memory->pages);
		return -ENOMEM;
	}
	return 0;
}

int memory_take(struct memory *memory, unsigned long start, unsigned int npages)
{
	memory->table = kzalloc(sizeof(*memory->table), GFP_KERNEL);
	if (!memory->table)
		return -ENOMEM;
	return memory_get(memory, start, npages);
}

void memory_drop_bad(struct memory *memory)
{
	unpin_user_pages(memory->pages, memory->npages);
//      ^^^^^^^^^^^^^^^^ page-array-leak (warning): the page array `pages` is kept from kvmalloc_array() on, its pages are released here, and no function in view frees it: kvfree() it
	sg_free_table(memory->table);
	kfree(memory->table);
}

struct region {
	struct page **pages;
	unsigned int npages;
	struct sg_table *table;
};

int region_get(struct region *region, unsigned long start, unsigned int npages)
{
	int got;

	region->pages = kvmalloc_array(npages, sizeof(struct page *), GFP_KERNEL);
	if (!region->pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, npages, FOLL_LONGTERM, region->pages);
	if (got != npages) {
		if (got > 0)
			unpin_user_pages(region->pages, got);
		kvfree(region->pages);
		return got < 0 ? got : -EFAULT;
	}
	region->npages = npages;
	return 0;
}

void region_drop_ok(struct region *region)
{
	unpin_user_pages(region->pages, region->npages);
	kvfree(region->pages);
	kfree(region->table);
}

struct window {
	struct page **pages;
	long npages;
};

static int window_pin(struct window *window, unsigned long start)
{
	long got;

	window->pages = kcalloc(window->npages, sizeof(struct page *), GFP_KERNEL);
	if (!window->pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, window->npages, FOLL_LONGTERM, window->pages);
	if (got == window->npages)
		return 0;
//              ^^^^^^^^^ page-array-leak: the page array `window->pages` was allocated by kcalloc(), and it is lost at this exit: kfree() it
	if (got > 0)
		unpin_user_pages(window->pages, got);
	kfree(window->pages);
	return got < 0 ? got : -EFAULT;
}

/* Both of its callers free the window. */
static void window_unpin_bad(struct window *window)
{
	unpin_user_pages(window->pages, window->npages);
//      ^^^^^^^^^^^^^^^^ page-array-leak (warning): the page array `pages` is kept from kcalloc() on, its pages are released here, and no function in view frees it: kfree() it
	dev_dbg(NULL, "%ld pages unpinned\n", window->npages);
}

struct window *window_open(unsigned long start, long npages)
{
	struct window *window = kzalloc(sizeof(*window), GFP_KERNEL);

	if (!window)
		return NULL;
	window->npages = npages;
	if (window_pin(window, start))
		goto free;
	if (map_window(window))
		goto unpin;
	return window;
unpin:
	window_unpin_bad(window);
free:
	kfree(window);
	return NULL;
}

void window_close(struct window *window)
{
	window_unpin_bad(window);
	kfree(window);
}
