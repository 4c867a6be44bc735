/* Holds lost on a path, and the shapes that only look like it. */

struct region {
	struct page **pages;
	int nr;
};

static int lost_on_error(unsigned long addr)
{
	struct page *pages[16];
	int got, err;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got < 0)
		return got;
	err = prepare_device();
	if (err)
		return err;
//              ^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	unpin_user_pages_dirty_lock(pages, got, true);
	return 0;
}

static int lost_when_short(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = get_user_pages_fast(addr, 16, 0, pages);
	if (got != 16)
		return -EFAULT;
//              ^^^^^^^^^^^^^^^ page-leak: `pages` (references from get_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	release_pages(pages, got);
	return 0;
}

static int unwound(unsigned long addr)
{
	struct page *pages[16];
	int got, err;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got < 0)
		return got;
	if (got < 16) {
		err = -EFAULT;
		goto out;
	}
	err = prepare_device();
out:
	unpin_user_pages(pages, got);
	return err;
}

/* The caller finds the pages in its object, and drops them. */
static int kept_in_object(struct region *region, unsigned long addr)
{
	int got;

	got = pin_user_pages_fast(addr, region->nr, FOLL_LONGTERM, region->pages);
	if (got < 0)
		return got;
	region->nr = got;
	return 0;
}
