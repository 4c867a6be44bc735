// expected: release-mismatch at `put_page(sg_page(&sgl[i]));`

static ssize_t into_scatterlist_bad(struct iov_iter *iter, size_t len)
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
			put_page(sg_page(&sgl[i]));
	return got;
}
