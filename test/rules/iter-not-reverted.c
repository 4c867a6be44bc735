/* Iterators that stand behind bytes which were given up, and those that went back or that nobody uses any more. */

struct device_request {
	struct scatterlist *sg;
	struct iov_iter iter;
};

int reverts_on_one_error_only(struct iov_iter *iter, struct page **pages)
{
	size_t offset;
	ssize_t bytes = iov_iter_get_pages2(iter, pages, PAGE_SIZE, 1, &offset);

	if (bytes <= 0)
		return -EFAULT;
	if (offset & 511) {
		put_page(pages[0]);
		return -EINVAL;
//              ^^^^^^^^^^^^^^^ iter-not-reverted: The iterator stands past the bytes that iov_iter_get_pages2() took, and their pages were dropped: another path of this function reverts it, this error exit does not
	}
	if (queue_is_full()) {
		iov_iter_revert(iter, bytes);
		put_page(pages[0]);
		return -EAGAIN;
	}
	hand_over(pages);
	return 0;
}

int reverts_on_both(struct iov_iter *iter, struct page **pages)
{
	size_t offset;
	ssize_t bytes = iov_iter_get_pages2(iter, pages, PAGE_SIZE, 1, &offset);
	int err;

	if (bytes <= 0)
		return -EFAULT;
	err = -EINVAL;
	if (offset & 511)
		goto revert;
	err = -EAGAIN;
	if (queue_is_full())
		goto revert;
	hand_over(pages);
	return 0;
revert:
	iov_iter_revert(iter, bytes);
	put_page(pages[0]);
	return err;
}

/* Nothing was extracted where the call failed. */
int nothing_to_revert(struct iov_iter *iter, struct page **pages)
{
	size_t offset;
	ssize_t bytes = iov_iter_get_pages2(iter, pages, PAGE_SIZE, 1, &offset);

	if (bytes <= 0)
		return bytes ?: -EFAULT;
	if (offset & 511) {
		iov_iter_revert(iter, bytes);
		put_page(pages[0]);
		return -EINVAL;
	}
	hand_over(pages);
	return 0;
}

/* Nobody here goes on with the iterator: that may be how the function is meant. */
int never_reverts(struct iov_iter *iter, struct page **pages)
{
	size_t offset;
	ssize_t bytes = iov_iter_get_pages2(iter, pages, PAGE_SIZE, 1, &offset);

	if (bytes <= 0)
		return -EFAULT;
	if (offset & 511) {
		put_page(pages[0]);
		return -EINVAL;
	}
	hand_over(pages);
	return 0;
}

/* An iterator of the function's own ends with it. */
int own_iterator(struct bio_vec *vec, struct page **pages)
{
	struct iov_iter iter;
	size_t offset;
	ssize_t bytes;

	iov_iter_bvec(&iter, ITER_SOURCE, vec, 1, PAGE_SIZE);
	bytes = iov_iter_get_pages2(&iter, pages, PAGE_SIZE, 1, &offset);
	if (bytes <= 0)
		return -EFAULT;
	if (offset & 511) {
		put_page(pages[0]);
		return -EINVAL;
	}
	if (queue_is_full()) {
		iov_iter_revert(&iter, bytes);
		put_page(pages[0]);
		return -EAGAIN;
	}
	hand_over(pages);
	return 0;
}

static int map_aligned(struct device_request *request, struct iov_iter *iter, struct page **pages)
{
	size_t offset;
	ssize_t bytes = iov_iter_extract_pages(iter, &pages, PAGE_SIZE, 1, 0, &offset);

	if (bytes <= 0)
		return -EFAULT;
	if (offset & 511) {
		if (iov_iter_extract_will_pin(iter))
			unpin_user_page(pages[0]);
		return -EINVAL;
//              ^^^^^^^^^^^^^^^ iter-not-reverted: The iterator stands past the bytes that iov_iter_extract_pages() took, and their pages were dropped, and after this error copy_from_iter() goes on from there: revert it first
	}
	sg_set_page(request->sg, pages[0], bytes, offset);
	return 0;
}

/* The fallback copies from where the iterator stands. */
int falls_back(struct device_request *request, struct iov_iter *iter, struct page **pages, void *buffer)
{
	int err = map_aligned(request, iter, pages);

	if (err == -EINVAL)
		err = copy_from_iter(buffer, PAGE_SIZE, iter) ? 0 : -EFAULT;
	return err;
}

static int map_whole(struct device_request *request, struct iov_iter *iter, struct page **pages)
{
	struct iov_iter saved = *iter;
	size_t offset;
	ssize_t bytes = iov_iter_get_pages2(iter, pages, PAGE_SIZE, 1, &offset);

	if (bytes <= 0)
		return -EFAULT;
	if (offset) {
		put_page(pages[0]);
		*iter = saved;
		return -EINVAL;
	}
	sg_set_page(request->sg, pages[0], bytes, offset);
	return 0;
}

int falls_back_after_restoring(struct device_request *request, struct iov_iter *iter, struct page **pages, void *buffer)
{
	int err = map_whole(request, iter, pages);

	if (err == -EINVAL)
		err = copy_from_iter(buffer, PAGE_SIZE, iter) ? 0 : -EFAULT;
	return err;
}

static int map_and_trust(struct iov_iter *iter, struct page **pages)
{
	size_t offset;
	ssize_t bytes = iov_iter_get_pages2(iter, pages, PAGE_SIZE, 1, &offset);

	if (bytes <= 0)
		return -EFAULT;
	if (offset) {
		put_page(pages[0]);
		return -EINVAL;
	}
	hand_over(pages);
	return 0;
}

/* The caller gives back whatever was taken. */
int caller_reverts(struct iov_iter *iter, struct page **pages, void *buffer)
{
	size_t count = iov_iter_count(iter);
	int err = map_and_trust(iter, pages);

	if (err == -EINVAL) {
		iov_iter_revert(iter, count - iov_iter_count(iter));
		err = copy_from_iter(buffer, PAGE_SIZE, iter) ? 0 : -EFAULT;
	}
	return err;
}

static int map_one(struct iov_iter *iter, struct page **pages, size_t *got)
{
	size_t offset;
	ssize_t bytes = iov_iter_get_pages2(iter, pages, PAGE_SIZE, 1, &offset);

	if (bytes <= 0)
		return -EFAULT;
	if (offset) {
		put_page(pages[0]);
		return -EINVAL;
//              ^^^^^^^^^^^^^^^ iter-not-reverted: The iterator stands past the bytes that iov_iter_get_pages2() took, and their pages were dropped: the caller gives back what its other calls took, and takes it that a call which fails took nothing
	}
	*got = bytes;
	return 0;
}

/* Its own earlier turns are undone: the failed one was to undo itself. */
int caller_reverts_other_turns(struct iov_iter *iter, struct page **pages, int nr)
{
	size_t got, total = 0;
	int i, err;

	for (i = 0; i < nr; i++) {
		err = map_one(iter, pages + i, &got);
		if (err < 0) {
			while (--i >= 0)
				put_page(pages[i]);
			iov_iter_revert(iter, total);
			return err;
		}
		total += got;
	}
	hand_over(pages);
	return 0;
}

int by_an_error_code(struct iov_iter *iter, void *buffer)
{
	int ret = send_out(iter);

	if (ret < 0)
		iov_iter_revert(iter, ret);
//                                    ^^^ iter-not-reverted: `ret` is an error code here: iov_iter_revert() takes it for a huge number of bytes
	return user_backed_iter(iter) ? ret : 0;
}

int by_what_was_left(struct iov_iter *iter, size_t wanted)
{
	ssize_t ret = send_out(iter);

	if (ret >= 0 && ret < wanted)
		iov_iter_revert(iter, wanted - ret);
	return user_backed_iter(iter) ? ret : 0;
}

/* The only caller gives a copy of its own, and leaves it behind when the call fails. */
static int map_part(struct iov_iter *iter, struct queue *queue)
{
	struct page *pages[4];
	size_t offset;
	ssize_t bytes = iov_iter_get_pages2(iter, pages, PAGE_SIZE, 1, &offset);

	if (bytes <= 0)
		return -EFAULT;
	if (queue_is_full(queue)) {
		put_page(pages[0]);
		return -ENOSPC;
	}
	if (!queue_takes(queue, bytes)) {
		put_page(pages[0]);
		iov_iter_revert(iter, bytes);
		return 0;
	}
	queue_page(queue, pages[0], offset, bytes);
	return 0;
}

int map_all_of_a_copy(const struct iov_iter *from, struct queue *queue)
{
	struct iov_iter iter = *from;
	int err;

	do {
		err = map_part(&iter, queue);
		if (err)
			return err;
	} while (iov_iter_count(&iter));
	return 0;
}

/* A warning excuses nothing in a function that goes on to give up what it took. */
int warns_and_gives_up(struct iov_iter *iter, struct page **pages)
{
	size_t offset;
	ssize_t bytes = iov_iter_get_pages2(iter, pages, PAGE_SIZE, 1, &offset);

	if (bytes <= 0)
		return -EFAULT;
	if (offset & 511) {
		WARN_ONCE(true, "misaligned\n");
		put_page(pages[0]);
		return -EINVAL;
//              ^^^^^^^^^^^^^^^ iter-not-reverted: The iterator stands past the bytes that iov_iter_get_pages2() took, and their pages were dropped: another path of this function reverts it, this error exit does not
	}
	if (queue_is_full()) {
		iov_iter_revert(iter, bytes);
		put_page(pages[0]);
		return -EAGAIN;
	}
	hand_over(pages);
	return 0;
}

/* The helper's iterator is left behind, and the caller, which gives back what its other calls took, does not know. */
static int map_batch(struct iov_iter *from, struct page **pages, struct scatterlist *sg, bool is_strict)
{
	ssize_t bytes, mapped;
	size_t offset, first;
	int nr = 0;

	bytes = iov_iter_get_pages2(from, pages, LONG_MAX, 64, &offset);
	if (bytes <= 0)
		return bytes < 0 ? bytes : -EFAULT;
	mapped = bytes;
	first = offset;
	while (bytes) {
		unsigned int part = min_t(unsigned int, PAGE_SIZE - offset, bytes);

		if (is_strict && (offset & 511 || part & 511))
			goto undo;
		sg_set_page(sg++, pages[nr++], part, offset);
		bytes -= part;
		offset = 0;
	}
	return nr;
undo:
	nr = 0;
	while (mapped) {
		unsigned int part = min_t(unsigned int, PAGE_SIZE - first, mapped);

		put_page(pages[nr++]);
		mapped -= part;
		first = 0;
	}
	return -EINVAL;
//      ^^^^^^^^^^^^^^^ iter-not-reverted: The iterator stands past the bytes that iov_iter_get_pages2() took, and their pages were dropped: the caller gives back what its other calls took, and takes it that a call which fails took nothing
}

int map_all(struct iov_iter *from, struct page **pages, struct scatterlist *sg, bool is_strict)
{
	struct scatterlist *next = sg;
	size_t given_back = 0;
	int nr;

	while (iov_iter_count(from)) {
		nr = map_batch(from, pages, sg, is_strict);
		if (nr < 0) {
			for (; next < sg; next++) {
				put_page(sg_page(next));
				given_back += next->length;
			}
			iov_iter_revert(from, given_back);
			return nr;
		}
		sg += nr;
	}
	return 0;
}
