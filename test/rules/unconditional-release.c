/* Pins that are there or not, as the iterator decides, and how its answer is kept. */

struct upload {
	struct page *pages[16];
	int nr;
	bool is_pinned;
};

static int upload_fill(struct upload *up, struct iov_iter *iter)
{
	struct page **pages = up->pages;
	size_t offset;
	ssize_t len;

	len = iov_iter_extract_pages(iter, &pages, 16 * PAGE_SIZE, 16, 0, &offset);
	if (len <= 0)
		return -EFAULT;
	up->nr = DIV_ROUND_UP(offset + len, PAGE_SIZE);
	up->is_pinned = iov_iter_extract_will_pin(iter);
	return 0;
}

static void upload_done_ok(struct upload *up)
{
	if (up->is_pinned)
		unpin_user_pages(up->pages, up->nr);
}

static void upload_abort_bad(struct upload *up)
{
	unpin_user_pages(up->pages, up->nr);
//      ^^^^^^^^^^^^^^^^ unconditional-release (warning): unpin_user_pages() drops the pages in `struct upload::pages` on every path; whether they carry a hold (iov_iter_extract_pages()) is recorded in `struct upload::is_pinned`: test it
}

static void upload_one_by_one_bad(struct upload *up)
{
	int i;

	for (i = 0; i < up->nr; i++)
		unpin_user_page(up->pages[i]);
//              ^^^^^^^^^^^^^^^ unconditional-release (warning): unpin_user_page() drops the pages in `struct upload::pages` on every path; whether they carry a hold (iov_iter_extract_pages()) is recorded in `struct upload::is_pinned`: test it
}

static void upload_one_by_one_ok(struct upload *up)
{
	int i;

	if (!up->is_pinned)
		return;
	for (i = 0; i < up->nr; i++)
		unpin_user_page(up->pages[i]);
}

/* Another member is no answer. */
static void upload_other_test_bad(struct upload *up)
{
	if (up->nr)
		unpin_user_pages(up->pages, up->nr);
//              ^^^^^^^^^^^^^^^^ unconditional-release (warning): unpin_user_pages() drops the pages in `struct upload::pages` on every path; whether they carry a hold (iov_iter_extract_pages()) is recorded in `struct upload::is_pinned`: test it
}

static void upload_drop_all(struct upload *up)
{
	unpin_user_pages_dirty_lock(up->pages, up->nr, true);
//      ^^^^^^^^^^^^^^^^^^^^^^^^^^^ unconditional-release (warning): unpin_user_pages_dirty_lock() drops the pages in `struct upload::pages` on every path; whether they carry a hold (iov_iter_extract_pages()) is recorded in `struct upload::is_pinned`: test it
}

static void upload_drop_by_helper_bad(struct upload *up)
{
	upload_drop_all(up);
}

/* The flag is set where the iterator was found to be of user memory. */
struct query {
	struct page **pages;
	unsigned int nr;
	unsigned int pinned : 1;
};

static int query_fill(struct query *query, struct iov_iter *iter, size_t len)
{
	size_t offset;
	ssize_t got;

	query->pages = NULL;
	query->pinned = 0;
	got = iov_iter_extract_pages(iter, &query->pages, len, 64, 0, &offset);
	if (got <= 0) {
		kvfree(query->pages);
		query->pages = NULL;
		return -EFAULT;
	}
	query->nr = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	if (user_backed_iter(iter))
		query->pinned = 1;
	return 0;
}

static void query_done_ok(struct query *query)
{
	if (query->pinned)
		unpin_user_pages(query->pages, query->nr);
	kvfree(query->pages);
}

static void query_abort_bad(struct query *query)
{
	unpin_user_pages(query->pages, query->nr);
//      ^^^^^^^^^^^^^^^^ unconditional-release (warning): unpin_user_pages() drops the pages in `struct query::pages` on every path; whether they carry a hold (iov_iter_extract_pages()) is recorded in `struct query::pinned`: test it
	kvfree(query->pages);
}

/* A constant is no answer. */
struct report {
	struct page *pages[8];
	unsigned int nr;
	bool need_unpin;
};

static int report_fill_bad(struct report *report, struct iov_iter *iter, size_t len)
{
	struct page **pages = report->pages;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 8, 0, &offset);
	if (got <= 0)
		return -EFAULT;
	report->nr = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	report->need_unpin = true;
//      ^^^^^^^^^^^^^^^^^^ unconditional-release (warning): `struct report::need_unpin` decides whether the pages of iov_iter_extract_pages() are unpinned, and is set here without asking: whether they are pinned is what iov_iter_extract_will_pin() says
	return 0;
}

static void report_done(struct report *report)
{
	if (report->need_unpin)
		unpin_user_pages(report->pages, report->nr);
}

/* Pins of user memory, or references to the kernel's own: the flag says which. */
struct window {
	struct page *pages[4];
	int nr;
	bool is_user;
};

static int window_from_user(struct window *win, unsigned long addr)
{
	int got = pin_user_pages_fast(addr, 4, 0, win->pages);

	if (got <= 0)
		return -EFAULT;
	win->nr = got;
	win->is_user = true;
	return 0;
}

static void window_from_kernel(struct window *win, struct page *page)
{
	get_page(page);
	win->pages[0] = page;
	win->nr = 1;
	win->is_user = false;
}

static void window_close_ok(struct window *win)
{
	int i;

	if (win->is_user) {
		unpin_user_pages(win->pages, win->nr);
		return;
	}
	for (i = 0; i < win->nr; i++)
		put_page(win->pages[i]);
}

static void window_reset_bad(struct window *win)
{
	unpin_user_pages(win->pages, win->nr);
//      ^^^^^^^^^^^^^^^^ unconditional-release (warning): unpin_user_pages() drops the pages in `struct window::pages` on every path; whether they carry a hold (pin_user_pages_fast()) is recorded in `struct window::is_user`: test it
}

/* The iterator is at hand and asked, or there is but one kind. */
static ssize_t asked_at_once_ok(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	checksum_pages(pages, offset, got);
	if (iov_iter_extract_will_pin(iter))
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}

static ssize_t asked_before_ok(struct iov_iter *iter, size_t len)
{
	bool pinned = iov_iter_extract_will_pin(iter);
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	checksum_pages(pages, offset, got);
	if (pinned)
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}

static ssize_t refused_before_ok(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	if (!user_backed_iter(iter))
		return -EOPNOTSUPP;
	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	checksum_pages(pages, offset, got);
	unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}

static ssize_t made_here_ok(void __user *buffer, size_t len)
{
	struct page *slots[16], **pages = slots;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_ubuf(&iter, ITER_SOURCE, buffer, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	checksum_pages(pages, offset, got);
	unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}

static ssize_t asked_on_one_exit_bad(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;
	int n;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	n = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	if (checksum_pages(pages, offset, got)) {
		unpin_user_pages(pages, n);
//              ^^^^^^^^^^^^^^^^ unconditional-release: `pages` is only pinned if the iterator is user-backed (iov_iter_extract_pages()); unpin_user_pages() drops a pin whatever the iterator is: ask iov_iter_extract_will_pin()
		return -EIO;
	}
	if (iov_iter_extract_will_pin(iter))
		unpin_user_pages(pages, n);
	return got;
}

static ssize_t another_iterator_asked_bad(struct iov_iter *from, struct iov_iter *to, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(from, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	checksum_pages(pages, offset, got);
	if (iov_iter_extract_will_pin(to))
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
//              ^^^^^^^^^^^^^^^^ unconditional-release: `pages` is only pinned if the iterator is user-backed (iov_iter_extract_pages()); unpin_user_pages() drops a pin whatever the iterator is: ask iov_iter_extract_will_pin()
	return got;
}

static ssize_t asked_on_both_exits_ok(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;
	bool pinned;
	int n;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	pinned = iov_iter_extract_will_pin(iter);
	n = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	if (checksum_pages(pages, offset, got)) {
		if (pinned)
			unpin_user_pages(pages, n);
		return -EIO;
	}
	if (pinned)
		unpin_user_pages(pages, n);
	return got;
}

struct query_pages {
	struct page *pages[16];
	int nr;
	bool is_pinned;
};

static int query_pages_fill(struct query_pages *query, struct iov_iter *iter)
{
	struct page **pages = query->pages;
	size_t offset;
	ssize_t len;

	len = iov_iter_extract_pages(iter, &pages, 16 * PAGE_SIZE, 16, 0, &offset);
	if (len <= 0)
		return -EFAULT;
	query->nr = DIV_ROUND_UP(offset + len, PAGE_SIZE);
	query->is_pinned = iov_iter_extract_will_pin(iter);
	return 0;
}

static void query_pages_drop(struct query_pages *query)
{
	unpin_user_pages_dirty_lock(query->pages, query->nr, true);
}

static void query_pages_finish_ok(struct query_pages *query)
{
	if (query->is_pinned)
		query_pages_drop(query);
}

/* Two functions fill tables of one kind: one asks, the other says what it likes. */
struct asked_table {
	struct sg_table table;
	bool is_pinned;
};

int asked_table_fill_ok(struct asked_table *table, struct iov_iter *iter, size_t len)
{
	table->is_pinned = iov_iter_extract_will_pin(iter);
	if (extract_iter_to_sg(iter, len, &table->table, 16, 0) < 0)
		return -EFAULT;
	return 0;
}

int asked_table_fill_bad(struct asked_table *table, struct iov_iter *iter, size_t len)
{
	table->is_pinned = true;
//      ^^^^^^^^^^^^^^^^ unconditional-release (warning): `struct asked_table::is_pinned` decides whether the pages of extract_iter_to_sg() are unpinned, and is set here without asking: whether they are pinned is what iov_iter_extract_will_pin() says
	if (extract_iter_to_sg(iter, len, &table->table, 16, 0) < 0)
		return -EFAULT;
	return 0;
}

int asked_table_clear_ok(struct asked_table *table)
{
	table->is_pinned = true;
	return table_clear(table);
}

int asked_table_by_kind_ok(struct asked_table *table, struct iov_iter *iter, size_t len)
{
	table->is_pinned = false;
	if (user_backed_iter(iter))
		table->is_pinned = true;
	if (extract_iter_to_sg(iter, len, &table->table, 16, 0) < 0)
		return -EFAULT;
	return 0;
}

void asked_table_drop_ok(struct asked_table *table)
{
	int i;

	if (table->is_pinned)
		for (i = 0; i < table->table.nents; i++)
			unpin_user_page(sg_page(&table->table.sgl[i]));
}

/* A count that was changed where the iterator's kind was known is no flag. */
struct table {
	struct page *pages[16];
	unsigned int nr;
	unsigned int total;
};

static ssize_t fill_table(struct table *table, struct iov_iter *iter)
{
	struct page **pages = table->pages;
	size_t offset;
	ssize_t len;

	len = iov_iter_extract_pages(iter, &pages, 16 * PAGE_SIZE, 16, 0, &offset);
	if (len <= 0)
		return -EFAULT;
	table->nr = DIV_ROUND_UP(offset + len, PAGE_SIZE);
	return len;
}

static void count_table(struct table *table, struct iov_iter *iter)
{
	if (user_backed_iter(iter))
		table->total++;
}

static void empty_table_ok(struct table *table)
{
	unpin_user_pages(table->pages, table->nr);
}
