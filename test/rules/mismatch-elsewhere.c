/* Pages that one function pins and puts into an sg list, and another one takes out of it again. */

struct chunk {
	struct list_head list;
	int nents;
	struct scatterlist page_list[16];
};

static int region_fill(struct list_head *chunks, unsigned long addr, int nr)
{
	struct page *pages[16];
	struct scatterlist *sg;
	struct chunk *chunk;
	int got, i;

	chunk = kmalloc(sizeof(*chunk), GFP_KERNEL);
	if (!chunk)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got <= 0) {
		kfree(chunk);
		return -EFAULT;
	}
	sg_init_table(chunk->page_list, got);
	for_each_sg(chunk->page_list, sg, got, i)
		sg_set_page(sg, pages[i], PAGE_SIZE, 0);
	chunk->nents = got;
	list_add_tail(&chunk->list, chunks);
	return 0;
}

static void region_empty_ok(struct list_head *chunks)
{
	struct chunk *chunk, *next;
	struct scatterlist *sg;
	int i;

	list_for_each_entry_safe(chunk, next, chunks, list) {
		for_each_sg(chunk->page_list, sg, chunk->nents, i)
			unpin_user_page(sg_page(sg));
		kfree(chunk);
	}
}

static void region_empty_bad(struct list_head *chunks)
{
	struct chunk *chunk, *next;
	struct scatterlist *sg;
	struct page *page;
	int i;

	list_for_each_entry_safe(chunk, next, chunks, list) {
		for_each_sg(chunk->page_list, sg, chunk->nents, i) {
			page = sg_page(sg);
			put_page(page);
//                      ^^^^^^^^ release-mismatch (warning): `page` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
		}
		kfree(chunk);
	}
}

/* A table inside the object, and an iteration macro that is given its address. */
struct window {
	struct sg_table table;
};

static int window_open(struct window *window, unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (sg_alloc_table(&window->table, 1, GFP_KERNEL)) {
		put_page(page);
		return -ENOMEM;
	}
	sg_set_page(window->table.sgl, page, PAGE_SIZE, 0);
	return 0;
}

static void window_close_ok(struct window *window)
{
	struct scatterlist *sg;
	int i;

	for_each_sgtable_sg(&window->table, sg, i)
		put_page(sg_page(sg));
	sg_free_table(&window->table);
}

static void window_close_bad(struct window *window)
{
	struct scatterlist *sg;
	int i;

	for_each_sgtable_sg(&window->table, sg, i)
		unpin_user_page(sg_page(sg));
//              ^^^^^^^^^^^^^^^ release-mismatch (warning): `sg_page(sg)` carries references (get_user_pages_fast()); unpin_user_page() drops a pin, and the pages carry none: use put_page()
	sg_free_table(&window->table);
}

/* Other pages lie there as well: what is dropped may be those. */
struct mixture {
	struct scatterlist sgl[2];
};

static int mixture_fill(struct mixture *mixture, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	sg_set_page(&mixture->sgl[0], page, PAGE_SIZE, 0);
	return 0;
}

static int mixture_pad(struct mixture *mixture)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	sg_set_page(&mixture->sgl[1], page, PAGE_SIZE, 0);
	return 0;
}

static void mixture_empty_ok(struct mixture *mixture)
{
	unpin_user_page(sg_page(&mixture->sgl[0]));
	put_page(sg_page(&mixture->sgl[1]));
}

/* A function of another file may have put them there. */
struct loan {
	struct scatterlist sgl[2];
};

static int loan_fill(struct loan *loan, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	sg_set_page(&loan->sgl[0], page, PAGE_SIZE, 0);
	return 0;
}

void loan_add(struct loan *loan, struct page *page)
{
	sg_set_page(&loan->sgl[1], page, PAGE_SIZE, 0);
}

static void loan_return_ok(struct loan *loan)
{
	put_page(sg_page(&loan->sgl[1]));
}
