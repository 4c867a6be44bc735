/* The bio was filled by functions that this one is not bound by; what it does on one path it owes on the other. */

struct direct {
	struct bio *bio;
	bool is_async;
	bool should_dirty;
};

static int direct_add(struct direct *direct, struct iov_iter *iter)
{
	struct page *pages[1], **list = pages;
	size_t offset;
	ssize_t got = iov_iter_extract_pages(iter, &list, PAGE_SIZE, 1, 0, &offset);

	if (got <= 0)
		return -EFAULT;
	if (bio_add_page(direct->bio, pages[0], got, offset) != got) {
		if (iov_iter_extract_will_pin(iter))
			unpin_user_page(pages[0]);
		return -EIO;
	}
	return 0;
}

static void direct_complete_bad(struct direct *direct, struct bio *bio)
{
	if (direct->is_async && direct->should_dirty)
		bio_check_pages_dirty(bio);
	else
		bio_put(bio);
//              ^^^^^^^ page-leak (warning): `bio` (pins or nothing, depending on the iterator from iov_iter_extract_pages()) are left behind at this exit: direct_complete_bad() ends what they were taken for, and releases them on other paths
}

static void direct_complete_ok(struct direct *direct, struct bio *bio)
{
	if (direct->is_async && direct->should_dirty) {
		bio_check_pages_dirty(bio);
	} else {
		bio_release_pages(bio, direct->should_dirty);
		bio_put(bio);
	}
}

static void direct_asked_ok(struct bio *bio)
{
	if (bio_flagged(bio, BIO_PAGE_PINNED))
		bio_release_pages(bio, false);
	bio_put(bio);
}

static void direct_handed_ok(struct direct *direct, struct bio *bio)
{
	if (direct->is_async) {
		direct_complete_ok(direct, bio);
		return;
	}
	bio_release_pages(bio, false);
	bio_put(bio);
}

/* Pages that were allocated for the bio are no pages of the user. */

struct copied {
	bool has_own_pages;
};

int uncopied_ok(struct bio *bio)
{
	struct copied *copied = bio->bi_private;

	if (copied->has_own_pages)
		bio_free_pages(bio);
	kfree(copied);
	bio_put(bio);
	return 0;
}
