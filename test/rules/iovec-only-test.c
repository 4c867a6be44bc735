/* iter_is_iovec() where all user memory is meant; ITER_UBUF is user memory too. */

struct request {
	bool should_dirty;
	unsigned int flags;
	struct iovec *vec;
};

static void dirtied_as_argument_bad(struct iov_iter *iter, struct page **pages, unsigned long n)
{
	unpin_user_pages_dirty_lock(pages, n, iter_is_iovec(iter));
//                                            ^^^^^^^^^^^^^ iovec-only-test: iter_is_iovec() decides whether pages are marked dirty, and it is false for ITER_UBUF, which is user memory too: use user_backed_iter()
}

static void dirtied_as_argument_ok(struct iov_iter *iter, struct page **pages, unsigned long n)
{
	unpin_user_pages_dirty_lock(pages, n, user_backed_iter(iter));
}

static void kept_in_a_member_bad(struct request *request, struct iov_iter *iter)
{
	request->should_dirty = iter_is_iovec(iter);
//                              ^^^^^^^^^^^^^ iovec-only-test: iter_is_iovec() decides whether pages are marked dirty, and it is false for ITER_UBUF, which is user memory too: use user_backed_iter()
}

static void kept_in_a_member_and_more_bad(struct request *request, struct iov_iter *iter)
{
	request->should_dirty = iter_is_iovec(iter) && iov_iter_rw(iter) == READ;
//                              ^^^^^^^^^^^^^ iovec-only-test: iter_is_iovec() decides whether pages are marked dirty, and it is false for ITER_UBUF, which is user memory too: use user_backed_iter()
}

static void kept_as_a_flag_bad(struct request *request, struct iov_iter *iter)
{
	if (iov_iter_rw(iter) == READ && iter_is_iovec(iter))
//                                       ^^^^^^^^^^^^^ iovec-only-test: iter_is_iovec() decides whether pages are marked dirty, and it is false for ITER_UBUF, which is user memory too: use user_backed_iter()
		request->flags |= REQUEST_DIRTY;
}

static int kept_in_a_local_bad(struct iov_iter *iter, struct bio *bio, int tries)
{
	bool user = iter_is_iovec(iter);
//                  ^^^^^^^^^^^^^ iovec-only-test: iter_is_iovec() decides whether pages are marked dirty, and it is false for ITER_UBUF, which is user memory too: use user_backed_iter()
	int ret = 0;

	while (!ret && tries--) {
		ret = bio_iov_iter_get_pages(bio, iter);
		if (user)
			bio_set_pages_dirty(bio);
	}
	return ret;
}

static void release_bad(struct iov_iter *iter, struct page **pages, unsigned long n)
{
	if (!iter_is_iovec(iter))
//           ^^^^^^^^^^^^^ iovec-only-test: iter_is_iovec() decides whether pages are released, and it is false for ITER_UBUF, which is user memory too: use user_backed_iter()
		return;
	unpin_user_pages(pages, n);
}

static void release_ok(struct iov_iter *iter, struct page **pages, unsigned long n)
{
	if (!user_backed_iter(iter))
		return;
	unpin_user_pages(pages, n);
}

/* Asks for both. */
static void asks_for_both_ok(struct iov_iter *iter, struct page **pages, unsigned long n)
{
	if (iter_is_ubuf(iter) || iter_is_iovec(iter))
		unpin_user_pages(pages, n);
}

/* Built here as an ITER_IOVEC: it is no other. */
static void own_iovec_ok(struct iovec *vec, struct page **pages, unsigned long n)
{
	struct iov_iter iter;

	iov_iter_init(&iter, ITER_DEST, vec, 1, n);
	if (iter_is_iovec(&iter))
		unpin_user_pages(pages, n);
}

/* Only an ITER_IOVEC has a vector to keep. */
static int keeps_the_vector_ok(struct request *request, struct iov_iter *iter)
{
	if (!iter_is_iovec(iter))
		return 0;
	request->vec = kmemdup(iter_iov(iter), iter->nr_segs * sizeof(struct iovec), GFP_KERNEL);
	return request->vec ? 0 : -ENOMEM;
}

static bool decides_something_else_ok(struct request *request, struct iov_iter *iter)
{
	if (iter_is_iovec(iter))
		request->flags |= REQUEST_VECTOR;
	return request->flags != 0;
}
