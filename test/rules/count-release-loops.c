/* One set of pins, and the many loops that give it back. */

static int upward_ok(unsigned long addr)
{
	struct page *pages[16];
	int i;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = 0; i < got; i++)
		unpin_user_page(pages[i]);
	return 0;
}

static int upward_not_equal_ok(unsigned long addr)
{
	struct page *pages[16];
	int i;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = 0; i != got; i++)
		unpin_user_page(pages[i]);
	return 0;
}

static int upward_unsigned_ok(unsigned long addr)
{
	struct page *pages[16];
	unsigned int i;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = 0; i < got; i++)
		unpin_user_page(pages[i]);
	return 0;
}

static int upward_long_ok(unsigned long addr)
{
	struct page *pages[16];
	unsigned long i;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = 0; i < got; ++i)
		unpin_user_page(pages[i]);
	return 0;
}

static int downward_ok(unsigned long addr)
{
	struct page *pages[16];
	int i;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = got - 1; i >= 0; i--)
		unpin_user_page(pages[i]);
	return 0;
}

static int downward_from_ok(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	{
		int i = got;

		while (i--)
			unpin_user_page(pages[i]);
	}
	return 0;
}

static int downward_before_ok(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	{
		int i = got;

		while (--i >= 0)
			unpin_user_page(pages[i]);
	}
	return 0;
}

static int downward_above_ok(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	{
		int i = got;

		while (i > 0)
			unpin_user_page(pages[--i]);
	}
	return 0;
}

static int downward_true_ok(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	{
		int i = got;

		while (i)
			unpin_user_page(pages[--i]);
	}
	return 0;
}

static int downward_for_ok(unsigned long addr)
{
	struct page *pages[16];
	int i;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = got; i--; )
		unpin_user_page(pages[i]);
	return 0;
}

static int of_the_count_ok(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	while (got--)
		unpin_user_page(pages[got]);
	return 0;
}

static int of_the_count_before_ok(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	while (--got >= 0)
		unpin_user_page(pages[got]);
	return 0;
}

static int do_while_ok(unsigned long addr)
{
	struct page *pages[16];
	int i = 0;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	do {
		unpin_user_page(pages[i]);
	} while (++i < got);
	return 0;
}

static int do_while_after_ok(unsigned long addr)
{
	struct page *pages[16];
	int i = 0;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	do {
		unpin_user_page(pages[i++]);
	} while (i < got);
	return 0;
}

static int forever_ok(unsigned long addr)
{
	struct page *pages[16];
	int i = 0;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (;;) {
		if (i >= got)
			break;
		unpin_user_page(pages[i++]);
	}
	return 0;
}

static int pointer_ok(unsigned long addr)
{
	struct page *pages[16];
	struct page **p = pages;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	while (p < pages + got)
		unpin_user_page(*p++);
	return 0;
}

static int pointer_to_end_ok(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	{
		struct page **p, **end = pages + got;

		for (p = pages; p != end; p++)
			unpin_user_page(*p);
	}
	return 0;
}

static int pointer_indexed_ok(unsigned long addr)
{
	struct page *pages[16];
	struct page **p = pages;
	int i;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = 0; i < got; i++)
		unpin_user_page(*p++);
	return 0;
}

static int offset_ok(unsigned long addr)
{
	struct page *pages[16];
	int i;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = 0; i < got; i++)
		unpin_user_page(*(pages + i));
	return 0;
}

static int first_apart_ok(unsigned long addr)
{
	struct page *pages[16];
	int i;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	unpin_user_page(pages[0]);
	for (i = 1; i < got; i++)
		unpin_user_page(pages[i]);
	return 0;
}

static int first_in_bulk_ok(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	unpin_user_page(pages[0]);
	unpin_user_pages(pages + 1, got - 1);
	return 0;
}

static int halves_ok(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	{
		int half = got / 2;

		unpin_user_pages(pages, half);
		unpin_user_pages(pages + half, got - half);
	}
	return 0;
}

static int last_apart_ok(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	unpin_user_page(pages[got - 1]);
	unpin_user_pages(pages, got - 1);
	return 0;
}

static int cleared_ok(unsigned long addr)
{
	struct page *pages[16];
	int i;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = 0; i < got; i++) {
		unpin_user_page(pages[i]);
		pages[i] = NULL;
	}
	return 0;
}

static int dirtied_ok(unsigned long addr)
{
	struct page *pages[16];
	int i;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = 0; i < got; i++) {
		if (!PageReserved(pages[i]))
			set_page_dirty_lock(pages[i]);
		unpin_user_page(pages[i]);
	}
	return 0;
}

static int if_set_ok(unsigned long addr)
{
	struct page *pages[16];
	int i;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = 0; i < got; i++)
		if (pages[i])
			unpin_user_page(pages[i]);
	return 0;
}

static int one_by_one_in_bulk_ok(unsigned long addr)
{
	struct page *pages[16];
	int i;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = 0; i < got; i++)
		unpin_user_pages(&pages[i], 1);
	return 0;
}

static int by_folio_ok(unsigned long addr)
{
	struct page *pages[16];
	int i;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = 0; i < got; i++)
		unpin_user_folio(page_folio(pages[i]), 1);
	return 0;
}

static int in_batches_ok(unsigned long addr)
{
	struct page *pages[16];
	int i, n;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = 0; i < got; i += n) {
		n = min(got - i, 4);
		unpin_user_pages(pages + i, n);
	}
	return 0;
}

static int one_too_many_bad(unsigned long addr)
{
	struct page *pages[17];
	int i;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = 0; i <= got; i++)
		unpin_user_page(pages[i]);
//              ^^^^^^^^^^^^^^^ release-count: unpin_user_page() of `pages` counts the pages asked for, but pin_user_pages_fast() may have obtained fewer: the slots behind hold no page of this call
	return 0;
}

static int from_behind_the_end_bad(unsigned long addr)
{
	struct page *pages[17];
	int i;
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	for (i = got; i >= 0; i--)
		unpin_user_page(pages[i]);
//              ^^^^^^^^^^^^^^^ release-count: unpin_user_page() of `pages` counts the pages asked for, but pin_user_pages_fast() may have obtained fewer: the slots behind hold no page of this call
	return 0;
}

static int pointer_counted_ok(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	fill(pages[0]);
	{
		struct page **p = pages;
		int left = got;

		while (left-- > 0)
			unpin_user_page(*p++);
	}
	return 0;
}
