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
