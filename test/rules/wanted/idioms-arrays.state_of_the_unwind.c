// expected: silence

enum blit_state { BLIT_NEW, BLIT_PAGES, BLIT_PINNED };

struct blit {
	enum blit_state state;
	struct page **pages;
	unsigned int nr;
};

static void blit_free(struct blit *blit)
{
	unsigned int i;

	switch (blit->state) {
	case BLIT_PINNED:
		for (i = 0; i < blit->nr; i++)
			if (blit->pages[i])
				unpin_user_page(blit->pages[i]);
		fallthrough;
	case BLIT_PAGES:
		vfree(blit->pages);
		fallthrough;
	default:
		blit->state = BLIT_NEW;
	}
}

static int blit_pin_ok(struct blit *blit, unsigned long addr)
{
	int got;

	blit->pages = vzalloc(array_size(blit->nr, sizeof(*blit->pages)));
	if (!blit->pages)
		return -ENOMEM;
	blit->state = BLIT_PAGES;
	got = pin_user_pages_fast(addr, blit->nr, FOLL_WRITE, blit->pages);
	if (got != blit->nr) {
		if (got < 0)
			return got;
		blit->state = BLIT_PINNED;
		return -EINVAL;
	}
	blit->state = BLIT_PINNED;
	return 0;
}

static int blit_run_ok(struct blit *blit, unsigned long addr)
{
	int err = blit_pin_ok(blit, addr);

	if (!err)
		err = start_device();
	blit_free(blit);
	return err;
}
