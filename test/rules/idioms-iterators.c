/* How protocols and block drivers take the pages of an iterator, and what goes wrong there. */

static int packet_fill_ok(struct sk_buff *skb, struct iov_iter *from, size_t length)
{
	int frag = skb_shinfo(skb)->nr_frags;

	while (length && iov_iter_count(from)) {
		struct page *pages[MAX_SKB_FRAGS];
		size_t start;
		ssize_t copied;
		int n;

		if (frag == MAX_SKB_FRAGS)
			return -EMSGSIZE;
		copied = iov_iter_get_pages2(from, pages, length, MAX_SKB_FRAGS - frag, &start);
		if (copied < 0)
			return -EFAULT;
		length -= copied;
		for (n = 0; copied; n++, start = 0) {
			int size = min_t(int, copied, PAGE_SIZE - start);

			skb_fill_page_desc(skb, frag++, pages[n], start, size);
			copied -= size;
		}
	}
	return 0;
}

static ssize_t direct_read_ok(struct direct_request *dreq, struct iov_iter *iter)
{
	ssize_t result = -EINVAL, requested = 0;

	while (iov_iter_count(iter)) {
		struct page **pagevec;
		unsigned int npages, i;
		size_t pgbase;

		result = iov_iter_get_pages_alloc2(iter, &pagevec, SZ_64K, &pgbase);
		if (result < 0)
			break;
		npages = (result + pgbase + PAGE_SIZE - 1) / PAGE_SIZE;
		requested += result;
		for (i = 0; i < npages; i++) {
			if (add_request(dreq, pagevec[i], pgbase) < 0) {
				result = -EIO;
				break;
			}
			pgbase = 0;
		}
		release_pages(pagevec, npages);
		kvfree(pagevec);
		if (result < 0)
			break;
	}
	return requested ? requested : result;
}

static ssize_t direct_read_bad(struct direct_request *dreq, struct iov_iter *iter)
{
	ssize_t result = -EINVAL, requested = 0;

	while (iov_iter_count(iter)) {
		struct page **pagevec;
		unsigned int npages;
		size_t pgbase;

		result = iov_iter_get_pages_alloc2(iter, &pagevec, SZ_64K, &pgbase);
		if (result < 0)
			break;
		npages = (result + pgbase + PAGE_SIZE - 1) / PAGE_SIZE;
		requested += result;
		if (start_request(dreq, requested) < 0)
			return -EIO;
//                      ^^^^^^^^^^^^ page-leak: `pagevec` (references from iov_iter_get_pages_alloc2()) are lost at this exit, and with them the array `pagevec`: other exits release them, this one does not
		release_pages(pagevec, npages);
		kvfree(pagevec);
	}
	return requested ? requested : result;
}

/* The caller hears whether there is anything to drop. */
static int mapped_pages_ok(struct iov_iter *data, struct page ***pages, int count, size_t *offs, int *need_drop)
{
	int n;

	if (!iov_iter_count(data))
		return 0;
	if (!iov_iter_is_kvec(data)) {
		n = iov_iter_get_pages_alloc2(data, pages, count, offs);
		if (n < 0)
			return n;
		*need_drop = 1;
		return n;
	}
	*need_drop = 0;
	return kernel_pages(data, pages, count, offs);
}

static int request_with_pages_ok(struct iov_iter *data, int count)
{
	struct page **pages = NULL;
	int n, nr, need_drop = 0, err = 0;
	size_t offs;

	n = mapped_pages_ok(data, &pages, count, &offs, &need_drop);
	if (n < 0)
		return n;
	nr = DIV_ROUND_UP(n + offs, PAGE_SIZE);
	err = queue_request(nr);
	if (need_drop)
		release_pages(pages, nr);
	kvfree(pages);
	return err;
}

static ssize_t fill_bvecs_ok(struct iov_iter *iter, size_t maxsize, struct bio_vec *bvecs)
{
	size_t size = 0;
	int idx = 0;

	while (size < maxsize) {
		struct page *pages[16];
		ssize_t bytes;
		size_t start;
		int i = 0;

		bytes = iov_iter_get_pages2(iter, pages, maxsize - size, 16, &start);
		if (bytes < 0)
			return size ? size : bytes;
		size += bytes;
		for (; bytes; idx++, i++) {
			int len = min_t(int, bytes, PAGE_SIZE - start);

			bvec_set_page(&bvecs[idx], pages[i], len, start);
			bytes -= len;
			start = 0;
		}
	}
	return size;
}

static ssize_t bvecs_with_array_bad(struct iov_iter *iter, size_t maxsize, struct bio_vec **result)
{
	struct bio_vec *bv;
	ssize_t bytes;

	bv = kvmalloc_array(256, sizeof(*bv), GFP_KERNEL);
	if (!bv)
		return -ENOMEM;
	bytes = fill_bvecs_ok(iter, maxsize, bv);
	if (bytes < 0)
		return bytes;
//              ^^^^^^^^^^^^^ page-array-leak: the page array `bv` was allocated by kvmalloc_array(), and it is lost at this exit: kvfree() it
	*result = bv;
	return bytes;
}

struct queue {
	struct page *upages[64];
};

static int map_to_sgl_ok(struct queue *q, struct iov_iter *iter, struct scatterlist *sgl, bool write)
{
	struct page **pages = q->upages;
	struct scatterlist *sg = sgl;
	unsigned int npages = 0;
	ssize_t bytes;
	size_t offset;

	bytes = iov_iter_get_pages2(iter, pages, LONG_MAX, 64, &offset);
	if (bytes <= 0)
		return bytes < 0 ? bytes : -EFAULT;
	while (bytes) {
		unsigned int n = min_t(unsigned int, PAGE_SIZE - offset, bytes);

		sg_set_page(sg++, pages[npages++], n, offset);
		bytes -= n;
		offset = 0;
	}
	return npages;
}

static int unmap_sgl_ok(struct scatterlist *sgl, int nents)
{
	int i;

	for (i = 0; i < nents; i++)
		put_page(sg_page(&sgl[i]));
	return 0;
}

static int append_until_full_ok(struct bio *bio, struct iov_iter *iter)
{
	struct page *stack_pages[8], **pages = stack_pages;
	int ret = 0;

	while (iov_iter_count(iter)) {
		size_t offs;
		ssize_t bytes;
		int j, npages;

		bytes = iov_iter_extract_pages(iter, &pages, LONG_MAX, 8, 0, &offs);
		if (bytes <= 0) {
			ret = bytes ? bytes : -EFAULT;
			goto out;
		}
		npages = DIV_ROUND_UP(offs + bytes, PAGE_SIZE);
		for (j = 0; j < npages; j++) {
			unsigned int n = min_t(unsigned int, PAGE_SIZE - offs, bytes);

			if (bio_add_page(bio, pages[j], n, offs) != n)
				break;
			bytes -= n;
			offs = 0;
		}
		while (j < npages) {
			if (iov_iter_extract_will_pin(iter))
				unpin_user_page(pages[j]);
			j++;
		}
		if (bytes) {
			iov_iter_revert(iter, bytes);
			break;
		}
	}
out:
	return ret;
}

/* What was not used is dropped and the iterator put back. */
static ssize_t use_prefix_ok(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset;
	ssize_t got;
	int i, nr, used;

	got = iov_iter_get_pages2(iter, pages, len, 16, &offset);
	if (got <= 0)
		return got;
	nr = DIV_ROUND_UP(got + offset, PAGE_SIZE);
	used = consume_frames(pages, nr);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	if (used < nr)
		iov_iter_revert(iter, got);
	return used;
}

static ssize_t zero_is_nothing_ok(struct iov_iter *iter, size_t len)
{
	struct page **pages;
	size_t offset;
	ssize_t got;

	got = iov_iter_get_pages_alloc2(iter, &pages, len, &offset);
	if (got < 0)
		return got;
	if (got == 0)
		return -EIO;
	release_pages(pages, DIV_ROUND_UP(got + offset, PAGE_SIZE));
	kvfree(pages);
	return got;
}

/* Each page goes to a fragment, or its reference is dropped in bulk because it was merged into the fragment before. */
static int fragments_merged_ok(struct sk_buff *skb, struct iov_iter *from, size_t length, int frag)
{
	while (length && iov_iter_count(from)) {
		struct page *page, *merged = NULL;
		struct page *pages[17];
		int refs, n = 0;
		size_t start;
		ssize_t copied;

		if (frag == 17)
			return -EMSGSIZE;
		copied = iov_iter_get_pages2(from, pages, length, 17 - frag, &start);
		if (copied < 0)
			return -EFAULT;
		length -= copied;
		for (refs = 0; copied != 0; start = 0) {
			int size = min_t(int, copied, PAGE_SIZE - start);

			page = compound_head(pages[n]);
			copied -= size;
			n++;
			if (frag && follows_last(skb, page, start)) {
				merged = page;
				refs++;
				continue;
			}
			if (refs) {
				page_ref_sub(merged, refs);
				refs = 0;
			}
			skb_fill_page_desc_noacc(skb, frag++, page, start, size);
		}
		if (refs)
			page_ref_sub(merged, refs);
	}
	return 0;
}

/* An iterator never gives more pages than it was found to have. */
int collect_all_ok(struct iov_iter *iter, struct bio_vec *vecs, size_t count, unsigned int *filled)
{
	unsigned int i, nr, total = 0, most = iov_iter_npages(iter, INT_MAX);
	struct page **pages;
	size_t offset;
	ssize_t got;

	pages = kvmalloc_array(most, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	while (count && total < most) {
		got = iov_iter_get_pages2(iter, pages, count, most, &offset);
		if (got <= 0)
			break;
		count -= got;
		nr = DIV_ROUND_UP(got + offset, PAGE_SIZE);
		if (total + nr > most)
			break;
		for (i = 0; i < nr; i++)
			vecs[total + i].bv_page = pages[i];
		total += nr;
	}
	kvfree(pages);
	*filled = total;
	return 0;
}
