// expected: release-count at `put_page(pages[i]);`

static size_t copy_at_once_ok(struct iov_iter *iter, void *data, size_t len)
{
	struct page *pages[32];
	size_t offset, done = 0;
	ssize_t got;
	int i, nr;

	while (done < len) {
		got = iov_iter_get_pages2(iter, pages, len - done, 32, &offset);
		if (got <= 0)
			return done;
		nr = DIV_ROUND_UP(got + offset, PAGE_SIZE);
		copy_with_pages(data + done, pages, offset, got);
		for (i = 0; i < nr; i++) {
			set_page_dirty(pages[i]);
			put_page(pages[i]);
		}
		done += got;
	}
	return done;
}

static size_t copy_at_once_bad(struct iov_iter *iter, void *data, size_t len)
{
	struct page *pages[32];
	size_t offset, done = 0;
	ssize_t got;
	int i, nr;

	while (done < len) {
		got = iov_iter_get_pages2(iter, pages, len - done, 32, &offset);
		if (got <= 0)
			return done;
		nr = DIV_ROUND_UP(got, PAGE_SIZE);
		copy_with_pages(data + done, pages, offset, got);
		for (i = 0; i < nr; i++)
			put_page(pages[i]);
		done += got;
	}
	return done;
}
