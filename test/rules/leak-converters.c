/* Extractions that fill scatterlists and bio_vecs. */

static ssize_t into_scatterlist_ok(struct iov_iter *iter, size_t len)
{
	bool pinned = iov_iter_extract_will_pin(iter);
	struct scatterlist sgl[16];
	struct sg_table table = { .sgl = sgl };
	unsigned int i;
	ssize_t got;

	sg_init_table(sgl, 16);
	got = extract_iter_to_sg(iter, len, &table, 16, 0);
	if (got <= 0)
		return got;
	hash_scatterlist(sgl, got);
	if (pinned)
		for (i = 0; i < table.nents; i++)
			unpin_user_page(sg_page(&sgl[i]));
	return got;
}

static ssize_t into_bvecs_ok(struct iov_iter *user, size_t len)
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
		unpin_user_page(bv[i].bv_page);
	kvfree(bv);
	return n;
}

static int into_bio_ok(struct bio *bio, struct iov_iter *iter)
{
	int err = bio_iov_iter_get_pages(bio, iter);

	if (err)
		return err;
	err = submit_bio_wait(bio);
	bio_release_pages(bio, false);
	return err;
}

/* Segments of earlier turns are given back when a later one fails. */
static ssize_t segments_ok(struct iov_iter *iter, struct bio_vec *bv, unsigned int room)
{
	struct page *slots[16], **pages = slots;
	unsigned int i, n = 0, npages;
	size_t offset, part;
	ssize_t got;

	if (!user_backed_iter(iter))
		return -EIO;
	while (iov_iter_count(iter) && n < room) {
		got = iov_iter_extract_pages(iter, &pages, SZ_64K, min(room - n, 16U), 0, &offset);
		if (got <= 0)
			goto undo;
		npages = DIV_ROUND_UP(offset + got, PAGE_SIZE);
		for (i = 0; i < npages; i++) {
			part = min_t(size_t, got, PAGE_SIZE - offset);
			bvec_set_page(&bv[n++], pages[i], part, offset);
			got -= part;
			offset = 0;
		}
	}
	return n;

undo:
	while (n)
		unpin_user_page(bv[--n].bv_page);
	return got ? got : -EFAULT;
}
