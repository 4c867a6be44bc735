// era: get-pages
/* The flags of a bio against the holds on its pages (up to 6.4: a reference each unless BIO_NO_PAGE_REF is set). */

static int references_ok(struct block_device *bdev, unsigned long addr)
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
	bio_put(bio);
	return error;
}

static int references_kept_bad(struct block_device *bdev, unsigned long addr)
{
	struct page *page;
	struct bio *bio;
	int error;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	bio = bio_alloc(bdev, 1, REQ_OP_WRITE, GFP_KERNEL);
	bio_set_flag(bio, BIO_NO_PAGE_REF);
	__bio_add_page(bio, page, PAGE_SIZE, 0);
	error = submit_bio_wait(bio);
	bio_release_pages(bio, false);
//      ^^^^^^^^^^^^^^^^^ bio-cleanup-flag: the pages of the bio carry references (get_user_pages_fast()), and with its flags as they are bio_release_pages() drops nothing
	bio_put(bio);
	return error;
}

static int pins_put_bad(struct block_device *bdev, unsigned long addr)
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
//      ^^^^^^^^^^^^^^^^^ bio-cleanup-flag: the pages of the bio carry pins (pin_user_pages_fast()), and with its flags as they are bio_release_pages() puts a reference of each
	bio_put(bio);
	return error;
}

static int pins_dropped_by_their_owner_ok(struct block_device *bdev, unsigned long addr)
{
	struct page *page;
	struct bio *bio;
	int error;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	bio = bio_alloc(bdev, 1, REQ_OP_WRITE, GFP_KERNEL);
	bio_set_flag(bio, BIO_NO_PAGE_REF);
	__bio_add_page(bio, page, PAGE_SIZE, 0);
	error = submit_bio_wait(bio);
	bio_put(bio);
	unpin_user_page(page);
	return error;
}

static void without_asking_the_flag_bad(struct bio *bio)
{
	__bio_release_pages(bio, false);
//      ^^^^^^^^^^^^^^^^^^^ bio-cleanup-flag: __bio_release_pages() drops pages without asking the flags of the bio: use bio_release_pages()
}

static void after_asking_the_flag_ok(struct bio *bio)
{
	if (!bio_flagged(bio, BIO_NO_PAGE_REF))
		__bio_release_pages(bio, false);
}
