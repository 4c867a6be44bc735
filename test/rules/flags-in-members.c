/* Bits that are set and cleared in a member say the same wherever they are asked for. */

enum { AREA_MAPPED = 1, AREA_PINNED = 2, AREA_SHARED = 4 };

struct area {
	struct page **pages;
	unsigned long nr;
	unsigned flags;
};

static int set_and_asked_ok(struct area *area, unsigned long addr, int nr)
{
	int got = pin_user_pages_fast(addr, nr, 0, area->pages);

	if (got <= 0)
		return -EFAULT;
	area->flags |= AREA_PINNED;
	if (area->flags & AREA_PINNED)
		unpin_user_pages(area->pages, got);
	else
		release_pages(area->pages, got);
	return 0;
}

static int another_bit_ok(struct area *area, unsigned long addr, int nr, int map)
{
	int got = pin_user_pages_fast(addr, nr, 0, area->pages);

	if (got <= 0)
		return -EFAULT;
	area->flags |= AREA_PINNED;
	if (map)
		area->flags |= AREA_MAPPED;
	area->flags &= ~AREA_SHARED;
	if (area->flags & AREA_PINNED)
		unpin_user_pages(area->pages, got);
	else
		release_pages(area->pages, got);
	return 0;
}

static int numbers_ok(struct area *area, unsigned long addr, int nr, int map)
{
	int got = pin_user_pages_fast(addr, nr, 0, area->pages);

	if (got <= 0)
		return -EFAULT;
	area->flags |= 2;
	if (map)
		area->flags |= 8;
	if (area->flags & 2)
		unpin_user_pages(area->pages, got);
	else
		release_pages(area->pages, got);
	return 0;
}

static int cleared_bad(struct area *area, unsigned long addr, int nr)
{
	int got = pin_user_pages_fast(addr, nr, 0, area->pages);

	if (got <= 0)
		return -EFAULT;
	area->flags |= AREA_PINNED;
	area->flags &= ~AREA_PINNED;
	if (area->flags & AREA_PINNED)
		unpin_user_pages(area->pages, got);
	else
		release_pages(area->pages, got);
//              ^^^^^^^^^^^^^ release-mismatch: `area->pages` carries pins (pin_user_pages_fast()); release_pages() drops a reference, and the pages carry none: use unpin_user_pages()
	return 0;
}

static int wrong_bit_bad(struct area *area, unsigned long addr)
{
	struct page *pages[8];
	int got = pin_user_pages_fast(addr, 8, 0, pages);
//                ^^^^^^^^^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()): no path of this function releases them or hands them on

	if (got <= 0)
		return -EFAULT;
	area->flags |= AREA_PINNED | AREA_MAPPED;
	if (!(area->flags & AREA_MAPPED))
		unpin_user_pages(pages, got);
	return 0;
}
