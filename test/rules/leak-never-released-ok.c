/* Objects that somebody else than their end takes the pages out of. */

/* The end calls a function that releases. */
struct shared {
	struct page **pages;
	int nr;
};

static int shared_fill(struct shared *shared, unsigned long addr, int nr)
{
	shared->pages = kvmalloc_array(nr, sizeof(struct page *), GFP_KERNEL);
	if (!shared->pages)
		return -ENOMEM;
	shared->nr = pin_user_pages_fast(addr, nr, 0, shared->pages);
	if (shared->nr < 0) {
		kvfree(shared->pages);
		return shared->nr;
	}
	return 0;
}

static void shared_unpin(struct shared *shared)
{
	unpin_user_pages(shared->pages, shared->nr);
}

static void shared_free_ok(struct shared *shared)
{
	shared_unpin(shared);
	kvfree(shared->pages);
}

/* An operation of its own releases, before the end. */
struct staged {
	struct page **pages;
	int nr;
};

static int staged_fill(struct staged *staged, unsigned long addr, int nr)
{
	staged->pages = kvmalloc_array(nr, sizeof(struct page *), GFP_KERNEL);
	if (!staged->pages)
		return -ENOMEM;
	staged->nr = pin_user_pages_fast(addr, nr, 0, staged->pages);
	if (staged->nr < 0) {
		kvfree(staged->pages);
		return staged->nr;
	}
	return 0;
}

void staged_stop(struct staged *staged)
{
	unpin_user_pages(staged->pages, staged->nr);
	staged->nr = 0;
}

void staged_free_ok(struct staged *staged)
{
	kvfree(staged->pages);
	kfree(staged);
}

/* A function of another file is given the pages. */
struct lent {
	struct page **pages;
	int nr;
};

static int lent_fill(struct lent *lent, unsigned long addr, int nr)
{
	lent->pages = kvmalloc_array(nr, sizeof(struct page *), GFP_KERNEL);
	if (!lent->pages)
		return -ENOMEM;
	lent->nr = pin_user_pages_fast(addr, nr, 0, lent->pages);
	if (lent->nr < 0) {
		kvfree(lent->pages);
		return lent->nr;
	}
	return 0;
}

void lent_free_ok(struct lent *lent)
{
	owner_takes_back(lent->pages, lent->nr);
	kvfree(lent->pages);
	kfree(lent);
}

/* The array of the pages is known to other files. */
struct page **borrow_pages(unsigned long addr, int nr)
{
	struct page **pages = kvmalloc_array(nr, sizeof(struct page *), GFP_KERNEL);
	int got;

	if (!pages)
		return NULL;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return NULL;
	}
	return pages;
}
