/* The number that is left beside the pages in an object, and that another function releases by. */

struct buffer {
	struct page **pages;
	int nr_pages;
};

int buffer_fill_bad(struct buffer *buffer, unsigned long start, int nr)
{
	int got;

	buffer->nr_pages = nr;
	buffer->pages = kcalloc(nr, sizeof(struct page *), GFP_KERNEL);
	if (!buffer->pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, buffer->nr_pages, 0, buffer->pages);
//            ^^^^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `buffer->pages` goes by `struct buffer::nr_pages`, which is left at the number asked for where pin_user_pages_fast() obtained fewer
	if (got != buffer->nr_pages)
		return got < 0 ? got : -EINVAL;
	return 0;
}

int buffer_fill_ok(struct buffer *buffer, unsigned long start, int nr)
{
	int got;

	buffer->nr_pages = nr;
	buffer->pages = kcalloc(nr, sizeof(struct page *), GFP_KERNEL);
	if (!buffer->pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, buffer->nr_pages, 0, buffer->pages);
	if (got != buffer->nr_pages) {
		buffer->nr_pages = got > 0 ? got : 0;
		return got < 0 ? got : -EINVAL;
	}
	return 0;
}

/* Whoever calls it looks at the answer. */
static int buffer_add(struct buffer *buffer, unsigned long start)
{
	return pin_user_pages_fast(start, buffer->nr_pages, 0, buffer->pages);
}

int buffer_refill_ok(struct buffer *buffer, unsigned long start)
{
	int got = buffer_add(buffer, start);

	if (got < 0)
		got = 0;
	buffer->nr_pages = got;
	return got;
}

void buffer_empty(struct buffer *buffer)
{
	unpin_user_pages(buffer->pages, buffer->nr_pages);
	kfree(buffer->pages);
	buffer->pages = NULL;
}

struct frames {
	unsigned int nr_frames;
	bool is_pinned;
	struct page *pages[];
};

int frames_pin_bad(struct frames *frames, unsigned long start, unsigned int nr)
{
	int got = pin_user_pages_fast(start, nr, FOLL_LONGTERM, frames->pages);
//                ^^^^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `frames->pages` goes by `struct frames::nr_frames`, which is left at the error code where pin_user_pages_fast() fails

	frames->nr_frames = got;
	frames->is_pinned = true;
	if (got > 0)
		return got;
	return got ? got : -EFAULT;
}

int frames_pin_ok(struct frames *frames, unsigned long start, unsigned int nr)
{
	int got = pin_user_pages_fast(start, nr, FOLL_LONGTERM, frames->pages);

	frames->nr_frames = got;
	frames->is_pinned = true;
	if (got > 0)
		return got;
	frames->nr_frames = 0;
	return got ? got : -EFAULT;
}

void frames_unpin(struct frames *frames)
{
	if (frames->is_pinned)
		unpin_user_pages(frames->pages, frames->nr_frames);
	frames->is_pinned = false;
}

struct window {
	int nr;
	struct page *pages[16];
};

/* Who releases looks at the sign. */
int window_pin_ok(struct window *window, unsigned long start)
{
	window->nr = pin_user_pages_fast(start, 16, 0, window->pages);
	return window->nr < 0 ? window->nr : 0;
}

void window_unpin(struct window *window)
{
	if (window->nr > 0)
		unpin_user_pages(window->pages, window->nr);
}

struct draft {
	int nr;
	struct page *pages[32];
};

/* What failed is freed. */
struct draft *draft_make_ok(unsigned long start)
{
	struct draft *draft = kzalloc(sizeof(*draft), GFP_KERNEL);

	if (!draft)
		return NULL;
	draft->nr = pin_user_pages_fast(start, 32, 0, draft->pages);
	if (draft->nr <= 0) {
		kfree(draft);
		return NULL;
	}
	return draft;
}

void draft_free(struct draft *draft)
{
	unpin_user_pages(draft->pages, draft->nr);
	kfree(draft);
}

/* A helper that tells nobody how many pages there are, and one that returns it. */
struct pool {
	struct page **pages;
	u32 size;
};

static int pool_pin_short(struct pool *pool, unsigned long start)
{
	long got;

	pool->pages = kvcalloc(pool->size, sizeof(*pool->pages), GFP_KERNEL);
	if (!pool->pages)
		return -ENOMEM;
	got = pin_user_pages(start, pool->size, FOLL_LONGTERM, &pool->pages[0]);
//            ^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `pool->pages[0]` goes by `struct pool::size`, which is left at the number asked for where pin_user_pages() obtained fewer
	if (got < 0) {
		kvfree(pool->pages);
		pool->pages = NULL;
		return got;
	}
	return 0;
}

static int pool_pin_told(struct pool *pool, unsigned long start)
{
	long got;

	pool->pages = kvcalloc(pool->size, sizeof(*pool->pages), GFP_KERNEL);
	if (!pool->pages)
		return -ENOMEM;
	got = pin_user_pages(start, pool->size, FOLL_LONGTERM, &pool->pages[0]);
	if (got < 0) {
		kvfree(pool->pages);
		pool->pages = NULL;
	}
	return got;
}

static int pool_setup(struct pool *pool, unsigned long start, bool is_told)
{
	int err = is_told ? pool_pin_told(pool, start) : pool_pin_short(pool, start);

	if (err > 0) {
		pool->size = err;
		err = 0;
	}
	return err;
}

int pool_open(struct pool *pool, unsigned long start, bool is_told)
{
	return pool_setup(pool, start, is_told);
}

void pool_close(struct pool *pool)
{
	unpin_user_pages(pool->pages, pool->size);
	kvfree(pool->pages);
}
