/* Arrays that the iterator's functions allocate themselves. */

static ssize_t extract_fails_bad(struct iov_iter *iter, size_t len)
{
	struct page **pages = NULL;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 256, 0, &offset);
	if (got <= 0)
		return got;
//              ^^^^^^^^^^^ page-array-leak: the page array `pages` was allocated by iov_iter_extract_pages(), and it is lost at this exit: kvfree() it
	if (iov_iter_extract_will_pin(iter))
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	kvfree(pages);
	return got;
}

static ssize_t extract_fails_ok(struct iov_iter *iter, size_t len)
{
	struct page **pages = NULL;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 256, 0, &offset);
	if (got <= 0) {
		kvfree(pages);
		return got;
	}
	if (iov_iter_extract_will_pin(iter))
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	kvfree(pages);
	return got;
}

static ssize_t extract_succeeds_bad(struct iov_iter *iter, size_t len)
{
	struct page **pages = NULL;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 256, 0, &offset);
	if (got <= 0) {
		kvfree(pages);
		return got;
	}
	if (iov_iter_extract_will_pin(iter))
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
//      ^^^^^^^^^^^ page-array-leak: the page array `pages` was allocated by iov_iter_extract_pages(), and it is lost at this exit: kvfree() it
}

static ssize_t alloc2_ok(struct iov_iter *iter, size_t len)
{
	struct page **pages;
	size_t offset;
	ssize_t got;

	got = iov_iter_get_pages_alloc2(iter, &pages, len, &offset);
	if (got <= 0)
		return got;
	release_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	kvfree(pages);
	return got;
}

/* It left NULL behind: freeing that does no harm. */
static ssize_t alloc2_free_anyway_ok(struct iov_iter *iter, size_t len)
{
	struct page **pages;
	size_t offset;
	ssize_t got;

	got = iov_iter_get_pages_alloc2(iter, &pages, len, &offset);
	if (got > 0)
		release_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	kvfree(pages);
	return got;
}

static ssize_t alloc2_bad(struct iov_iter *iter, size_t len)
{
	struct page **pages;
	size_t offset;
	ssize_t got;

	got = iov_iter_get_pages_alloc2(iter, &pages, len, &offset);
//            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ page-array-leak: the page array `pages` was allocated by iov_iter_get_pages_alloc2(), and no path of this function frees it: kvfree() it
	if (got <= 0)
		return got;
	release_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}

static ssize_t alloc2_kfree_bad(struct iov_iter *iter, size_t len)
{
	struct page **pages;
	size_t offset;
	ssize_t got;

	got = iov_iter_get_pages_alloc2(iter, &pages, len, &offset);
	if (got <= 0)
		return got;
	release_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	kfree(pages);
//      ^^^^^ page-array-leak: `pages` is kvmalloc memory (iov_iter_get_pages_alloc2()): kfree() cannot free it, kvfree() does
	return got;
}

static ssize_t extract_kfree_bad(struct iov_iter *iter, size_t len)
{
	struct page **pages = NULL;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 256, 0, &offset);
	if (got > 0 && iov_iter_extract_will_pin(iter))
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	kfree(pages);
//      ^^^^^ page-array-leak: `pages` is kvmalloc memory (iov_iter_extract_pages()): kfree() cannot free it, kvfree() does
	return got;
}

/* A caller's array is not replaced. */
static ssize_t callers_array_ok(struct iov_iter *iter, size_t len)
{
	struct page *slots[8], **pages = slots;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 8, 0, &offset);
	if (got <= 0)
		return got;
	if (iov_iter_extract_will_pin(iter))
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}

static ssize_t stack_or_allocated_ok(struct iov_iter *iter, size_t len, unsigned int nr)
{
	struct page *slots[8], **pages = slots;
	size_t offset;
	ssize_t got;

	if (nr > ARRAY_SIZE(slots))
		pages = NULL;
	got = iov_iter_extract_pages(iter, &pages, len, nr, 0, &offset);
	if (got > 0 && iov_iter_extract_will_pin(iter))
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	if (pages != slots)
		kvfree(pages);
	return got;
}

static ssize_t stack_or_allocated_bad(struct iov_iter *iter, size_t len, unsigned int nr)
{
	struct page *slots[8], **pages = slots;
	size_t offset;
	ssize_t got;

	if (nr > ARRAY_SIZE(slots))
		pages = NULL;
	got = iov_iter_extract_pages(iter, &pages, len, nr, 0, &offset);
	if (got <= 0)
		return got;
//              ^^^^^^^^^^^ page-array-leak: the page array `pages` was allocated by iov_iter_extract_pages(), and it is lost at this exit: kvfree() it
	if (iov_iter_extract_will_pin(iter))
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	if (pages != slots)
		kvfree(pages);
	return got;
}

static ssize_t each_turn_ok(struct iov_iter *iter)
{
	struct page **pages;
	ssize_t got, done = 0;
	size_t offset;

	while (iov_iter_count(iter)) {
		pages = NULL;
		got = iov_iter_extract_pages(iter, &pages, SZ_1M, 256, 0, &offset);
		if (got <= 0) {
			kvfree(pages);
			return done ? done : got;
		}
		if (iov_iter_extract_will_pin(iter))
			unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
		kvfree(pages);
		done += got;
	}
	return done;
}

static ssize_t each_turn_bad(struct iov_iter *iter)
{
	struct page **pages;
	ssize_t got, done = 0;
	size_t offset;

	while (iov_iter_count(iter)) {
		pages = NULL;
		got = iov_iter_extract_pages(iter, &pages, SZ_1M, 256, 0, &offset);
		if (got <= 0)
			break;
		if (iov_iter_extract_will_pin(iter))
			unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
		kvfree(pages);
		done += got;
	}
	return done;
//      ^^^^^^^^^^^^ page-array-leak: the page array `pages` was allocated by iov_iter_extract_pages(), and it is lost at this exit: kvfree() it
}

/* The pages of a kernel buffer carry nothing, their array is memory all the same. */
static ssize_t kernel_pages_bad(void *buf, size_t len)
{
	struct kvec kvec = { .iov_base = buf, .iov_len = len };
	struct page **pages = NULL;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_kvec(&iter, ITER_SOURCE, &kvec, 1, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 64, 0, &offset);
//            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ page-array-leak: the page array `pages` was allocated by iov_iter_extract_pages(), and no path of this function frees it: kvfree() it
	if (got > 0)
		transmit(page_to_phys(pages[0]), offset, got);
	return got;
}

static ssize_t kernel_pages_ok(void *buf, size_t len)
{
	struct kvec kvec = { .iov_base = buf, .iov_len = len };
	struct page **pages = NULL;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_kvec(&iter, ITER_SOURCE, &kvec, 1, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 64, 0, &offset);
	if (got > 0)
		transmit(page_to_phys(pages[0]), offset, got);
	kvfree(pages);
	return got;
}

struct transfer {
	struct page **pages;
	unsigned int nr;
	size_t offset;
};

static int transfer_map_ok(struct transfer *t, struct iov_iter *iter, size_t len)
{
	ssize_t got;

	got = iov_iter_get_pages_alloc2(iter, &t->pages, len, &t->offset);
	if (got <= 0)
		return got ? got : -EFAULT;
	t->nr = DIV_ROUND_UP(t->offset + got, PAGE_SIZE);
	return 0;
}

static void transfer_unmap_ok(struct transfer *t)
{
	release_pages(t->pages, t->nr);
	kvfree(t->pages);
}
