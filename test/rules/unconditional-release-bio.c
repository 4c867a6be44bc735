/* A page that a bio merged is surplus only where the bio's pages are held. */

int segment_add_ok(struct bio *bio, struct page *page, size_t len, size_t offset)
{
	bool same_page = false;

	if (segment_merge(bio, page, len, offset, &same_page)) {
		if (same_page && bio_flagged(bio, BIO_PAGE_PINNED))
			unpin_user_page(page);
		return 0;
	}
	return -EINVAL;
}

int segment_append_bad(struct bio *bio, struct page *page, size_t len, size_t offset)
{
	bool same_page = false;

	if (!segment_merge(bio, page, len, offset, &same_page))
		return -EINVAL;
	if (same_page)
		unpin_user_page(page);
//              ^^^^^^^^^^^^^^^ unconditional-release (warning): `page` belongs to `bio`, whose flags say whether its pages are pinned; unpin_user_page() drops a pin on every path: ask bio_flagged(), as segment_add_ok() does
	return 0;
}

/* The caller has asked. */
void segment_surplus_ok(struct page *page)
{
	unpin_user_page(page);
}

int segments_of_ok(struct bio *bio, struct iov_iter *iter)
{
	return bio_iov_iter_get_pages(bio, iter);
}
