// expected: silence: the only caller of the helper tests the flag

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
