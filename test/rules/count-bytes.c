/* The iterator's functions return bytes, and the first page begins somewhere in the middle. */

static ssize_t divided_ok(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset;
	ssize_t got = iov_iter_get_pages2(iter, pages, len, 16, &offset);

	if (got <= 0)
		return got;
	release_pages(pages, DIV_ROUND_UP(got + offset, PAGE_SIZE));
	return got;
}

static ssize_t open_coded_ok(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset;
	ssize_t got = iov_iter_get_pages2(iter, pages, len, 16, &offset);

	if (got <= 0)
		return got;
	release_pages(pages, (got + offset + PAGE_SIZE - 1) / PAGE_SIZE);
	return got;
}

static ssize_t shifted_ok(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset;
	ssize_t got = iov_iter_get_pages2(iter, pages, len, 16, &offset);

	if (got <= 0)
		return got;
	release_pages(pages, (offset + got + PAGE_SIZE - 1) >> PAGE_SHIFT);
	return got;
}

static ssize_t pfn_up_ok(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset;
	ssize_t got = iov_iter_get_pages2(iter, pages, len, 16, &offset);

	if (got <= 0)
		return got;
	release_pages(pages, PFN_UP(offset + got));
	return got;
}

static ssize_t aligned_ok(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset;
	ssize_t got = iov_iter_get_pages2(iter, pages, len, 16, &offset);

	if (got <= 0)
		return got;
	release_pages(pages, PAGE_ALIGN(offset + got) >> PAGE_SHIFT);
	return got;
}

static ssize_t added_first_ok(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset;
	ssize_t got = iov_iter_get_pages2(iter, pages, len, 16, &offset);
	int npages;

	if (got <= 0)
		return got;
	got += offset;
	npages = DIV_ROUND_UP(got, PAGE_SIZE);
	while (npages--)
		put_page(pages[npages]);
	return got - offset;
}

static ssize_t calc_pages_ok(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset;
	ssize_t got = iov_iter_get_pages2(iter, pages, len, 16, &offset);

	if (got <= 0)
		return got;
	release_pages(pages, calc_pages_for(offset, got));
	return got;
}

static ssize_t bytes_in_bulk_bad(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	if (!user_backed_iter(iter))
		return -EIO;
	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	unpin_user_pages(pages, got);
//      ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `pages` counts bytes: iov_iter_extract_pages() returned bytes, and the pages are DIV_ROUND_UP(offset + bytes, PAGE_SIZE)
	return got;
}

static ssize_t offset_left_out_bad(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset;
	ssize_t got = iov_iter_get_pages2(iter, pages, len, 16, &offset);

	if (got <= 0)
		return got;
	release_pages(pages, DIV_ROUND_UP(got, PAGE_SIZE));
//      ^^^^^^^^^^^^^ release-count: release_pages() of `pages` leaves the offset into the first page out: iov_iter_get_pages2() obtained DIV_ROUND_UP(offset + bytes, PAGE_SIZE) pages
	return got;
}

static ssize_t rounded_down_bad(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	if (!user_backed_iter(iter))
		return -EIO;
	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	unpin_user_pages(pages, got / PAGE_SIZE);
//      ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `pages` leaves the offset into the first page out: iov_iter_extract_pages() obtained DIV_ROUND_UP(offset + bytes, PAGE_SIZE) pages
	return got;
}

static int short_bytes_bad(struct iov_iter *iter, size_t len, struct page **pages, unsigned int nr)
{
	size_t offset;
	ssize_t got;

	if (!user_backed_iter(iter))
		return -EIO;
	got = iov_iter_extract_pages(iter, &pages, len, nr, 0, &offset);
	if (got <= 0)
		return got ? got : -ENOMEM;
	if (got != len) {
		unpin_user_pages(pages, got / PAGE_SIZE);
//              ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `pages` leaves the offset into the first page out: iov_iter_extract_pages() obtained DIV_ROUND_UP(offset + bytes, PAGE_SIZE) pages
		return -ENOMEM;
	}
	return 0;
}

static int short_bytes_ok(struct iov_iter *iter, size_t len, struct page **pages, unsigned int nr)
{
	size_t offset;
	ssize_t got;

	if (!user_backed_iter(iter))
		return -EIO;
	got = iov_iter_extract_pages(iter, &pages, len, nr, 0, &offset);
	if (got <= 0)
		return got ? got : -ENOMEM;
	if (got != len) {
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
		return -ENOMEM;
	}
	return 0;
}

/* Bytes from the address against pages from the call. */
static int bytes_from_address_ok(unsigned long addr, size_t len)
{
	int nr = DIV_ROUND_UP(offset_in_page(addr) + len, PAGE_SIZE);
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr & PAGE_MASK, nr, 0, pages);
	if (got == nr)
		checksum(addr, len);
	if (got > 0)
		unpin_user_pages(pages, got);
	kvfree(pages);
	return got < 0 ? got : 0;
}

static int pages_spanned(size_t offset, size_t len)
{
	return (offset + len + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

static ssize_t helper_count_ok(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset;
	ssize_t got = iov_iter_get_pages2(iter, pages, len, 16, &offset);

	if (got <= 0)
		return got;
	release_pages(pages, pages_spanned(offset, got));
	return got;
}

/* One page a turn, until the bytes are used up. */
static ssize_t byte_countdown_ok(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset, left, part;
	ssize_t got = iov_iter_get_pages2(iter, pages, len, 16, &offset);
	int i;

	if (got <= 0)
		return got;
	left = got;
	for (i = 0; left; i++) {
		part = min_t(size_t, left, PAGE_SIZE - offset);
		put_page(pages[i]);
		left -= part;
		offset = 0;
	}
	return got;
}
