/* Two functions free the array of the pages; one of them releases the pages before. */

struct view {
	struct page **pages;
	int nr;
};

static int view_open(struct view *view, unsigned long addr, int nr)
{
	view->pages = kvmalloc_array(nr, sizeof(struct page *), GFP_KERNEL);
	if (!view->pages)
		return -ENOMEM;
	view->nr = pin_user_pages_fast(addr, nr, 0, view->pages);
	if (view->nr < 0) {
		kvfree(view->pages);
		return view->nr;
	}
	return 0;
}

void view_close_ok(struct view *view)
{
	unpin_user_pages(view->pages, view->nr);
	kvfree(view->pages);
}

void view_drop_bad(struct view *view)
{
	kvfree(view->pages);
//      ^^^^^^ page-leak (warning): `pages` (pins from pin_user_pages_fast()) go with the object that leads to them: view_drop_bad() ends what they were taken for, and does not release them here
}

/* What only frees is called where the pages are released. */
struct pane {
	struct page **pages;
	int nr;
};

static int pane_open(struct pane *pane, unsigned long addr, int nr)
{
	pane->pages = kvmalloc_array(nr, sizeof(struct page *), GFP_KERNEL);
	if (!pane->pages)
		return -ENOMEM;
	pane->nr = pin_user_pages_fast(addr, nr, 0, pane->pages);
	if (pane->nr < 0) {
		kvfree(pane->pages);
		return pane->nr;
	}
	return 0;
}

static void pane_free_ok(struct pane *pane)
{
	kvfree(pane->pages);
}

void pane_close_ok(struct pane *pane)
{
	unpin_user_pages(pane->pages, pane->nr);
	pane_free_ok(pane);
}

/* What allocates the array frees it again, or puts a larger one in its place. */
struct frame {
	struct page **pages;
	char *name;
	int nr;
};

int frame_init_ok(struct frame *frame, int nr)
{
	frame->pages = kvmalloc_array(nr, sizeof(struct page *), GFP_KERNEL);
	if (!frame->pages)
		return -ENOMEM;
	frame->name = kmalloc(16, GFP_KERNEL);
	if (!frame->name) {
		kvfree(frame->pages);
		return -ENOMEM;
	}
	return 0;
}

int frame_grow_ok(struct frame *frame, int nr)
{
	struct page **pages = kvmalloc_array(nr, sizeof(struct page *), GFP_KERNEL);

	if (!pages)
		return -ENOMEM;
	memcpy(pages, frame->pages, frame->nr * sizeof(struct page *));
	kvfree(frame->pages);
	frame->pages = pages;
	return 0;
}

int frame_fill(struct frame *frame, unsigned long addr, int nr)
{
	int got = pin_user_pages_fast(addr, nr, 0, frame->pages);

	if (got < 0)
		return got;
	frame->nr = got;
	return 0;
}

void frame_free_ok(struct frame *frame)
{
	unpin_user_pages(frame->pages, frame->nr);
	kvfree(frame->pages);
	kfree(frame->name);
}
