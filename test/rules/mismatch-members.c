/* Pages that one function puts into a struct and another one drops: the member links the two. */

struct ring {
	struct page **pages;
	int nr;
};

static int ring_map(struct ring *ring, unsigned long addr, int nr)
{
	ring->nr = pin_user_pages_fast(addr, nr, 0, ring->pages);
	return ring->nr < 0 ? ring->nr : 0;
}

static void ring_unmap_ok(struct ring *ring)
{
	unpin_user_pages(ring->pages, ring->nr);
}

static void ring_unmap_bad(struct ring *ring)
{
	release_pages(ring->pages, ring->nr);
//      ^^^^^^^^^^^^^ release-mismatch (warning): `ring->pages` carries pins (pin_user_pages_fast()); release_pages() drops a reference, and the pages carry none: use unpin_user_pages()
}

static void ring_unmap_one_by_one_bad(struct ring *ring)
{
	int i;

	for (i = 0; i < ring->nr; i++)
		put_page(ring->pages[i]);
//              ^^^^^^^^ release-mismatch (warning): `ring->pages[i]` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
}

static void ring_unmap_backwards_ok(struct ring *ring)
{
	while (ring->nr--)
		unpin_user_page(ring->pages[ring->nr]);
}

/* One page. */
struct doorbell {
	struct page *page;
	void *address;
};

static int doorbell_map(struct doorbell *bell, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	bell->page = page;
	bell->address = page_address(page);
	return 0;
}

static void doorbell_unmap_ok(struct doorbell *bell)
{
	set_page_dirty_lock(bell->page);
	unpin_user_page(bell->page);
	bell->page = NULL;
}

static void doorbell_unmap_bad(struct doorbell *bell)
{
	if (!bell->page)
		return;
	set_page_dirty_lock(bell->page);
	put_page(bell->page);
//      ^^^^^^^^ release-mismatch (warning): `bell->page` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
	bell->page = NULL;
}

static void doorbell_unmap_folio_bad(struct doorbell *bell)
{
	folio_put(page_folio(bell->page));
//      ^^^^^^^^^ release-mismatch (warning): `page_folio(bell->page)` carries pins (pin_user_pages_fast()); folio_put() drops a reference, and the pages carry none: use unpin_folio()
}

/* References, dropped as pins. */
struct probe {
	struct page *page;
};

static int probe_take(struct probe *probe, unsigned long addr)
{
	return get_user_pages_fast(addr, 1, 0, &probe->page) == 1 ? 0 : -EFAULT;
}

static void probe_drop_ok(struct probe *probe)
{
	put_page(probe->page);
}

static void probe_drop_bad(struct probe *probe)
{
	unpin_user_page(probe->page);
//      ^^^^^^^^^^^^^^^ release-mismatch (warning): `probe->page` carries references (get_user_pages_fast()); unpin_user_page() drops a pin, and the pages carry none: use put_page()
}

/* The array is made by the function that fills it, in a struct within a struct. */
struct span {
	struct page **pages;
	unsigned int nr;
};

struct mapping {
	struct list_head link;
	struct span span;
};

static int mapping_fill(struct mapping *map, unsigned long addr, unsigned int nr)
{
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return -EFAULT;
	}
	map->span.pages = pages;
	map->span.nr = nr;
	return 0;
}

static void mapping_empty_ok(struct mapping *map)
{
	unpin_user_pages(map->span.pages, map->span.nr);
	kvfree(map->span.pages);
}

static void mapping_empty_bad(struct mapping *map)
{
	release_pages(map->span.pages, map->span.nr);
//      ^^^^^^^^^^^^^ release-mismatch (warning): `map->span.pages` carries pins (pin_user_pages_fast()); release_pages() drops a reference, and the pages carry none: use unpin_user_pages()
	kvfree(map->span.pages);
}

static void mapping_empty_by_pointer_bad(struct mapping *map)
{
	struct span *span = &map->span;

	release_pages(span->pages, span->nr);
//      ^^^^^^^^^^^^^ release-mismatch (warning): `span->pages` carries pins (pin_user_pages_fast()); release_pages() drops a reference, and the pages carry none: use unpin_user_pages()
	kvfree(span->pages);
}

/* A helper drops what it is given; its callers say where that was. */
struct frame {
	struct page *pages[8];
	int nr;
};

static int frame_take(struct frame *frame, unsigned long addr)
{
	frame->nr = pin_user_pages_fast(addr, 8, 0, frame->pages);
	return frame->nr < 0 ? frame->nr : 0;
}

static void drop_one_bad(struct page *page)
{
	if (page)
		put_page(page);
//              ^^^^^^^^ release-mismatch (warning): `page` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
}

static void frame_drop_by_helper(struct frame *frame)
{
	int i;

	for (i = 0; i < frame->nr; i++)
		drop_one_bad(frame->pages[i]);
}

static void unpin_one_ok(struct page *page)
{
	if (page)
		unpin_user_page(page);
}

static void frame_unpin_by_helper(struct frame *frame)
{
	int i;

	for (i = 0; i < frame->nr; i++)
		unpin_one_ok(frame->pages[i]);
}

/* Named through a getter. */
static inline struct page *frame_page(const struct frame *frame, int at)
{
	return frame->pages[at];
}

static void frame_drop_by_getter_bad(struct frame *frame)
{
	int i;

	for (i = 0; i < frame->nr; i++)
		put_page(frame_page(frame, i));
//              ^^^^^^^^ release-mismatch (warning): `frame_page(frame, i)` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
}

static void frame_drop_by_getter_ok(struct frame *frame)
{
	int i;

	for (i = 0; i < frame->nr; i++)
		unpin_user_page(frame_page(frame, i));
}

/* Entries of a scatterlist. */
struct channel {
	struct scatterlist sg[16];
	int nents;
};

static int channel_map(struct channel *channel, unsigned long addr)
{
	struct page *pages[16];
	int got, i;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	sg_init_table(channel->sg, got);
	for (i = 0; i < got; i++)
		sg_set_page(&channel->sg[i], pages[i], PAGE_SIZE, 0);
	channel->nents = got;
	return 0;
}

static void channel_unmap_ok(struct channel *channel)
{
	int i;

	for (i = 0; i < channel->nents; i++)
		unpin_user_page(sg_page(&channel->sg[i]));
}

static void channel_unmap_bad(struct channel *channel)
{
	int i;

	for (i = 0; i < channel->nents; i++)
		put_page(sg_page(&channel->sg[i]));
//              ^^^^^^^^ release-mismatch (warning): `sg_page(&channel->sg[i])` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
}

/* Vectors. */
struct vector {
	struct bio_vec *bvec;
	unsigned int nr;
};

static int vector_map(struct vector *vector, unsigned long addr)
{
	struct page *pages[16];
	int got, i;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++)
		bvec_set_page(&vector->bvec[i], pages[i], PAGE_SIZE, 0);
	vector->nr = got;
	return 0;
}

static void vector_unmap_ok(struct vector *vector)
{
	unsigned int i;

	for (i = 0; i < vector->nr; i++)
		unpin_user_page(vector->bvec[i].bv_page);
}

static void vector_unmap_bad(struct vector *vector)
{
	unsigned int i;

	for (i = 0; i < vector->nr; i++)
		put_page(vector->bvec[i].bv_page);
//              ^^^^^^^^ release-mismatch (warning): `vector->bvec[i].bv_page` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
}

struct plain_vector {
	struct bio_vec bvec[16];
	unsigned int nr;
};

static int plain_vector_map(struct plain_vector *vector, unsigned long addr)
{
	struct page *pages[16];
	int got, i;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++) {
		vector->bvec[i].bv_page = pages[i];
		vector->bvec[i].bv_len = PAGE_SIZE;
		vector->bvec[i].bv_offset = 0;
	}
	vector->nr = got;
	return 0;
}

static void plain_vector_unmap_ok(struct plain_vector *vector)
{
	unsigned int i;

	for (i = 0; i < vector->nr; i++)
		unpin_user_page(vector->bvec[i].bv_page);
}

static void plain_vector_unmap_bad(struct plain_vector *vector)
{
	unsigned int i;

	for (i = 0; i < vector->nr; i++)
		put_page(vector->bvec[i].bv_page);
//              ^^^^^^^^ release-mismatch (warning): `vector->bvec[i].bv_page` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
}

/* Only the frame number is kept. */
struct window {
	unsigned long pfn;
};

static int window_map(struct window *win, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	win->pfn = page_to_pfn(page);
	return 0;
}

static void window_unmap_ok(struct window *win)
{
	unpin_user_page(pfn_to_page(win->pfn));
}

/* The mode is recorded beside the pages. */
struct source {
	struct page *pages[4];
	int nr;
	bool is_pinned;
};

static int source_from_user(struct source *source, unsigned long addr)
{
	source->nr = pin_user_pages_fast(addr, 4, 0, source->pages);
	if (source->nr <= 0)
		return -EFAULT;
	source->is_pinned = true;
	return 0;
}

static int source_from_cache(struct source *source, unsigned long addr)
{
	source->nr = get_user_pages_fast(addr, 4, 0, source->pages);
	if (source->nr <= 0)
		return -EFAULT;
	source->is_pinned = false;
	return 0;
}

static void source_close_ok(struct source *source)
{
	if (source->is_pinned)
		unpin_user_pages(source->pages, source->nr);
	else
		release_pages(source->pages, source->nr);
}

/* The same, extracted: pins where the iterator is the user's. */
struct upload {
	struct page *pages[4];
	int nr;
	bool is_pinned;
};

static int upload_fill(struct upload *up, struct iov_iter *iter, size_t len)
{
	struct page **pages = up->pages;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 4, 0, &offset);
	if (got <= 0)
		return -EFAULT;
	up->nr = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	up->is_pinned = iov_iter_extract_will_pin(iter);
	return 0;
}

static void upload_done_ok(struct upload *up)
{
	if (up->is_pinned)
		unpin_user_pages(up->pages, up->nr);
}

static void upload_done_bad(struct upload *up)
{
	int i;

	if (!up->is_pinned)
		return;
	for (i = 0; i < up->nr; i++)
		put_page(up->pages[i]);
//              ^^^^^^^^ release-mismatch (warning): `up->pages[i]` carries pins or nothing, depending on the iterator (iov_iter_extract_pages()); put_page() drops a reference, and the pages carry none: ask the iterator which it is
}

/* Pages of unknown origin get into the member as well: nothing is said. */
struct cache {
	struct page *page;
};

static int cache_from_user(struct cache *cache, unsigned long addr)
{
	return pin_user_pages_fast(addr, 1, 0, &cache->page) == 1 ? 0 : -EFAULT;
}

static void cache_from_elsewhere(struct cache *cache, struct page *page)
{
	cache->page = page;
}

static void cache_drop_ok(struct cache *cache)
{
	put_page(cache->page);
}

/* Moved from one struct into another. */
struct job {
	struct page *page;
};

struct finished_job {
	struct page *page;
};

static int job_take(struct job *job, unsigned long addr)
{
	return pin_user_pages_fast(addr, 1, 0, &job->page) == 1 ? 0 : -EFAULT;
}

static void job_finish(struct job *job, struct finished_job *done)
{
	done->page = job->page;
	job->page = NULL;
}

static void finished_job_drop_ok(struct finished_job *done)
{
	unpin_user_page(done->page);
}

static void finished_job_drop_bad(struct finished_job *done)
{
	put_page(done->page);
//      ^^^^^^^^ release-mismatch (warning): `done->page` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
}

/* Two structs with members of one name. */
struct reader {
	struct page *page;
};

struct writer {
	struct page *page;
};

static int reader_take(struct reader *reader, unsigned long addr)
{
	return get_user_pages_fast(addr, 1, 0, &reader->page) == 1 ? 0 : -EFAULT;
}

static int writer_take(struct writer *writer, unsigned long addr)
{
	return pin_user_pages_fast(addr, 1, 0, &writer->page) == 1 ? 0 : -EFAULT;
}

static void reader_drop_ok(struct reader *reader)
{
	put_page(reader->page);
}

static void writer_drop_ok(struct writer *writer)
{
	unpin_user_page(writer->page);
}

/* Another reference to the same page. */
struct shared {
	struct page *page;
};

static int shared_take(struct shared *shared, unsigned long addr)
{
	return pin_user_pages_fast(addr, 1, 0, &shared->page) == 1 ? 0 : -EFAULT;
}

static void shared_peek_ok(struct shared *shared)
{
	get_page(shared->page);
	peek_page(shared->page);
	put_page(shared->page);
}

static void shared_drop_ok(struct shared *shared)
{
	unpin_user_page(shared->page);
}
