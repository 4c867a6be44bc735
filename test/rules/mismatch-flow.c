/* Pages that get to their release by ways that no path shows: of those that may get there, none is pinned. */

struct job {
	struct scatterlist entries[8];
	struct request *request;
};

struct request {
	struct scatterlist *target;
};

struct queue {
	struct page *page;
};

static int job_fill(struct iov_iter *iter, struct scatterlist *to)
{
	struct page *page;
	size_t offset;
	ssize_t bytes;

	bytes = iov_iter_get_pages2(iter, &page, PAGE_SIZE, 1, &offset);
	if (bytes <= 0)
		return -EFAULT;
	sg_set_page(to, page, bytes, offset);
	return 0;
}

int job_begin(struct job *job, struct iov_iter *iter)
{
	job->request->target = job->entries;
	return job_fill(iter, job->entries);
}

static void job_end_bad(struct request *request)
{
	struct scatterlist *entry;
	int i;

	for_each_sg(sg_next(request->target), entry, UINT_MAX, i)
		unpin_user_page(sg_page(entry));
//              ^^^^^^^^^^^^^^^ release-mismatch (warning): `sg_page(entry)` carries references (iov_iter_get_pages2()); unpin_user_page() drops a pin, and the pages carry none: use put_page()
}

static void job_end_ok(struct request *request)
{
	struct scatterlist *entry;
	int i;

	for_each_sg(sg_next(request->target), entry, UINT_MAX, i)
		put_page(sg_page(entry));
}

/* Pages of another file. */
static void queue_end_ok(struct scatterlist *list)
{
	struct scatterlist *entry;
	int i;

	for_each_sg(sg_next(list), entry, UINT_MAX, i)
		unpin_user_page(sg_page(entry));
}
