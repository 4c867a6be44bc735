/* Labels, scopes, retries: where control goes decides what is still held. */

static int retry_the_call_ok(unsigned long addr)
{
	struct page *page;
	int got;

	do {
		got = pin_user_pages_fast(addr, 1, 0, &page);
	} while (got == -EAGAIN);
	if (got != 1)
		return got < 0 ? got : -EFAULT;
	unpin_user_page(page);
	return 0;
}

static int scope_left_bad(unsigned long addr, int nr)
{
	int i, err = 0;

	for (i = 0; i < nr; i++) {
		struct page *page;

		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &page) != 1) {
			err = -EFAULT;
			goto out;
		}
		err = start_device();
		if (err)
			goto out;
//                      ^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
		unpin_user_page(page);
	}
out:
	stop_device();
	return err;
}

static int scope_left_ok(unsigned long addr, int nr)
{
	int i, err = 0;

	for (i = 0; i < nr; i++) {
		struct page *page;

		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &page) != 1) {
			err = -EFAULT;
			goto out;
		}
		err = start_device();
		unpin_user_page(page);
		if (err)
			goto out;
	}
out:
	stop_device();
	return err;
}

/* The first page must not be forgotten when the slot is used again. */
static int two_in_turn_ok(unsigned long first, unsigned long second, phys_addr_t *where)
{
	struct page *page[1], *one, *two;
	int err = -EFAULT;

	if (pin_user_pages_fast(first, 1, 0, page) != 1)
		return -EFAULT;
	one = page[0];
	if (pin_user_pages_fast(second, 1, 0, page) != 1)
		goto drop_one;
	two = page[0];
	err = program_both(page_to_phys(one), page_to_phys(two));
	if (err)
		goto drop_two;
	where[0] = page_to_phys(one);
	where[1] = page_to_phys(two);
	return 0;

drop_two:
	unpin_user_page(two);
drop_one:
	unpin_user_page(one);
	return err;
}

static int two_in_turn_bad(unsigned long first, unsigned long second, phys_addr_t *where)
{
	struct page *page[1], *one, *two;
	int err = -EFAULT;

	if (pin_user_pages_fast(first, 1, 0, page) != 1)
		return -EFAULT;
	one = page[0];
	if (pin_user_pages_fast(second, 1, 0, page) != 1)
		goto out;
//              ^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	two = page[0];
	err = program_both(page_to_phys(one), page_to_phys(two));
	if (err)
		goto drop_two;
	where[0] = page_to_phys(one);
	where[1] = page_to_phys(two);
	return 0;

drop_two:
	unpin_user_page(two);
	unpin_user_page(one);
out:
	return err;
}

/* The callee keeps the element it failed on: the unwind starts behind it. */
static int after_failing_ok(struct pipe_inode_info *pipe, struct pipe_buffer *buf, unsigned long addr)
{
	struct page *pages[16];
	int i, got, err = 0;

	got = get_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++) {
		buf->page = pages[i];
		buf->offset = 0;
		buf->len = PAGE_SIZE;
		err = add_to_pipe(pipe, buf);
		if (err < 0)
			goto rest;
	}
	return 0;

rest:
	while (++i < got)
		put_page(pages[i]);
	return err;
}

static int nothing_after_bug_ok(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (PageTail(page))
		panic("a tail page");
	unpin_user_page(page);
	return 0;
}

/* Faulting in without an array takes no hold. */
static long fault_in_ok(unsigned long addr)
{
	long got;

	mmap_read_lock(current->mm);
	got = get_user_pages(addr, 1, 0, NULL);
	mmap_read_unlock(current->mm);
	return got == 1 ? 0 : -EFAULT;
}

static int configured_ok(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (IS_ENABLED(CONFIG_DEBUG_VM))
		check_frame(page_to_pfn(page));
#ifdef CONFIG_HIGHMEM
	flush_kernel_dcache();
#endif
	unpin_user_page(page);
	return 0;
}

static int ternary_release_ok(unsigned long addr, bool dirty)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	unpin_user_pages_dirty_lock(&page, 1, dirty ? true : false);
	return 0;
}

#define drop_and_return(page, value) ({ unpin_user_page(page); (value); })

static int statement_expression_ok(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	return drop_and_return(page, 0);
}
