// expected: page-leak at `return ERR_PTR(-ENOMEM);`

struct write_data {
	struct page **pages;
	unsigned int nr;
};

static struct write_data *write_data_new(struct page **pages, unsigned int nr)
{
	struct write_data *data = kzalloc(sizeof(*data), GFP_KERNEL);

	if (data) {
		data->pages = pages;
		data->nr = nr;
	}
	return data;
}

static struct write_data *write_from_iter_ok(struct iov_iter *from, size_t len)
{
	struct write_data *data;
	struct page **pages;
	unsigned int nr;
	size_t start;
	ssize_t got;

	got = iov_iter_get_pages_alloc2(from, &pages, len, &start);
	if (got < 0)
		return ERR_PTR(got);
	nr = (got + start + PAGE_SIZE - 1) / PAGE_SIZE;
	data = write_data_new(pages, nr);
	if (!data) {
		release_pages(pages, nr);
		kvfree(pages);
		return ERR_PTR(-ENOMEM);
	}
	return data;
}

static struct write_data *write_from_iter_bad(struct iov_iter *from, size_t len)
{
	struct write_data *data;
	struct page **pages;
	unsigned int nr;
	size_t start;
	ssize_t got;

	got = iov_iter_get_pages_alloc2(from, &pages, len, &start);
	if (got < 0)
		return ERR_PTR(got);
	nr = (got + start + PAGE_SIZE - 1) / PAGE_SIZE;
	data = write_data_new(pages, nr);
	if (!data) {
		kvfree(pages);
		return ERR_PTR(-ENOMEM);
	}
	return data;
}
