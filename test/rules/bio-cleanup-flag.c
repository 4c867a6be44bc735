/* The flags of a bio against the holds on its pages (6.5 and later: BIO_PAGE_PINNED). */

static int set_without_asking_bad(struct bio *bio, struct iov_iter *iter)
{
	struct page *stack_pages[8], **pages = stack_pages;
	size_t offset;
	ssize_t got;
	int i, n;

	bio_set_flag(bio, BIO_PAGE_PINNED);
//      ^^^^^^^^^^^^ bio-cleanup-flag: BIO_PAGE_PINNED is set whatever the iterator is, and iov_iter_extract_pages() gives its pages that hold only where it is user-backed: ask the iterator first
	got = iov_iter_extract_pages(iter, &pages, 8 * PAGE_SIZE, 8, 0, &offset);
	if (got <= 0)
		return -EFAULT;
	n = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	for (i = 0; i < n; i++)
		__bio_add_page(bio, pages[i], PAGE_SIZE, 0);
	return 0;
}

static int set_after_asking_ok(struct bio *bio, struct iov_iter *iter)
{
	struct page *stack_pages[8], **pages = stack_pages;
	size_t offset;
	ssize_t got;
	int i, n;

	if (iov_iter_extract_will_pin(iter))
		bio_set_flag(bio, BIO_PAGE_PINNED);
	got = iov_iter_extract_pages(iter, &pages, 8 * PAGE_SIZE, 8, 0, &offset);
	if (got <= 0)
		return -EFAULT;
	n = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	for (i = 0; i < n; i++)
		__bio_add_page(bio, pages[i], PAGE_SIZE, 0);
	return 0;
}

static int set_for_user_memory_ok(struct bio *bio, struct iov_iter *iter)
{
	struct page *stack_pages[8], **pages = stack_pages;
	size_t offset;
	ssize_t got;

	if (!user_backed_iter(iter))
		return -EINVAL;
	bio_set_flag(bio, BIO_PAGE_PINNED);
	got = iov_iter_extract_pages(iter, &pages, PAGE_SIZE, 1, 0, &offset);
	if (got <= 0)
		return -EFAULT;
	__bio_add_page(bio, pages[0], got, offset);
	return 0;
}

static int set_for_kernel_memory_bad(struct bio *bio, struct bio_vec *bv, size_t len)
{
	struct page *page, **pages = &page;
	struct iov_iter iter;
	size_t offset;
	ssize_t got;

	iov_iter_bvec(&iter, ITER_SOURCE, bv, 1, len);
	bio_set_flag(bio, BIO_PAGE_PINNED);
//      ^^^^^^^^^^^^ bio-cleanup-flag: BIO_PAGE_PINNED is set on a bio whose pages carry no hold of their own (iov_iter_extract_pages())
	got = iov_iter_extract_pages(&iter, &pages, len, 1, 0, &offset);
	if (got <= 0)
		return -EFAULT;
	__bio_add_page(bio, page, got, offset);
	return 0;
}

static int set_behind_the_pages_bad(struct bio *bio, struct iov_iter *iter)
{
	struct page *page, **pages = &page;
	size_t offset;
	ssize_t got;

	got = iov_iter_extract_pages(iter, &pages, PAGE_SIZE, 1, 0, &offset);
	if (got <= 0)
		return -EFAULT;
	__bio_add_page(bio, page, got, offset);
	bio_set_flag(bio, BIO_PAGE_PINNED);
//      ^^^^^^^^^^^^ bio-cleanup-flag: BIO_PAGE_PINNED is set whatever the iterator is, and iov_iter_extract_pages() gives its pages that hold only where it is user-backed: ask the iterator first
	return 0;
}

static int pinned_for_references_bad(struct bio *bio, unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	bio_set_flag(bio, BIO_PAGE_PINNED);
//      ^^^^^^^^^^^^ bio-cleanup-flag: BIO_PAGE_PINNED is set on a bio whose pages carry references (get_user_pages_fast())
	__bio_add_page(bio, page, PAGE_SIZE, 0);
	return 0;
}

static int pinned_for_pins_ok(struct bio *bio, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	bio_set_flag(bio, BIO_PAGE_PINNED);
	__bio_add_page(bio, page, PAGE_SIZE, 0);
	return 0;
}

static int add_in_helper(struct bio *bio, struct page *page)
{
	return bio_add_page(bio, page, PAGE_SIZE, 0);
}

static int set_without_asking_for_helper_bad(struct bio *bio, struct iov_iter *iter)
{
	struct page *page, **pages = &page;
	size_t offset;
	ssize_t got;

	bio_set_flag(bio, BIO_PAGE_PINNED);
//      ^^^^^^^^^^^^ bio-cleanup-flag: BIO_PAGE_PINNED is set whatever the iterator is, and iov_iter_extract_pages() gives its pages that hold only where it is user-backed: ask the iterator first
	got = iov_iter_extract_pages(iter, &pages, PAGE_SIZE, 1, 0, &offset);
	if (got <= 0)
		return -EFAULT;
	if (add_in_helper(bio, page))
		return 0;
	return -EINVAL;
}

static int flag_left_out_bad(struct block_device *bdev, unsigned long addr)
{
	struct page *page;
	struct bio *bio;
	int error;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	bio = bio_alloc(bdev, 1, REQ_OP_WRITE, GFP_KERNEL);
	__bio_add_page(bio, page, PAGE_SIZE, 0);
	error = submit_bio_wait(bio);
	bio_release_pages(bio, false);
//      ^^^^^^^^^^^^^^^^^ bio-cleanup-flag: the pages of the bio carry pins (pin_user_pages_fast()), and with its flags as they are bio_release_pages() drops nothing
	bio_put(bio);
	return error;
}

static int flag_given_ok(struct block_device *bdev, unsigned long addr)
{
	struct page *page;
	struct bio *bio;
	int error;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	bio = bio_alloc(bdev, 1, REQ_OP_WRITE, GFP_KERNEL);
	bio_set_flag(bio, BIO_PAGE_PINNED);
	__bio_add_page(bio, page, PAGE_SIZE, 0);
	error = submit_bio_wait(bio);
	bio_release_pages(bio, false);
	bio_put(bio);
	return error;
}

static int flag_cleared_bad(struct bio *bio, unsigned long addr)
{
	struct page *page;
	int error;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	bio_set_flag(bio, BIO_PAGE_PINNED);
	__bio_add_page(bio, page, PAGE_SIZE, 0);
	error = submit_bio_wait(bio);
	bio_clear_flag(bio, BIO_PAGE_PINNED);
	bio_release_pages(bio, false);
//      ^^^^^^^^^^^^^^^^^ bio-cleanup-flag: the pages of the bio carry pins (pin_user_pages_fast()), and with its flags as they are bio_release_pages() drops nothing
	return error;
}

static int unpinned_by_its_owner_ok(struct block_device *bdev, unsigned long addr)
{
	struct bio_vec vec;
	struct page *page;
	struct bio bio;
	int error;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	bio_init(&bio, bdev, &vec, 1, REQ_OP_WRITE);
	__bio_add_page(&bio, page, PAGE_SIZE, 0);
	error = submit_bio_wait(&bio);
	bio_uninit(&bio);
	unpin_user_page(page);
	return error;
}

static struct bio *new_bio_bad(struct block_device *bdev, struct request_context *context)
{
	struct bio *bio;

	bio = bio_alloc(bdev, 16, context->opf, GFP_KERNEL);
	if (context->is_async)
		bio->bi_end_io = context_done_async;
	else
		bio->bi_end_io = context_done;
	bio_set_flag(bio, BIO_PAGE_PINNED);
//      ^^^^^^^^^^^^ bio-cleanup-flag (warning): BIO_PAGE_PINNED is set on every new bio, and pages of kernel iterators in this file carry no hold: set it only where the pages were pinned
	return bio;
}

static struct bio *new_bio_ok(struct block_device *bdev, struct request_context *context)
{
	struct bio *bio;

	bio = bio_alloc(bdev, 16, context->opf, GFP_KERNEL);
	if (context->is_async)
		bio->bi_end_io = context_done_async;
	else
		bio->bi_end_io = context_done;
	if (context->is_pinned)
		bio_set_flag(bio, BIO_PAGE_PINNED);
	return bio;
}

static struct bio *new_bio_of_another_kind_ok(struct block_device *bdev, struct request_context *context)
{
	struct bio *bio = bio_alloc(bdev, 16, context->opf, GFP_KERNEL);

	bio_set_flag(bio, BIO_QUIET);
	return bio;
}

static void without_asking_the_flag_bad(struct bio *bio)
{
	__bio_release_pages(bio, false);
//      ^^^^^^^^^^^^^^^^^^^ bio-cleanup-flag: __bio_release_pages() drops pages without asking the flags of the bio: use bio_release_pages()
}

static void after_asking_the_flag_ok(struct bio *bio)
{
	if (bio_flagged(bio, BIO_PAGE_PINNED))
		__bio_release_pages(bio, false);
}

static int surplus_of_every_page_bad(struct request_queue *q, struct bio *bio, struct iov_iter *iter)
{
	struct page *stack_pages[8], **pages = stack_pages;
	size_t offset;
	ssize_t got;
	int i, n;

	got = iov_iter_extract_pages(iter, &pages, 8 * PAGE_SIZE, 8, 0, &offset);
	if (got <= 0)
		return -EFAULT;
	n = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	for (i = 0; i < n; i++) {
		bool same_page = false;

		if (!bio_add_hw_page(q, bio, pages[i], PAGE_SIZE, 0, 8, &same_page))
			break;
		bio_release_page(bio, pages[i]);
//              ^^^^^^^^^^^^^^^^ bio-cleanup-flag: bio_release_page() drops a page that the bio has just taken, and that is dropped again with the bio: only a page that was merged is surplus
	}
	while (i < n)
		bio_release_page(bio, pages[i++]);
	return 0;
}

static int surplus_of_merged_pages_ok(struct request_queue *q, struct bio *bio, struct iov_iter *iter)
{
	struct page *stack_pages[8], **pages = stack_pages;
	size_t offset;
	ssize_t got;
	int i, n;

	got = iov_iter_extract_pages(iter, &pages, 8 * PAGE_SIZE, 8, 0, &offset);
	if (got <= 0)
		return -EFAULT;
	n = DIV_ROUND_UP(offset + got, PAGE_SIZE);
	for (i = 0; i < n; i++) {
		struct page *page = pages[i];
		bool same_page = false;

		if (!bio_add_hw_page(q, bio, page, PAGE_SIZE, 0, 8, &same_page))
			break;
		if (same_page)
			bio_release_page(bio, page);
	}
	while (i < n)
		bio_release_page(bio, pages[i++]);
	return 0;
}
