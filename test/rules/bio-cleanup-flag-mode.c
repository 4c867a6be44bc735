// era: extract-mode
/* The flags of a bio against the holds on its pages where there are two: BIO_PAGE_REFFED and BIO_PAGE_PINNED. */

static void both_flags_bad(struct bio *bio)
{
	bio_set_flag(bio, BIO_PAGE_REFFED);
	bio_set_flag(bio, BIO_PAGE_PINNED);
//      ^^^^^^^^^^^^ bio-cleanup-flag: BIO_PAGE_PINNED and BIO_PAGE_REFFED are both set: the pages of a bio carry one hold
}

static void one_or_the_other_ok(struct bio *bio, struct iov_iter *iter)
{
	unsigned int mode = iov_iter_extract_mode(iter, 0);

	if (mode == FOLL_GET)
		bio_set_flag(bio, BIO_PAGE_REFFED);
	else if (mode == FOLL_PIN)
		bio_set_flag(bio, BIO_PAGE_PINNED);
}

static int reffed_for_pins_bad(struct bio *bio, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	bio_set_flag(bio, BIO_PAGE_REFFED);
//      ^^^^^^^^^^^^ bio-cleanup-flag: BIO_PAGE_REFFED is set on a bio whose pages carry pins (pin_user_pages_fast())
	__bio_add_page(bio, page, PAGE_SIZE, 0);
	return 0;
}

static int reffed_for_references_ok(struct bio *bio, unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	bio_set_flag(bio, BIO_PAGE_REFFED);
	__bio_add_page(bio, page, PAGE_SIZE, 0);
	return 0;
}

static int no_flag_bad(struct block_device *bdev, unsigned long addr)
{
	struct page *page;
	struct bio *bio;
	int error;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	bio = bio_alloc(bdev, 1, REQ_OP_WRITE, GFP_KERNEL);
	__bio_add_page(bio, page, PAGE_SIZE, 0);
	error = submit_bio_wait(bio);
	bio_release_pages(bio, false);
//      ^^^^^^^^^^^^^^^^^ bio-cleanup-flag: the pages of the bio carry references (get_user_pages_fast()), and with its flags as they are bio_release_pages() drops nothing
	bio_put(bio);
	return error;
}
