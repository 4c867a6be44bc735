/* Pages taken or given back by another function of the file. */

static int grab(unsigned long addr, struct page **pages, int nr)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (got < 0)
		return got;
	if (got < nr) {
		unpin_user_pages(pages, got);
		return -EFAULT;
	}
	return 0;
}

static int uses_grab_ok(unsigned long addr)
{
	struct page *pages[4];
	int err = grab(addr, pages, 4);

	if (err)
		return err;
	err = start_device();
	unpin_user_pages(pages, 4);
	return err;
}

static int uses_grab_bad(unsigned long addr)
{
	struct page *pages[4];
	int err = grab(addr, pages, 4);

	if (err)
		return err;
	err = start_device();
	if (err)
		return err;
//              ^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	unpin_user_pages(pages, 4);
	return 0;
}

static void drop_all(struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		set_page_dirty_lock(pages[i]);
		unpin_user_page(pages[i]);
	}
}

static int uses_drop_all_ok(unsigned long addr)
{
	struct page *pages[4];
	int got = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);

	if (got < 4) {
		if (got > 0)
			drop_all(pages, got);
		return -EFAULT;
	}
	drop_all(pages, 4);
	return 0;
}

static void put_each(struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		put_page(pages[i]);
//              ^^^^^^^^ release-mismatch: `pages` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
}

static int uses_put_each_bad(unsigned long addr)
{
	struct page *pages[4];
	int got = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);

	if (got <= 0)
		return -EFAULT;
	put_each(pages, got);
	return 0;
}

struct buffer {
	struct page **pages;
	int nr;
};

static void buffer_release(struct buffer *buffer)
{
	unpin_user_pages(buffer->pages, buffer->nr);
	kvfree(buffer->pages);
	buffer->pages = NULL;
	buffer->nr = 0;
}

static int buffer_fill_ok(struct buffer *buffer, unsigned long addr, int nr)
{
	int err;

	buffer->pages = kvmalloc_array(nr, sizeof(*buffer->pages), GFP_KERNEL);
	if (!buffer->pages)
		return -ENOMEM;
	buffer->nr = pin_user_pages_fast(addr, nr, FOLL_WRITE, buffer->pages);
	if (buffer->nr != nr) {
		err = buffer->nr < 0 ? buffer->nr : -EFAULT;
		buffer->nr = max(buffer->nr, 0);
		buffer_release(buffer);
		return err;
	}
	err = start_device();
	if (err)
		buffer_release(buffer);
	return err;
}

struct mailbox {
	struct page **pages;
	int nr;
};

static int mailbox_fill_bad(struct mailbox *box, unsigned long addr, int nr)
{
	int got, err;

	box->pages = kvmalloc_array(nr, sizeof(*box->pages), GFP_KERNEL);
	if (!box->pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, box->pages);
	if (got <= 0) {
		err = -EFAULT;
		goto free;
	}
	box->nr = got;
	err = start_device();
	if (err)
		goto free;
//              ^^^^^^^^^^ page-leak: `box->pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	return 0;

free:
	kvfree(box->pages);
	box->pages = NULL;
	return err;
}

static int mailbox_fill_ok(struct mailbox *box, unsigned long addr, int nr)
{
	int got, err;

	box->pages = kvmalloc_array(nr, sizeof(*box->pages), GFP_KERNEL);
	if (!box->pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, box->pages);
	if (got <= 0) {
		err = -EFAULT;
		goto free;
	}
	box->nr = got;
	err = start_device();
	if (err)
		goto unpin;
	return 0;

unpin:
	unpin_user_pages(box->pages, got);
free:
	kvfree(box->pages);
	box->pages = NULL;
	return err;
}

static bool try_grab(unsigned long addr, struct page **page)
{
	return pin_user_pages_fast(addr, 1, FOLL_WRITE, page) == 1;
}

static int uses_try_grab_ok(unsigned long addr)
{
	struct page *page;

	if (!try_grab(addr, &page))
		return -EFAULT;
	fill(page);
	unpin_user_page(page);
	return 0;
}

static int uses_try_grab_bad(unsigned long addr)
{
	struct page *page;

	if (!try_grab(addr, &page))
		return -EFAULT;
	if (!device_ready())
		return -ENODEV;
//              ^^^^^^^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	unpin_user_page(page);
	return 0;
}

static struct page **grab_some(unsigned long addr, int nr, int *held)
{
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return NULL;
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got <= 0) {
		kvfree(pages);
		return NULL;
	}
	*held = got;
	return pages;
}

static int uses_grab_some_ok(unsigned long addr)
{
	struct page **pages;
	int err, held;

	pages = grab_some(addr, 16, &held);
	if (!pages)
		return -ENOMEM;
	err = start_device();
	unpin_user_pages(pages, held);
	kvfree(pages);
	return err;
}

static struct page **grab_few(unsigned long addr, int nr, int *held)
{
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return NULL;
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got <= 0) {
		kvfree(pages);
		return NULL;
	}
	*held = got;
	return pages;
}

static int uses_grab_few_bad(unsigned long addr)
{
	struct page **pages;
	int err, held;

	pages = grab_few(addr, 16, &held);
	if (!pages)
		return -ENOMEM;
	err = start_device();
	unpin_user_pages(pages, 16);
//      ^^^^^^^^^^^^^^^^ release-count: unpin_user_pages() of `pages` counts the pages asked for, but pin_user_pages_fast() may have obtained fewer: the slots behind hold no page of this call
	kvfree(pages);
	return err;
}

static struct page *lookup(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return ERR_PTR(-EFAULT);
	return page;
}

static int uses_lookup_ok(unsigned long addr)
{
	struct page *page = lookup(addr);

	if (IS_ERR(page))
		return PTR_ERR(page);
	fill(page);
	put_page(page);
	return 0;
}

static int uses_lookup_bad(unsigned long addr)
{
	struct page *page = lookup(addr);

	if (IS_ERR(page))
		return PTR_ERR(page);
	if (PageReserved(page))
		return -EPERM;
//              ^^^^^^^^^^^^^^ page-leak: `page` (references from get_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	fill(page);
	put_page(page);
	return 0;
}

static int uses_lookup_wrong_hold_bad(unsigned long addr)
{
	struct page *page = lookup(addr);

	if (IS_ERR(page))
		return PTR_ERR(page);
	fill(page);
	unpin_user_page(page);
//      ^^^^^^^^^^^^^^^ release-mismatch: `page` carries references (get_user_pages_fast()); unpin_user_page() drops a pin, and the pages carry none: use put_page()
	return 0;
}

static int careless(unsigned long addr, struct page **page)
{
	int got = pin_user_pages_fast(addr, 1, FOLL_WRITE, page);

	if (got != 1)
		return -EFAULT;
	if (PageReserved(*page))
		return -EPERM;
	return 0;
}

static int trusting_bad(unsigned long addr)
{
	struct page *page;
	int err = careless(addr, &page);

	if (err)
		return err;
//              ^^^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	unpin_user_page(page);
	return 0;
}

/* On success the other file may have kept them; where it failed it kept nothing. */
static int handed_to_unknown_ok(struct device *dev, unsigned long addr)
{
	struct page *pages[4];
	int got, err;

	got = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	err = device_attach_pages(dev, pages, got);
	if (err)
		unpin_user_pages(pages, got);
	return err;
}

static int handed_to_unknown_bad(struct device *dev, unsigned long addr)
{
	struct page *pages[4];
	int got, err;

	got = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	err = device_reserve(dev, got);
	if (err) {
		unpin_user_pages(pages, got);
		return err;
	}
	err = device_attach_pages(dev, pages, got);
	if (err)
		return err;
//              ^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	return 0;
}

static int climb(unsigned long addr, int depth)
{
	struct page *page;
	int err = 0;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	if (depth)
		err = climb(addr + PAGE_SIZE, depth - 1);
	unpin_user_page(page);
	return err;
}

static int inner(unsigned long addr, struct page **page)
{
	int got = pin_user_pages_fast(addr, 1, FOLL_WRITE, page);

	return got == 1 ? 0 : -EFAULT;
}

static int middle(unsigned long addr, struct page **page)
{
	int err = inner(addr, page);

	if (err)
		return err;
	if (PageReserved(*page)) {
		unpin_user_page(*page);
		return -EPERM;
	}
	return 0;
}

static int outer_ok(unsigned long addr)
{
	struct page *page;
	int err = middle(addr, &page);

	if (!err)
		unpin_user_page(page);
	return err;
}

static int outer_bad(unsigned long addr)
{
	struct page *page;
	int err = middle(addr, &page);

	if (err)
		return err;
	err = start_device();
	if (err)
		return err;
	unpin_user_page(page);
	return 0;
}

/* A helper that calls itself is not followed: whether it kept or dropped the page when it failed is not known. */
static int place_in_tree(struct page *page, int depth)
{
	if (depth == 0) {
		unpin_user_page(page);
		return -ENOSPC;
	}
	return place_in_tree(page, depth - 1);
}

static int recursive_helper_ok(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	return place_in_tree(page, 8);
}

static void peek_into(struct page *page, void *to, unsigned long offset)
{
	void *from = kmap_local_page(page);

	memcpy(to, from + offset, 8);
	kunmap_local(from);
}

/* A helper that only looks at the page does not keep it. */
int peek_bad(unsigned long addr, void *to)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
//          ^^^^^^^^^^^^^^^^^^^ page-leak: `page` (references from get_user_pages_fast()): no path of this function releases them or hands them on
		return -EFAULT;
	peek_into(page, to, offset_in_page(addr));
	return 0;
}

int peek_ok(unsigned long addr, void *to)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	peek_into(page, to, offset_in_page(addr));
	put_page(page);
	return 0;
}

static struct page *last_page;

static void note_page(struct page *page)
{
	last_page = page;
}

int note_ok(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	note_page(page);
	return 0;
}

static struct page **grab_vector(unsigned long addr, int nr)
{
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return ERR_PTR(-ENOMEM);
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return ERR_PTR(got < 0 ? got : -EFAULT);
	}
	return pages;
}

static int uses_grab_vector_bad(unsigned long addr, int nr)
{
	struct page **pages = grab_vector(addr, nr);
	int err;

	if (IS_ERR(pages))
		return PTR_ERR(pages);
	err = start_device();
	unpin_user_pages(pages, nr);
	return err;
//      ^^^^^^^^^^^ page-array-leak: the page array `pages` was allocated by kvmalloc_array(), and it is lost at this exit: kvfree() it
}

/* These may be the pages of any function above. */
void mark_written(struct page *page)
{
	set_page_dirty_lock(page);
}
