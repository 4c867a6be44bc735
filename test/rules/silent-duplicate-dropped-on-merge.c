/* A page that was merged into the last segment is held twice there: the second pin goes at once. */

static int bio_add_user_pages_ok(struct request_queue *q, struct bio *bio, unsigned long addr, int max)
{
	struct page *pages[16];
	int j, got;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	for (j = 0; j < got; j++) {
		bool same_page = false;

		if (!bio_add_hw_page(q, bio, pages[j], PAGE_SIZE, 0, max, &same_page))
			break;
		if (same_page)
			unpin_user_page(pages[j]);
	}
	while (j < got)
		unpin_user_page(pages[j++]);
	return 0;
}

struct segment {
	struct page *page;
	unsigned int offset, len;
};

struct segments {
	struct segment seg[32];
	int nr;
};

static int segments_add_ok(struct segments *s, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	if (s->nr && s->seg[s->nr - 1].page == page) {
		s->seg[s->nr - 1].len += 512;
		unpin_user_page(page);
		return 0;
	}
	s->seg[s->nr].page = page;
	s->seg[s->nr].offset = 0;
	s->seg[s->nr].len = 512;
	s->nr++;
	return 0;
}
