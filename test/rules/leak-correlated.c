/* A condition asked twice has one answer. */

static int asked_twice_ok(unsigned long addr, int nr)
{
	struct page **pages = NULL;
	int got = 0, err;

	if (nr) {
		pages = kvcalloc(nr, sizeof(*pages), GFP_KERNEL);
		if (!pages)
			return -ENOMEM;
		got = pin_user_pages_fast(addr, nr, 0, pages);
		if (got < 0) {
			kvfree(pages);
			return got;
		}
	}
	err = start_device();
	if (pages) {
		unpin_user_pages(pages, got);
		kvfree(pages);
	}
	return err;
}

static int asked_twice_bad(unsigned long addr, int nr)
{
	struct page **pages = NULL;
	int got = 0, err;

	if (nr) {
		pages = kvcalloc(nr, sizeof(*pages), GFP_KERNEL);
		if (!pages)
			return -ENOMEM;
		got = pin_user_pages_fast(addr, nr, 0, pages);
		if (got < 0) {
			kvfree(pages);
			return got;
		}
	}
	err = start_device();
	if (pages && !err) {
		unpin_user_pages(pages, got);
		kvfree(pages);
	}
	return err;
//      ^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit, and with them the array `pages`: other exits release them, this one does not
}

static int need_unpin_ok(unsigned long addr, bool user)
{
	struct page *page = ZERO_PAGE(0);
	bool need_unpin = false;
	int err;

	if (user) {
		if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
			return -EFAULT;
		need_unpin = true;
	}
	err = send_frame(page_to_pfn(page));
	if (need_unpin)
		unpin_user_page(page);
	return err;
}

static int need_unpin_bad(unsigned long addr, bool user)
{
	struct page *page = ZERO_PAGE(0);
	bool need_unpin = false;
	int err;

	if (user) {
		if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
			return -EFAULT;
		if (PageReserved(page))
			need_unpin = true;
	}
	err = send_frame(page_to_pfn(page));
	if (need_unpin)
		unpin_user_page(page);
	return err;
//      ^^^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
}

static int optional_ok(unsigned long addr, unsigned int flags)
{
	struct page *page;

	if (flags & 1) {
		if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
			return -EFAULT;
	}
	start_device();
	if (flags & 1)
		unpin_user_page(page);
	return 0;
}

static int optional_bad(unsigned long addr, unsigned int flags)
{
	struct page *page;

	if (flags & 1) {
		if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
			return -EFAULT;
	}
	start_device();
	if (flags & 2)
		unpin_user_page(page);
	return 0;
//      ^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
}

struct target {
	struct page **pages;
	int nr;
};

static int handed_over_ok(struct target *target, unsigned long addr, int nr)
{
	struct page **pages;
	int got, err = -EFAULT;

	pages = kvcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got == nr) {
		target->pages = pages;
		target->nr = nr;
		pages = NULL;
		err = 0;
	}
	if (pages) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
	}
	return err;
}

static int handed_over_bad(struct target *target, unsigned long addr, int nr)
{
	struct page **pages;
	int got, err = -EFAULT;

	pages = kvcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got == nr) {
		target->pages = pages;
		target->nr = nr;
		pages = NULL;
		err = 0;
	}
	if (pages)
		kvfree(pages);
	return err;
//      ^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
}

static int error_code_ok(unsigned long addr)
{
	struct page *page;
	int err = 0;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		err = -EFAULT;
	if (!err)
		fill(page);
	if (!err)
		put_page(page);
	return err;
}

static int error_code_bad(unsigned long addr)
{
	struct page *page;
	int err = 0;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		err = -EFAULT;
	if (!err)
		err = start_device();
	if (!err)
		put_page(page);
	return err;
//      ^^^^^^^^^^^ page-leak: `page` (references from get_user_pages_fast()) are lost at this exit: other exits release them, this one does not
}

static int count_as_flag_ok(unsigned long addr)
{
	struct page *pages[4];
	int got = 0, err;

	err = start_device();
	if (err)
		goto out;
	got = pin_user_pages_fast(addr, 4, 0, pages);
	if (got <= 0) {
		err = -EFAULT;
		goto out;
	}
	err = wait_for_device();
out:
	if (got > 0)
		unpin_user_pages(pages, got);
	return err;
}

static int stack_or_heap_ok(unsigned long addr, int nr)
{
	struct page *stack_pages[8];
	struct page **pages = stack_pages;
	int got;

	if (nr > 8) {
		pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
		if (!pages)
			return -ENOMEM;
	}
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got > 0)
		unpin_user_pages(pages, got);
	if (pages != stack_pages)
		kvfree(pages);
	return got < 0 ? got : 0;
}

static int stack_or_heap_bad(unsigned long addr, int nr)
{
	struct page *stack_pages[8];
	struct page **pages = stack_pages;
	int got;

	if (nr > 8) {
		pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
		if (!pages)
			return -ENOMEM;
	}
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got < 0)
		return got;
//              ^^^^^^^^^^^ page-array-leak: the page array `pages` was allocated by kvmalloc_array(), and it is lost at this exit: kvfree() it
	unpin_user_pages(pages, got);
	if (pages != stack_pages)
		kvfree(pages);
	return 0;
}

static int two_sets_ok(unsigned long luma, unsigned long chroma, int y, int uv)
{
	struct page *pages[64];
	int y_got, uv_got, err = 0;

	y_got = pin_user_pages_fast(luma, y, FOLL_FORCE, &pages[0]);
	uv_got = pin_user_pages_fast(chroma, uv, FOLL_FORCE, &pages[y]);
	if (y_got != y || uv_got != uv) {
		err = -EFAULT;
		if (y_got > 0)
			unpin_user_pages(&pages[0], y_got);
		if (uv_got > 0)
			unpin_user_pages(&pages[y], uv_got);
		return err;
	}
	unpin_user_pages(pages, y + uv);
	return 0;
}

static int two_sets_bad(unsigned long luma, unsigned long chroma, int y, int uv)
{
	struct page *pages[64];
	int y_got, uv_got;

	y_got = pin_user_pages_fast(luma, y, FOLL_FORCE, &pages[0]);
	uv_got = pin_user_pages_fast(chroma, uv, FOLL_FORCE, &pages[y]);
	if (y_got != y || uv_got != uv) {
		if (y_got > 0)
			unpin_user_pages(&pages[0], y_got);
		return -EFAULT;
//              ^^^^^^^^^^^^^^^ page-leak: `pages[y]` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	}
	unpin_user_pages(pages, y + uv);
	return 0;
}

/* A flag in the caller's object chooses the call and, in a helper, the release. */
struct flagged_request {
	unsigned long flags;
	unsigned long addr, size;
};

static void put_by_flag(struct page **pages, unsigned long nr, unsigned int flags)
{
	unsigned long i;

	if (flags & REQUEST_PINS)
		unpin_user_pages(pages, nr);
	else
		for (i = 0; i < nr; i++)
			put_page(pages[i]);
}

static int flag_of_the_object_ok(struct flagged_request *req)
{
	struct page **pages;
	unsigned long i = 0, addr;
	long nr = 8;

	pages = kvcalloc(req->size, sizeof(void *), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	for (addr = req->addr; addr < req->addr + req->size; addr += nr * PAGE_SIZE) {
		if (req->flags & REQUEST_PINS)
			nr = pin_user_pages(addr, nr, 0, pages + i);
		else
			nr = get_user_pages(addr, nr, 0, pages + i);
		if (nr <= 0)
			break;
		i += nr;
	}
	put_by_flag(pages, i, req->flags);
	kvfree(pages);
	return 0;
}

static int flag_turned_round_bad(struct flagged_request *req)
{
	struct page *pages[8];
	long nr;

	if (req->flags & REQUEST_PINS)
		nr = pin_user_pages(req->addr, 8, 0, pages);
	else
		nr = get_user_pages(req->addr, 8, 0, pages);
	if (nr <= 0)
		return -EFAULT;
	if (req->flags & REQUEST_PINS)
		release_pages(pages, nr);
//              ^^^^^^^^^^^^^ release-mismatch: `pages` carries pins (pin_user_pages()); release_pages() drops a reference, and the pages carry none: use unpin_user_pages()
	else
		unpin_user_pages(pages, nr);
//              ^^^^^^^^^^^^^^^^ release-mismatch: `pages` carries references (get_user_pages()); unpin_user_pages() drops a pin, and the pages carry none: use release_pages()
	return 0;
}

/* One of two pointers that are compared is of a known type. */
struct mapping {
	struct mm_struct *mm;
	unsigned long addr;
};

static int pointers_compared_bad(struct mapping *mapping, int nr)
{
	struct page **pages;
	int got;

	if (mapping->mm != current->mm)
		return -EPERM;
	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(mapping->addr, nr, 0, pages);
	if (got != nr) {
		kvfree(pages);
		return -EFAULT;
//              ^^^^^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	}
	unpin_user_pages(pages, nr);
	kvfree(pages);
	return 0;
}
