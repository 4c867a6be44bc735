/* Extractions from iterators on which they cannot work, and the flag for peer-to-peer memory. */

static ssize_t references_on_kvec_bad(struct kvec *kv, size_t len, struct page **pages)
{
	struct iov_iter iter;
	size_t offset;

	iov_iter_kvec(&iter, ITER_DEST, kv, 1, len);
	return iov_iter_get_pages2(&iter, pages, len, 16, &offset);
//             ^^^^^^^^^^^^^^^^^^^ wrong-iter-kind: `iter` is ITER_KVEC, on which iov_iter_get_pages2() always fails: use iov_iter_extract_pages()
}

static ssize_t references_on_tested_kvec_bad(struct iov_iter *iter, size_t len, struct page **pages)
{
	size_t offset;

	if (!iov_iter_is_kvec(iter))
		return -EINVAL;
	return iov_iter_get_pages2(iter, pages, len, 16, &offset);
//             ^^^^^^^^^^^^^^^^^^^ wrong-iter-kind: `iter` is ITER_KVEC, on which iov_iter_get_pages2() always fails: use iov_iter_extract_pages()
}

static ssize_t references_on_others_ok(struct iov_iter *iter, size_t len, struct page **pages)
{
	size_t offset;

	if (iov_iter_is_kvec(iter))
		return -EINVAL;
	return iov_iter_get_pages2(iter, pages, len, 16, &offset);
}

static ssize_t references_on_any_ok(struct iov_iter *iter, size_t len, struct page **pages)
{
	size_t offset;

	return iov_iter_get_pages2(iter, pages, len, 16, &offset);
}

static ssize_t references_in_helper(struct iov_iter *iter, size_t len, struct page **pages)
{
	size_t offset;

	return iov_iter_get_pages2(iter, pages, len, 16, &offset);
//             ^^^^^^^^^^^^^^^^^^^ wrong-iter-kind: `iter` is ITER_KVEC, on which iov_iter_get_pages2() always fails: use iov_iter_extract_pages()
}

static ssize_t helper_gets_kvec(struct kvec *kv, size_t len, struct page **pages)
{
	struct iov_iter iter;

	iov_iter_kvec(&iter, ITER_DEST, kv, 1, len);
	return references_in_helper(&iter, len, pages);
}

static ssize_t list_kvec_ok(struct kvec *kv, size_t len, struct page **pages)
{
	struct iov_iter iter;
	size_t offset;

	iov_iter_kvec(&iter, ITER_DEST, kv, 1, len);
	return iov_iter_extract_pages(&iter, &pages, len, 16, 0, &offset);
}

static ssize_t one_or_the_other_ok(struct kvec *kv, struct bio_vec *bv, size_t len, struct page **pages)
{
	struct iov_iter iter;
	size_t offset;

	if (kv)
		iov_iter_kvec(&iter, ITER_DEST, kv, 1, len);
	else
		iov_iter_bvec(&iter, ITER_DEST, bv, 1, len);
	return iov_iter_get_pages2(&iter, pages, len, 16, &offset);
}

static ssize_t nothing_to_extract_bad(size_t len, struct page **pages)
{
	struct iov_iter iter;
	size_t offset;

	iov_iter_discard(&iter, ITER_DEST, len);
	return iov_iter_extract_pages(&iter, &pages, len, 16, 0, &offset);
//             ^^^^^^^^^^^^^^^^^^^^^^ wrong-iter-kind: `iter` is ITER_DISCARD, on which iov_iter_extract_pages() always fails
}

static ssize_t user_only_bad(struct bio_vec *bv, size_t len, struct iov_iter *pinned)
{
	struct iov_iter iter;

	iov_iter_bvec(&iter, ITER_SOURCE, bv, 1, len);
	return netfs_extract_user_iter(&iter, len, pinned, 0);
//             ^^^^^^^^^^^^^^^^^^^^^^^ wrong-iter-kind: `iter` is ITER_BVEC, on which netfs_extract_user_iter() always fails
}

static ssize_t user_only_after_test_bad(struct iov_iter *iter, size_t len, struct iov_iter *pinned)
{
	if (user_backed_iter(iter))
		return -EINVAL;
	return netfs_extract_user_iter(iter, len, pinned, 0);
//             ^^^^^^^^^^^^^^^^^^^^^^^ wrong-iter-kind: `iter` is not user-backed, on which netfs_extract_user_iter() always fails
}

static ssize_t user_only_ok(void __user *buf, size_t len, struct iov_iter *pinned)
{
	struct iov_iter iter;

	iov_iter_ubuf(&iter, ITER_SOURCE, buf, len);
	return netfs_extract_user_iter(&iter, len, pinned, 0);
}

static ssize_t warned_ok(struct iov_iter *iter, size_t len, struct iov_iter *pinned)
{
	if (WARN_ON_ONCE(!user_backed_iter(iter)))
		len = 0;
	return netfs_extract_user_iter(iter, len, pinned, 0);
}

static ssize_t peer_in_the_call_bad(struct iov_iter *iter, size_t len, struct page **pages)
{
	size_t offset;

	return iov_iter_extract_pages(iter, &pages, len, 16, ITER_ALLOW_P2PDMA, &offset);
//                                                           ^^^^^^^^^^^^^^^^^ wrong-iter-kind: ITER_ALLOW_P2PDMA lets the memory of PCI devices into iov_iter_extract_pages() without asking whether the queue can reach it: set it where blk_queue_pci_p2pdma() says so
}

static ssize_t peer_in_a_variable_bad(struct iov_iter *iter, size_t len, struct page **pages)
{
	iov_iter_extraction_t extraction_flags = 0;
	size_t offset;

	extraction_flags |= ITER_ALLOW_P2PDMA;
	return iov_iter_extract_pages(iter, &pages, len, 16, extraction_flags, &offset);
//                                                           ^^^^^^^^^^^^^^^^ wrong-iter-kind: ITER_ALLOW_P2PDMA lets the memory of PCI devices into iov_iter_extract_pages() without asking whether the queue can reach it: set it where blk_queue_pci_p2pdma() says so
}

static ssize_t peer_asked(struct request_queue *q, struct iov_iter *iter, size_t len, struct page **pages)
{
	iov_iter_extraction_t extraction_flags = 0;
	size_t offset;

	if (blk_queue_pci_p2pdma(q))
		extraction_flags |= ITER_ALLOW_P2PDMA;
	return iov_iter_extract_pages(iter, &pages, len, 16, extraction_flags, &offset);
}

static ssize_t peer_refused_first(struct request_queue *q, struct iov_iter *iter, size_t len, struct page **pages)
{
	size_t offset;

	if (!blk_queue_pci_p2pdma(q))
		return -EOPNOTSUPP;
	return iov_iter_extract_pages(iter, &pages, len, 16, ITER_ALLOW_P2PDMA, &offset);
}

static ssize_t peer_in_both_arms(struct request_queue *q, struct iov_iter *iter, size_t len, struct page **pages)
{
	size_t offset;

	return iov_iter_extract_pages(iter, &pages, len, 16,
				      blk_queue_pci_p2pdma(q) ? ITER_ALLOW_P2PDMA : 0, &offset);
}

static ssize_t peer_by_feature(struct request_queue *q, struct iov_iter *iter, size_t len, struct page **pages)
{
	size_t offset;

	if (!(q->limits.features & BLK_FEAT_PCI_P2PDMA))
		return -EOPNOTSUPP;
	return iov_iter_extract_pages(iter, &pages, len, 16, ITER_ALLOW_P2PDMA, &offset);
}

static ssize_t peer_as_the_caller_says(struct iov_iter *iter, size_t len, struct page **pages,
				       iov_iter_extraction_t extraction_flags)
{
	size_t offset;

	return iov_iter_extract_pages(iter, &pages, len, 16, extraction_flags, &offset);
}

static ssize_t peer_helper(struct iov_iter *iter, size_t len, struct page **pages)
{
	size_t offset;

	return iov_iter_extract_pages(iter, &pages, len, 16, ITER_ALLOW_P2PDMA, &offset);
}

static ssize_t peer_asked_by_the_caller(struct request_queue *q, struct iov_iter *iter, size_t len,
					struct page **pages)
{
	if (!blk_queue_pci_p2pdma(q))
		return -EOPNOTSUPP;
	return peer_helper(iter, len, pages);
}

static ssize_t peer_into_scatterlist_bad(struct iov_iter *iter, size_t len, struct sg_table *table)
{
	return extract_iter_to_sg(iter, len, table, 16, ITER_ALLOW_P2PDMA);
//                                                      ^^^^^^^^^^^^^^^^^ wrong-iter-kind: ITER_ALLOW_P2PDMA lets the memory of PCI devices into extract_iter_to_sg() without asking whether the queue can reach it: set it where blk_queue_pci_p2pdma() says so
}

static ssize_t peer_on_kernel_pages_bad(struct request_queue *q, struct bio_vec *bv, size_t len,
					struct page **pages)
{
	iov_iter_extraction_t extraction_flags = 0;
	struct iov_iter iter;
	size_t offset;

	if (!blk_queue_pci_p2pdma(q))
		return -EOPNOTSUPP;
	extraction_flags |= ITER_ALLOW_P2PDMA;
	iov_iter_bvec(&iter, ITER_SOURCE, bv, 1, len);
	return iov_iter_extract_pages(&iter, &pages, len, 16, extraction_flags, &offset);
//                                                            ^^^^^^^^^^^^^^^^ wrong-iter-kind: ITER_ALLOW_P2PDMA is for user memory, and the iterator given to iov_iter_extract_pages() is ITER_BVEC
}
