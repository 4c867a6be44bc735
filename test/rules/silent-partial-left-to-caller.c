/* The pages of a short call stay in the caller's object with their count: the caller releases them on failure too. */

struct io_args {
	struct page **pages;
	unsigned int num_pages;
	size_t offset;
	bool pinned;
};

static int args_fill_ok(struct io_args *args, struct iov_iter *iter, size_t *bytes, unsigned int max_pages)
{
	size_t done = 0, start;
	ssize_t got = 0;

	args->pinned = iov_iter_extract_will_pin(iter);
	while (done < *bytes && args->num_pages < max_pages) {
		struct page **next = &args->pages[args->num_pages];

		got = iov_iter_extract_pages(iter, &next, *bytes - done, max_pages - args->num_pages, 0, &start);
		if (got <= 0)
			break;
		done += got;
		args->num_pages += DIV_ROUND_UP(start + got, PAGE_SIZE);
	}
	*bytes = done;
	return got < 0 ? got : 0;
}

static void args_drop_ok(struct io_args *args)
{
	unsigned int i;

	for (i = 0; i < args->num_pages; i++)
		if (args->pinned)
			unpin_user_page(args->pages[i]);
}

static int args_use_ok(struct io_args *args, struct iov_iter *iter, size_t bytes)
{
	int err = args_fill_ok(args, iter, &bytes, 64);

	if (!err)
		err = send_request(args, bytes);
	args_drop_ok(args);
	return err;
}

struct zero_copy {
	struct scatterlist sg[16];
	unsigned int nents;
};

static int zero_copy_add_ok(struct zero_copy *zc, struct iov_iter *from, size_t length)
{
	while (length) {
		struct page *page;
		size_t start;
		ssize_t copied;

		copied = iov_iter_get_pages2(from, &page, PAGE_SIZE, 1, &start);
		if (copied <= 0)
			return -EFAULT;
		sg_set_page(&zc->sg[zc->nents], page, copied, start);
		zc->nents++;
		length -= copied;
	}
	return 0;
}

static void zero_copy_drop_ok(struct zero_copy *zc)
{
	unsigned int i;

	for (i = 0; i < zc->nents; i++)
		put_page(sg_page(&zc->sg[i]));
	zc->nents = 0;
}

static int zero_copy_send_ok(struct zero_copy *zc, struct iov_iter *from, size_t length)
{
	int err = zero_copy_add_ok(zc, from, length);

	if (err)
		zero_copy_drop_ok(zc);
	return err;
}
