// era: get-pages
/* Before the extraction knew kernel memory, a bio could not be built over a kvec either. */

static int bio_of_kvec_bad(struct bio *bio, struct kvec *kv, size_t len)
{
	struct iov_iter iter;

	iov_iter_kvec(&iter, WRITE, kv, 1, len);
	return bio_iov_iter_get_pages(bio, &iter);
//             ^^^^^^^^^^^^^^^^^^^^^^ wrong-iter-kind: `iter` is ITER_KVEC, on which bio_iov_iter_get_pages() always fails
}

static int bio_of_bvec_ok(struct bio *bio, struct bio_vec *bv, size_t len)
{
	struct iov_iter iter;

	iov_iter_bvec(&iter, WRITE, bv, 1, len);
	return bio_iov_iter_get_pages(bio, &iter);
}

static ssize_t no_mode_flags_here_ok(unsigned long addr, int nr, struct page **pages)
{
	return get_user_pages_fast(addr, nr, FOLL_WRITE, pages);
}
