/* What an iterator's pages carry: references from iov_iter_get_pages2(), from the extraction pins or nothing at all. */

static ssize_t get_pages2_bad(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset;
	ssize_t got;

	got = iov_iter_get_pages2(iter, pages, len, 16, &offset);
	if (got <= 0)
		return got;
	unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
//      ^^^^^^^^^^^^^^^^ release-mismatch: `pages` carries references (iov_iter_get_pages2()); unpin_user_pages() drops a pin, and the pages carry none: use release_pages()
	return got;
}

static ssize_t get_pages2_ok(struct iov_iter *iter, size_t len)
{
	struct page *pages[16];
	size_t offset;
	ssize_t got;
	int i, n;

	got = iov_iter_get_pages2(iter, pages, len, 16, &offset);
	if (got <= 0)
		return got;
	n = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	for (i = 0; i < n; i++)
		put_page(pages[i]);
	return got;
}

static ssize_t get_pages_alloc2_bad(struct iov_iter *iter, size_t len)
{
	struct page **pages;
	size_t offset;
	ssize_t got;

	got = iov_iter_get_pages_alloc2(iter, &pages, len, &offset);
	if (got <= 0)
		return got;
	unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
//      ^^^^^^^^^^^^^^^^ release-mismatch: `pages` carries references (iov_iter_get_pages_alloc2()); unpin_user_pages() drops a pin, and the pages carry none: use release_pages()
	kvfree(pages);
	return got;
}

static ssize_t get_pages_alloc2_ok(struct iov_iter *iter, size_t len)
{
	struct page **pages;
	size_t offset;
	ssize_t got;

	got = iov_iter_get_pages_alloc2(iter, &pages, len, &offset);
	if (got <= 0)
		return got;
	release_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	kvfree(pages);
	return got;
}

/* Pins or nothing: put_page() fits neither. */
static ssize_t extract_put_bad(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;
	int i, n;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	n = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	for (i = 0; i < n; i++)
		put_page(pages[i]);
//              ^^^^^^^^ release-mismatch: `pages` carries pins or nothing, depending on the iterator (iov_iter_extract_pages()); put_page() drops a reference, and the pages carry none: ask the iterator which it is
	return got;
}

static ssize_t guarded_put_bad(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;
	int i, n;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	n = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	if (iov_iter_extract_will_pin(iter)) {
		for (i = 0; i < n; i++)
			put_page(pages[i]);
//                      ^^^^^^^^ release-mismatch: `pages` carries pins (iov_iter_extract_pages()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
	}
	return got;
}

static ssize_t guarded_unpin_ok(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	if (iov_iter_extract_will_pin(iter))
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}

static ssize_t guarded_by_kind_ok(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	if (user_backed_iter(iter))
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}

static ssize_t other_branch_bad(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	bool pinned = iov_iter_extract_will_pin(iter);
	size_t offset;
	ssize_t got;
	int n;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	n = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	if (pinned)
		unpin_user_pages(pages, n);
	else
		release_pages(pages, n);
//              ^^^^^^^^^^^^^ release-mismatch: `pages` carries no hold of their own (iov_iter_extract_pages()); release_pages() drops a reference, and the pages carry none: release nothing here
	return got;
}

/* Kernel pages are only listed, but a reference taken oneself is given back as one. */
static ssize_t own_reference_on_listed_ok(struct iov_iter *iter, size_t len)
{
	struct page *slot[1], **pages = slot;
	size_t offset;
	ssize_t got;

	if (user_backed_iter(iter))
		return -EIO;
	got = iov_iter_extract_pages(iter, &pages, len, 1, 0, &offset);
	if (got <= 0)
		return got;
	get_page(slot[0]);
	transmit(page_to_phys(slot[0]), offset, got);
	put_page(slot[0]);
	return got;
}

static ssize_t asserted_user_bad(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	if (!user_backed_iter(iter))
		return -EIO;
	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	release_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
//      ^^^^^^^^^^^^^ release-mismatch: `pages` carries pins (iov_iter_extract_pages()); release_pages() drops a reference, and the pages carry none: use unpin_user_pages()
	return got;
}

static ssize_t asserted_user_ok(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	if (WARN_ON_ONCE(!user_backed_iter(iter)))
		return -EIO;
	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}

static ssize_t own_kvec_bad(void *buf, size_t len)
{
	struct kvec kvec = { .iov_base = buf, .iov_len = len };
	struct page *slots[16], **pages = slots;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_kvec(&iter, ITER_SOURCE, &kvec, 1, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
//      ^^^^^^^^^^^^^^^^ release-mismatch: `pages` carries no hold of their own (iov_iter_extract_pages()); unpin_user_pages() drops a pin, and the pages carry none: release nothing here
	return got;
}

static ssize_t own_kvec_ok(void *buf, size_t len)
{
	struct kvec kvec = { .iov_base = buf, .iov_len = len };
	struct page *slots[16], **pages = slots;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_kvec(&iter, ITER_SOURCE, &kvec, 1, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	transmit(page_to_phys(pages[0]), offset, got);
	return got;
}

static ssize_t own_bvec_bad(struct bio_vec *bvec, size_t len)
{
	struct page *slots[16], **pages = slots;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_bvec(&iter, ITER_DEST, bvec, 1, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	release_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
//      ^^^^^^^^^^^^^ release-mismatch: `pages` carries no hold of their own (iov_iter_extract_pages()); release_pages() drops a reference, and the pages carry none: release nothing here
	return got;
}

/* iov_iter_get_pages2() takes references on a bio_vec's pages as well. */
static ssize_t own_bvec_get_ok(struct bio_vec *bvec, size_t len)
{
	struct page *pages[16];
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_bvec(&iter, ITER_DEST, bvec, 1, len);
	got = iov_iter_get_pages2(&iter, pages, len, 16, &offset);
	if (got <= 0)
		return got;
	release_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}

static ssize_t own_ubuf_bad(void __user *buf, size_t len)
{
	struct page *slots[16], **pages = slots;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_ubuf(&iter, ITER_DEST, buf, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	release_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
//      ^^^^^^^^^^^^^ release-mismatch: `pages` carries pins (iov_iter_extract_pages()); release_pages() drops a reference, and the pages carry none: use unpin_user_pages()
	return got;
}

static ssize_t own_ubuf_ok(void __user *buf, size_t len)
{
	struct page *slots[16], **pages = slots;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_ubuf(&iter, ITER_DEST, buf, len);
	got = iov_iter_extract_pages(&iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}

static ssize_t borrow_pages(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
//      ^^^^^^^^^^^^^^^^ release-mismatch: `pages` carries no hold of their own (iov_iter_extract_pages()); unpin_user_pages() drops a pin, and the pages carry none: release nothing here
	return got;
}

ssize_t send_kernel_buffer_bad(void *buf, size_t len)
{
	struct kvec kvec = { .iov_base = buf, .iov_len = len };
	struct iov_iter iter;

	iov_iter_kvec(&iter, ITER_SOURCE, &kvec, 1, len);
	return borrow_pages(&iter, len);
}

static ssize_t take_pages(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}

ssize_t send_user_buffer_ok(void __user *buf, size_t len)
{
	struct iov_iter iter;

	iov_iter_ubuf(&iter, ITER_SOURCE, buf, len);
	return take_pages(&iter, len);
}

static ssize_t read_into(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	transmit(page_to_phys(pages[0]), offset, got);
	return got;
}

ssize_t read_block_ok(struct bio_vec *bvec, size_t len)
{
	struct iov_iter iter;

	iov_iter_bvec(&iter, ITER_DEST, bvec, 1, len);
	return read_into(&iter, len);
}

/* From one caller the pages come pinned, from the other bare: the helper has to ask. */
static ssize_t send_any(struct iov_iter *iter, size_t len)
{
	struct page *slots[16], **pages = slots;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, len, 16, 0, &offset);
	if (got <= 0)
		return got;
	transmit(page_to_phys(pages[0]), offset, got);
	if (user_backed_iter(iter))
		unpin_user_pages(pages, DIV_ROUND_UP(offset + got, PAGE_SIZE));
	return got;
}

ssize_t send_from_user_ok(void __user *buf, size_t len)
{
	struct iov_iter iter;

	iov_iter_ubuf(&iter, ITER_SOURCE, buf, len);
	return send_any(&iter, len);
}

ssize_t send_from_kernel_ok(void *buf, size_t len)
{
	struct kvec kvec = { .iov_base = buf, .iov_len = len };
	struct iov_iter iter;

	iov_iter_kvec(&iter, ITER_SOURCE, &kvec, 1, len);
	return send_any(&iter, len);
}

struct request_pages {
	struct page **pages;
	unsigned int nr;
	bool pinned;
};

static int request_map(struct request_pages *req, struct iov_iter *iter, size_t len)
{
	size_t offset;
	ssize_t got;

	req->pages = NULL;
	got = iov_iter_extract_pages(iter, &req->pages, len, 64, 0, &offset);
	if (got <= 0) {
		kvfree(req->pages);
		req->pages = NULL;
		return got ? got : -EFAULT;
	}
	req->nr = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	req->pinned = iov_iter_extract_will_pin(iter);
	return 0;
}

static void request_unmap_ok(struct request_pages *req)
{
	if (req->pinned)
		unpin_user_pages(req->pages, req->nr);
	kvfree(req->pages);
}

/* Pages that did not fit are given back as they were taken. */
static int bio_add_user_bad(struct bio *bio, unsigned long addr)
{
	struct page *pages[4];
	int i, got;

	got = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++)
		if (bio_add_page(bio, pages[i], PAGE_SIZE, 0) != PAGE_SIZE)
			break;
	while (i < got)
		put_page(pages[i++]);
//              ^^^^^^^^ release-mismatch: `pages` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
	return 0;
}

static int bio_add_user_ok(struct bio *bio, unsigned long addr)
{
	struct page *pages[4];
	int i, got;

	got = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++)
		if (bio_add_page(bio, pages[i], PAGE_SIZE, 0) != PAGE_SIZE)
			break;
	while (i < got)
		unpin_user_page(pages[i++]);
	return 0;
}

/* Iterators of SMB requests are never user-backed, whichever of them a loop has come to. */
struct smb_rqst {
	struct kvec *rq_iov;
	unsigned int rq_nvec;
	struct iov_iter rq_iter;
};

static int map_requests_bad(struct smb_rqst *requests, int count, struct sink *sink)
{
	int i, j, n;

	for (i = 0; i < count; i++) {
		struct iov_iter *iter = &requests[i].rq_iter;
		struct page *stack_pages[8], **pages = stack_pages;
		size_t offset;
		ssize_t len;

		for (j = 0; j < requests[i].rq_nvec; j++)
			add_buffer(sink, requests[i].rq_iov[j].iov_base);
		len = iov_iter_extract_pages(iter, &pages, SZ_32K, 8, 0, &offset);
		if (len <= 0)
			return -EIO;
		n = DIV_ROUND_UP(offset + len, PAGE_SIZE);
		while (n > 0)
			unpin_user_page(stack_pages[--n]);
//                      ^^^^^^^^^^^^^^^ release-mismatch: `pages` carries no hold of their own (iov_iter_extract_pages()); unpin_user_page() drops a pin, and the pages carry none: release nothing here
	}
	return 0;
}
