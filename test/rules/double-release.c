/* A hold that is dropped twice on one path. */

static int label_too_bad(unsigned long addr, int nr)
{
	struct page *pages[16];
	int got, err;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	err = send_pages(pages, got);
	unpin_user_pages(pages, got);
	if (err)
		goto out_unpin;
	return 0;
out_unpin:
	unpin_user_pages(pages, got);
//      ^^^^^^^^^^^^^^^^ double-release: `pages` (pins from pin_user_pages_fast()) was released before by unpin_user_pages() in line 12; unpin_user_pages() drops a hold that is no longer there
	return err;
}

static int label_only_ok(unsigned long addr, int nr)
{
	struct page *pages[16];
	int got, err;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	err = send_pages(pages, got);
	if (err)
		goto out_unpin;
	err = log_sent(nr);
out_unpin:
	unpin_user_pages(pages, got);
	return err;
}

static int one_page_bad(unsigned long addr)
{
	struct page *page;
	int err;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	err = peek_page(page);
	if (err)
		put_page(page);
	put_page(page);
//      ^^^^^^^^ double-release: `page` (references from get_user_pages_fast()) was released before by put_page() in line 47; put_page() drops a hold that is no longer there
	return err;
}

static int one_page_ok(unsigned long addr)
{
	struct page *page;
	int err;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	err = peek_page(page);
	if (err) {
		put_page(page);
		return err;
	}
	put_page(page);
	return 0;
}

/* The page and its folio share one count. */
static int page_and_folio_bad(unsigned long addr)
{
	struct page *page;
	struct folio *folio;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	folio = page_folio(page);
	peek_page(page);
	folio_put(folio);
	put_page(page);
//      ^^^^^^^^ double-release: `page` (references from get_user_pages_fast()) was released before by folio_put() in line 78; put_page() drops a hold that is no longer there
	return 0;
}

/* The second put drops a reference of its own. */
static int get_page_before_second_put_ok(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	get_page(page);
	peek_page(page);
	put_page(page);
	put_page(page);
	return 0;
}

static int folio_get_before_second_put_ok(unsigned long addr)
{
	struct folio *folio;
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	folio = page_folio(page);
	folio_get(folio);
	peek_page(page);
	folio_put(folio);
	put_page(page);
	return 0;
}

/* The mapping that ends here held a reference as well. */
static int mapping_ended_ok(struct vm_area_struct *vma, unsigned long addr)
{
	struct folio *folio;
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	folio = page_folio(page);
	folio_remove_rmap_pte(folio, page, vma);
	folio_put(folio);
	folio_put(folio);
	return 0;
}

static int one_by_one_then_all_bad(unsigned long addr)
{
	struct page *pages[16];
	int got, i;

	got = get_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++) {
		peek_page(pages[i]);
		put_page(pages[i]);
	}
	release_pages(pages, got);
//      ^^^^^^^^^^^^^ double-release: `pages` (references from get_user_pages_fast()) was released before by put_page() in line 137; release_pages() drops a hold that is no longer there
	return 0;
}

/* Each turn drops the page it is done with; the unwind begins at the one that failed. */
static int rest_after_break_ok(unsigned long addr)
{
	struct page *pages[16];
	int got, i;

	got = get_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++) {
		if (peek_page(pages[i]))
			break;
		put_page(pages[i]);
	}
	for (; i < got; i++)
		put_page(pages[i]);
	return 0;
}

static int all_after_break_bad(unsigned long addr)
{
	struct page *pages[16];
	int got, i;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++) {
		if (peek_page(pages[i]))
			goto out_unpin;
		unpin_user_page(pages[i]);
	}
	return 0;
out_unpin:
	unpin_user_pages(pages, got);
//      ^^^^^^^^^^^^^^^^ double-release: `pages` (pins from pin_user_pages_fast()) was released before by unpin_user_page() in line 173; unpin_user_pages() drops a hold that is no longer there
	return -EIO;
}

static void drop_batch(struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		put_page(pages[i]);
}

static int helper_and_caller_bad(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = get_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	drop_batch(pages, got);
	release_pages(pages, got);
//      ^^^^^^^^^^^^^ double-release: `pages` (references from get_user_pages_fast()) was released before by put_page() in line 186; release_pages() drops a hold that is no longer there
	return 0;
}

static int helper_twice_bad(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = get_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	if (send_pages(pages, got))
		drop_batch(pages, got);
	drop_batch(pages, got);
//      ^^^^^^^^^^ double-release: `pages` (references from get_user_pages_fast()) was released before by put_page() in line 186; put_page() drops a hold that is no longer there
	return 0;
}

static int send_or_drop(struct page **pages, int nr)
{
	if (queue_is_closed()) {
		release_pages(pages, nr);
		return -EPIPE;
	}
	peek_page(pages[0]);
	return 0;
}

/* Where the callee fails it has dropped the pages already. */
static int callee_dropped_on_failure_bad(unsigned long addr)
{
	struct page *pages[16];
	int got, err;

	got = get_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	err = send_or_drop(pages, got);
	release_pages(pages, got);
//      ^^^^^^^^^^^^^ double-release: `pages` (references from get_user_pages_fast()) was released before by release_pages() in line 219; release_pages() drops a hold that is no longer there
	return err;
}

static int callee_dropped_on_failure_ok(unsigned long addr)
{
	struct page *pages[16];
	int got, err;

	got = get_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	err = send_or_drop(pages, got);
	if (err)
		return err;
	release_pages(pages, got);
	return 0;
}

/* Both tests have one answer. */
static int same_test_twice_bad(unsigned long addr, bool is_last)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	if (is_last)
		unpin_user_pages(pages, got);
	count_batches();
	if (is_last)
		finish_stream();
	unpin_user_pages(pages, got);
//      ^^^^^^^^^^^^^^^^ double-release: `pages` (pins from pin_user_pages_fast()) was released before by unpin_user_pages() in line 265; unpin_user_pages() drops a hold that is no longer there
	return 0;
}

static int opposite_tests_ok(unsigned long addr, bool is_last)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	if (is_last)
		unpin_user_pages(pages, got);
	count_batches();
	if (!is_last)
		unpin_user_pages(pages, got);
	return 0;
}

static int pointer_cleared_ok(unsigned long addr)
{
	struct page *page = NULL;
	int err;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	err = peek_page(page);
	if (err) {
		unpin_user_page(page);
		page = NULL;
	}
	finish_stream();
	if (page)
		unpin_user_page(page);
	return err;
}

static int pointer_left_bad(unsigned long addr)
{
	struct page *page = NULL;
	int err;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	err = peek_page(page);
	if (err)
		unpin_user_page(page);
	finish_stream();
	if (page)
		unpin_user_page(page);
//              ^^^^^^^^^^^^^^^ double-release: `page` (pins from pin_user_pages_fast()) was released before by unpin_user_page() in line 316; unpin_user_page() drops a hold that is no longer there
	return err;
}

static int count_zeroed_ok(unsigned long addr)
{
	struct page *pages[16];
	int got, err;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	err = send_pages(pages, got);
	if (err) {
		unpin_user_pages(pages, got);
		got = 0;
	}
	finish_stream();
	unpin_user_pages(pages, got);
	return err;
}

/* Two halves of one array, each with its own pages. */
static int halves_ok(unsigned long in, unsigned long out, int nr)
{
	struct page **pages;
	int first, second = 0;

	pages = kcalloc(2 * nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	first = pin_user_pages_fast(in, nr, 0, pages);
	if (first < 0)
		goto out_free;
	second = pin_user_pages_fast(out, nr, FOLL_WRITE, pages + nr);
	if (second > 0)
		unpin_user_pages_dirty_lock(pages + nr, second, true);
	unpin_user_pages(pages, first);
out_free:
	kfree(pages);
	return 0;
}

static int same_half_twice_bad(unsigned long in, unsigned long out, int nr)
{
	struct page **pages;
	int first, second = 0;

	pages = kcalloc(2 * nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	first = pin_user_pages_fast(in, nr, 0, pages);
	if (first < 0)
		goto out_free;
	second = pin_user_pages_fast(out, nr, FOLL_WRITE, pages + nr);
	if (second > 0) {
		unpin_user_pages_dirty_lock(pages + nr, second, true);
		unpin_user_pages(pages + nr, second);
//              ^^^^^^^^^^^^^^^^ double-release: `pages + nr` (pins from pin_user_pages_fast()) was released before by unpin_user_pages_dirty_lock() in line 375; unpin_user_pages() drops a hold that is no longer there
	}
	unpin_user_pages(pages, first);
out_free:
	kfree(pages);
	return 0;
}

/* A retry takes new pages into the array. */
static int taken_again_ok(unsigned long addr)
{
	struct page *pages[16];
	int got, err;

	do {
		got = pin_user_pages_fast(addr, 16, 0, pages);
		if (got <= 0)
			return -EFAULT;
		err = send_pages(pages, got);
		unpin_user_pages(pages, got);
	} while (err == -EAGAIN);
	return err;
}

static int taken_once_dropped_each_turn_bad(unsigned long addr)
{
	struct page *pages[16];
	int got, err;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	do {
		err = send_pages(pages, got);
		unpin_user_pages(pages, got);
//              ^^^^^^^^^^^^^^^^ double-release: `pages` (pins from pin_user_pages_fast()) was released before by unpin_user_pages() in line 410; unpin_user_pages() drops a hold that is no longer there
	} while (err == -EAGAIN);
	return err;
}

/* The page is pinned a second time where it joins the segment before. */
static int merged_ok(struct request_queue *q, struct bio *bio, unsigned long addr)
{
	struct page *page;
	bool same = false;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	if (!bio_add_hw_page(q, bio, page, PAGE_SIZE, 0, 8, &same)) {
		unpin_user_page(page);
		return -EINVAL;
	}
	if (same)
		unpin_user_page(page);
	return 0;
}

struct batch {
	struct page *first;
	struct page **pages;
	int nr;
};

static void batch_drop_twice_bad(struct batch *batch)
{
	unpin_user_pages(batch->pages, batch->nr);
	unpin_user_pages(batch->pages, batch->nr);
//      ^^^^^^^^^^^^^^^^ double-release (warning): `batch->pages` was released before by unpin_user_pages() in line 440; unpin_user_pages() drops a hold that is no longer there
}

static void batch_drop_twice_by_branch_bad(struct batch *batch, bool is_last)
{
	if (is_last)
		unpin_user_pages(batch->pages, batch->nr);
	unpin_user_pages(batch->pages, batch->nr);
//      ^^^^^^^^^^^^^^^^ double-release (warning): `batch->pages` was released before by unpin_user_pages() in line 447; unpin_user_pages() drops a hold that is no longer there
}

/* Whoever is given the object may fill it anew. */
static void batch_refilled_ok(struct batch *batch, unsigned long addr)
{
	unpin_user_pages(batch->pages, batch->nr);
	if (batch_refill(batch, addr))
		return;
	unpin_user_pages(batch->pages, batch->nr);
}

static void batch_count_zeroed_ok(struct batch *batch)
{
	unpin_user_pages(batch->pages, batch->nr);
	batch->nr = 0;
	finish_stream();
	unpin_user_pages(batch->pages, batch->nr);
}

static void batch_two_loops_ok(struct batch *batch, struct page **others)
{
	int i;

	for (i = 0; i < batch->nr; i++)
		put_page(batch->pages[i]);
	batch->pages = others;
	for (i = 0; i < batch->nr; i++)
		put_page(batch->pages[i]);
}

static void batch_halves_ok(struct batch *batch)
{
	int half = batch->nr / 2;

	unpin_user_pages(batch->pages, half);
	finish_stream();
	unpin_user_pages(batch->pages + half, batch->nr - half);
}

static void batch_one_page_bad(struct batch *batch)
{
	put_page(batch->first);
	put_page(batch->first);
//      ^^^^^^^^ double-release (warning): `batch->first` was released before by put_page() in line 490; put_page() drops a hold that is no longer there
}

static void batch_one_page_cleared_ok(struct batch *batch)
{
	put_page(batch->first);
	batch->first = NULL;
	finish_stream();
	if (batch->first)
		put_page(batch->first);
}

static void batch_of_two_ok(struct batch *one, struct batch *other)
{
	put_page(one->first);
	put_page(other->first);
}

/* Filled by this function, emptied by its caller as well. */
static int batch_fill_bad(struct batch *batch, unsigned long addr)
{
	batch->nr = pin_user_pages_fast(addr, 16, 0, batch->pages);
	if (batch->nr <= 0)
		return -EFAULT;
	unpin_user_pages(batch->pages, batch->nr);
	if (queue_is_closed())
		unpin_user_pages(batch->pages, batch->nr);
//              ^^^^^^^^^^^^^^^^ double-release: `batch->pages` (pins from pin_user_pages_fast()) was released before by unpin_user_pages() in line 515; unpin_user_pages() drops a hold that is no longer there
	return 0;
}

/* From the back, twice a turn. */
static int twice_a_turn_bad(unsigned long addr)
{
	struct page *pages[16];
	int i, got;

	got = get_user_pages_fast(addr, 16, 0, pages);
	if (got < 0)
		return got;
	i = got;
	while (i--) {
		peek_page(pages[i]);
		put_page(pages[i]);
		put_page(pages[i]);
//              ^^^^^^^^ double-release: `pages` (references from get_user_pages_fast()) was released before by put_page() in line 533; put_page() drops a hold that is no longer there
	}
	return 0;
}

static int backwards_then_all_bad(unsigned long addr)
{
	struct page *pages[16];
	int i, got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = got - 1; i >= 0; i--)
		unpin_user_page(pages[i]);
	unpin_user_pages(pages, got);
//      ^^^^^^^^^^^^^^^^ double-release: `pages` (pins from pin_user_pages_fast()) was released before by unpin_user_page() in line 548; unpin_user_pages() drops a hold that is no longer there
	return 0;
}

static int backwards_in_two_parts_ok(unsigned long addr)
{
	struct page *pages[16];
	int i, got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = got - 1; i > 0; i--)
		unpin_user_page(pages[i]);
	finish_stream();
	unpin_user_page(pages[0]);
	return 0;
}

struct copy_pool {
	struct page *page;
	int bias;
};

/* The references that were taken in advance go first, and the last one by itself. */
void drop_pool_ok(struct copy_pool *pool)
{
	page_ref_sub(pool->page, pool->bias - 1);
	put_page(pool->page);
}
