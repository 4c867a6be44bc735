/* One pin a turn: what the end of the loop proves, and what the unwind has to give back. */

struct page_set {
	unsigned int nr;
};

static int constant_bulk_ok(unsigned long addr, struct page **pages)
{
	int i;

	for (i = 0; i < 16; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	unpin_user_pages(pages, 16);
	return 0;

undo:
	while (i--)
		unpin_user_page(pages[i]);
	return -EFAULT;
}

static int constant_total_ok(unsigned long addr, struct page **pages)
{
	int i;

	for (i = 0; i < 16; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	unpin_user_pages(pages, i);
	return 0;

undo:
	while (i--)
		unpin_user_page(pages[i]);
	return -EFAULT;
}

static int constant_loop_ok(unsigned long addr, struct page **pages)
{
	int i;

	for (i = 0; i < 16; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	for (i = 0; i < 16; i++)
		unpin_user_page(pages[i]);
	return 0;

undo:
	while (i--)
		unpin_user_page(pages[i]);
	return -EFAULT;
}

static int constant_countdown_ok(unsigned long addr, struct page **pages)
{
	int i;

	for (i = 0; i < 16; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	while (i--)
		unpin_user_page(pages[i]);
	return 0;

undo:
	while (i--)
		unpin_user_page(pages[i]);
	return -EFAULT;
}

static int constant_lost_bad(unsigned long addr)
{
	struct page *pages[16];
	int i;

	for (i = 0; i < 16; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			return -EFAULT;
//                      ^^^^^^^^^^^^^^^ page-leak: `pages[i]` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	run_transfer_now();
	unpin_user_pages(pages, i);
	return 0;
}

static int parameter_bulk_ok(unsigned long addr, struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	unpin_user_pages(pages, nr);
	return 0;

undo:
	while (i--)
		unpin_user_page(pages[i]);
	return -EFAULT;
}

static int parameter_total_ok(unsigned long addr, struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	unpin_user_pages(pages, i);
	return 0;

undo:
	while (i--)
		unpin_user_page(pages[i]);
	return -EFAULT;
}

static int parameter_loop_ok(unsigned long addr, struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	for (i = 0; i < nr; i++)
		unpin_user_page(pages[i]);
	return 0;

undo:
	while (i--)
		unpin_user_page(pages[i]);
	return -EFAULT;
}

static int parameter_countdown_ok(unsigned long addr, struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	while (i--)
		unpin_user_page(pages[i]);
	return 0;

undo:
	while (i--)
		unpin_user_page(pages[i]);
	return -EFAULT;
}

static int parameter_lost_bad(unsigned long addr, int nr)
{
	struct page *pages[16];
	int i;

	for (i = 0; i < nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			return -EFAULT;
//                      ^^^^^^^^^^^^^^^ page-leak: `pages[i]` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	run_transfer_now();
	unpin_user_pages(pages, i);
	return 0;
}

static int unsigned_parameter_bulk_ok(unsigned long addr, struct page **pages, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	unpin_user_pages(pages, nr);
	return 0;

undo:
	while (i--)
		unpin_user_page(pages[i]);
	return -EFAULT;
}

static int unsigned_parameter_total_ok(unsigned long addr, struct page **pages, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	unpin_user_pages(pages, i);
	return 0;

undo:
	while (i--)
		unpin_user_page(pages[i]);
	return -EFAULT;
}

static int unsigned_parameter_loop_ok(unsigned long addr, struct page **pages, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	for (i = 0; i < nr; i++)
		unpin_user_page(pages[i]);
	return 0;

undo:
	while (i--)
		unpin_user_page(pages[i]);
	return -EFAULT;
}

static int unsigned_parameter_countdown_ok(unsigned long addr, struct page **pages, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	while (i--)
		unpin_user_page(pages[i]);
	return 0;

undo:
	while (i--)
		unpin_user_page(pages[i]);
	return -EFAULT;
}

static int unsigned_parameter_lost_bad(unsigned long addr, unsigned int nr)
{
	struct page *pages[16];
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			return -EFAULT;
//                      ^^^^^^^^^^^^^^^ page-leak: `pages[i]` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	run_transfer_now();
	unpin_user_pages(pages, i);
	return 0;
}

static int member_bulk_ok(unsigned long addr, struct page **pages, struct page_set *set)
{
	unsigned int i;

	for (i = 0; i < set->nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	unpin_user_pages(pages, set->nr);
	return 0;

undo:
	while (i--)
		unpin_user_page(pages[i]);
	return -EFAULT;
}

static int member_total_ok(unsigned long addr, struct page **pages, struct page_set *set)
{
	unsigned int i;

	for (i = 0; i < set->nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	unpin_user_pages(pages, i);
	return 0;

undo:
	while (i--)
		unpin_user_page(pages[i]);
	return -EFAULT;
}

static int member_loop_ok(unsigned long addr, struct page **pages, struct page_set *set)
{
	unsigned int i;

	for (i = 0; i < set->nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	for (i = 0; i < set->nr; i++)
		unpin_user_page(pages[i]);
	return 0;

undo:
	while (i--)
		unpin_user_page(pages[i]);
	return -EFAULT;
}

static int member_countdown_ok(unsigned long addr, struct page **pages, struct page_set *set)
{
	unsigned int i;

	for (i = 0; i < set->nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	while (i--)
		unpin_user_page(pages[i]);
	return 0;

undo:
	while (i--)
		unpin_user_page(pages[i]);
	return -EFAULT;
}

static int member_lost_bad(unsigned long addr, struct page_set *set)
{
	struct page *pages[16];
	unsigned int i;

	for (i = 0; i < set->nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			return -EFAULT;
//                      ^^^^^^^^^^^^^^^ page-leak: `pages[i]` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	run_transfer_now();
	unpin_user_pages(pages, i);
	return 0;
}

static int constant_on_stack_bulk_ok(unsigned long addr)
{
	struct page *pages[16];
	int i;

	for (i = 0; i < 16; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	unpin_user_pages(pages, 16);
	return 0;

undo:
	unpin_user_pages(pages, i);
	return -EFAULT;
}

static int member_on_stack_bulk_ok(unsigned long addr, struct page_set *set)
{
	struct page *pages[16];
	unsigned int i;

	for (i = 0; i < set->nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	unpin_user_pages(pages, set->nr);
	return 0;

undo:
	unpin_user_pages(pages, i);
	return -EFAULT;
}

static int parameter_on_stack_bulk_ok(unsigned long addr, int nr)
{
	struct page *pages[16];
	int i;

	for (i = 0; i < nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	unpin_user_pages(pages, nr);
	return 0;

undo:
	unpin_user_pages(pages, i);
	return -EFAULT;
}

static int unsigned_parameter_on_stack_bulk_ok(unsigned long addr, unsigned int nr)
{
	struct page *pages[16];
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &pages[i]) != 1)
			goto undo;
	run_transfer_now();
	unpin_user_pages(pages, nr);
	return 0;

undo:
	unpin_user_pages(pages, i);
	return -EFAULT;
}

/* A page is counted only once it was checked: the unwind does not see the one that was refused. */
struct region {
	struct list_head list;
	 struct page **pages;
	unsigned long nr_pages;
};

static int set_region_bad(struct device_memory *e, unsigned long addr, unsigned long max, unsigned long want)
{
	struct region *r;
	unsigned long size = 0, i = 0;
	int rc, got;

	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	r->pages = kcalloc(max, sizeof(*r->pages), GFP_KERNEL);
	if (!r->pages) {
		rc = -ENOMEM;
		goto free_region;
	}
	do {
		i = r->nr_pages;
		if (i == max) {
			rc = -ENOMEM;
			goto put_pages;
		}
		got = get_user_pages_unlocked(addr + size, 1, r->pages + i, 0);
		if (got < 0) {
			rc = got;
			goto put_pages;
		}
		rc = check_page(e, r->pages[i]);
		if (rc < 0)
			goto put_pages;
		size += page_size(r->pages[i]);
		r->nr_pages++;
	} while (size < want);
	list_add(&r->list, &e->list);
	return 0;

put_pages:
	for (i = 0; i < r->nr_pages; i++)
		put_page(r->pages[i]);
free_region:
	kfree(r->pages);
	kfree(r);
	return rc;
//      ^^^^^^^^^^ page-leak: `r->pages + i` (references from get_user_pages_unlocked()) are lost at this exit: other exits release them, this one does not
}

static int set_region_ok(struct device_memory *e, unsigned long addr, unsigned long max, unsigned long want)
{
	struct region *r;
	unsigned long size = 0, i = 0;
	int rc, got;

	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	r->pages = kcalloc(max, sizeof(*r->pages), GFP_KERNEL);
	if (!r->pages) {
		rc = -ENOMEM;
		goto free_region;
	}
	do {
		i = r->nr_pages;
		if (i == max) {
			rc = -ENOMEM;
			goto put_pages;
		}
		got = get_user_pages_unlocked(addr + size, 1, r->pages + i, 0);
		if (got < 0) {
			rc = got;
			goto put_pages;
		}
		r->nr_pages++;
		rc = check_page(e, r->pages[i]);
		if (rc < 0)
			goto put_pages;
		size += page_size(r->pages[i]);
	} while (size < want);
	list_add(&r->list, &e->list);
	return 0;

put_pages:
	for (i = 0; i < r->nr_pages; i++)
		put_page(r->pages[i]);
free_region:
	kfree(r->pages);
	kfree(r);
	return rc;
}
