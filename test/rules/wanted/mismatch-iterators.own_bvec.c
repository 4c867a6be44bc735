// expected: release-mismatch at `put_page(slot[0]);`

static ssize_t own_bvec_bad(struct bio_vec *bvec, size_t len)
{
	struct page *slot[1], **pages = slot;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_bvec(&iter, ITER_DEST, bvec, 1, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 1, 0, &offset);
	if (got <= 0)
		return got;
	put_page(slot[0]);
	return got;
}

/* iov_iter_get_pages2() takes references on a bio_vec's pages as well. */
static ssize_t own_bvec_get_ok(struct bio_vec *bvec, size_t len)
{
	struct page *slot[1];
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_bvec(&iter, ITER_DEST, bvec, 1, len);
	got = iov_iter_get_pages2(&iter, slot, len, 1, &offset);
	if (got <= 0)
		return got;
	put_page(slot[0]);
	return got;
}
