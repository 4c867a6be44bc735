/* A bit of a member tells whether the pages were pinned, or are the kernel's own. */

#define FROM_USER 1

struct memory {
	unsigned int flags;
	int nr;
	struct page **pages;
};

static int kernel_pages(unsigned long start, int nr, struct page **pages)
{
	int i;

	for (i = 0; i < nr; i++) {
		struct page *page = vmalloc_to_page((void *)(start + PAGE_SIZE * i));

		get_page(page);
		pages[i] = page;
	}
	return nr;
}

struct memory *memory_register(unsigned long addr, int nr, unsigned int flags)
{
	struct memory *memory = kzalloc(sizeof(*memory), GFP_KERNEL);
	int got;

	if (!memory)
		return NULL;
	memory->flags = flags;
	memory->pages = kcalloc(nr, sizeof(struct page *), GFP_KERNEL);
	if (!memory->pages) {
		kfree(memory);
		return NULL;
	}
	if (flags & FROM_USER)
		got = pin_user_pages_fast(addr, nr, 0, memory->pages);
	else
		got = kernel_pages(addr, nr, memory->pages);
	if (got > 0)
		memory->nr = got;
	return memory;
}

void memory_release_ok(struct memory *memory)
{
	int i;

	if (memory->flags & FROM_USER)
		unpin_user_pages(memory->pages, memory->nr);
	else
		for (i = 0; i < memory->nr; i++)
			put_page(memory->pages[i]);
	kfree(memory->pages);
}

void memory_release_bad(struct memory *memory)
{
	unpin_user_pages(memory->pages, memory->nr);
//      ^^^^^^^^^^^^^^^^ unconditional-release (warning): unpin_user_pages() drops the pages in `struct memory::pages` on every path; whether they carry a hold (pin_user_pages_fast()) is recorded in `struct memory::flags`: test it
	kfree(memory->pages);
}
