// expected: release-mismatch at `put_page(bv[i].bv_page);`

static ssize_t into_bvecs_bad(struct iov_iter *user, size_t len)
{
	struct iov_iter iter;
	struct bio_vec *bv;
	ssize_t i, n;

	n = netfs_extract_user_iter(user, len, &iter, 0);
	if (n < 0)
		return n;
	bv = (struct bio_vec *)iter.bvec;
	send_bvecs(&iter);
	for (i = 0; i < n; i++)
		put_page(bv[i].bv_page);
	kvfree(bv);
	return n;
}
