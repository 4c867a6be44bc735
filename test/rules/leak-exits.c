/* Ways out of a function that forget the pages, each beside the one that does not. */

static int early_return_bad(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (!device_ready())
		return -ENODEV;
//              ^^^^^^^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	unpin_user_page(page);
	return 0;
}

static int early_return_ok(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (!device_ready()) {
		unpin_user_page(page);
		return -ENODEV;
	}
	unpin_user_page(page);
	return 0;
}

static int never_released_bad(unsigned long addr)
{
	struct page *page;
	int got;

	got = pin_user_pages_fast(addr, 1, 0, &page);
//            ^^^^^^^^^^^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()): no path of this function releases them or hands them on
	if (got != 1)
		return -EFAULT;
	set_page_dirty_lock(page);
	return 0;
}

static int wrong_label_bad(unsigned long addr, int nr)
{
	struct page **pages;
	int got, err;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got <= 0) {
		err = -EFAULT;
		goto out_free;
	}
	err = start_device();
	if (err)
		goto out_free;
//              ^^^^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	unpin_user_pages(pages, got);
out_free:
	kvfree(pages);
	return err;
}

static int right_label_ok(unsigned long addr, int nr)
{
	struct page **pages;
	int got, err;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got <= 0) {
		err = -EFAULT;
		goto out_free;
	}
	err = start_device();
	if (err)
		goto out_unpin;
	err = wait_for_device();
out_unpin:
	unpin_user_pages(pages, got);
out_free:
	kvfree(pages);
	return err;
}

static int short_pin_bad(unsigned long addr, int nr)
{
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got != nr) {
		kvfree(pages);
		return got < 0 ? got : -EFAULT;
//              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	}
	unpin_user_pages(pages, nr);
	kvfree(pages);
	return 0;
}

static int short_pin_ok(unsigned long addr, int nr)
{
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return got < 0 ? got : -EFAULT;
	}
	unpin_user_pages(pages, nr);
	kvfree(pages);
	return 0;
}

static int ternary_bad(unsigned long addr)
{
	struct page *pages[4];
	int got = pin_user_pages_fast(addr, 4, 0, pages);

	if (got < 4)
		return got < 0 ? got : -EINVAL;
//              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	unpin_user_pages(pages, 4);
	return 0;
}

static int switch_case_bad(unsigned long addr, int command)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	switch (command) {
	case 1:
		fill(page);
		break;
	case 2:
		clear_page(page_address(page));
		break;
	default:
		return -ENOTTY;
//              ^^^^^^^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	}
	unpin_user_page(page);
	return 0;
}

static int switch_case_ok(unsigned long addr, int command)
{
	struct page *page;
	int err = 0;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	switch (command) {
	case 1:
		fill(page);
		break;
	case 2:
		clear_page(page_address(page));
		break;
	default:
		err = -ENOTTY;
	}
	unpin_user_page(page);
	return err;
}

static int short_circuit_bad(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1 || !device_ready())
		return -EFAULT;
//              ^^^^^^^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	unpin_user_page(page);
	return 0;
}

static int short_circuit_ok(unsigned long addr)
{
	struct page *page;

	if (!device_ready() || pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	return 0;
}

static int second_fails_bad(unsigned long from, unsigned long to)
{
	struct page *src, *dst;

	if (pin_user_pages_fast(from, 1, 0, &src) != 1)
		return -EFAULT;
	if (pin_user_pages_fast(to, 1, 0, &dst) != 1)
		return -EFAULT;
//              ^^^^^^^^^^^^^^^ page-leak: `src` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	copy_highpage(dst, src);
	unpin_user_page(dst);
	unpin_user_page(src);
	return 0;
}

static int second_fails_ok(unsigned long from, unsigned long to)
{
	struct page *src, *dst;

	if (pin_user_pages_fast(from, 1, 0, &src) != 1)
		return -EFAULT;
	if (pin_user_pages_fast(to, 1, 0, &dst) != 1) {
		unpin_user_page(src);
		return -EFAULT;
	}
	copy_highpage(dst, src);
	unpin_user_page(dst);
	unpin_user_page(src);
	return 0;
}

static int overwritten_bad(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (pin_user_pages_fast(addr + PAGE_SIZE, 1, 0, &page) != 1) {
		unpin_user_page(page);
		return -EFAULT;
	}
	unpin_user_page(page);
	return 0;
//      ^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
}

static void *mapping_fails_bad(unsigned long addr)
{
	struct page *pages[4];
	void *vaddr;
	int got;

	got = pin_user_pages_fast(addr, 4, 0, pages);
	if (got != 4) {
		if (got > 0)
			unpin_user_pages(pages, got);
		return NULL;
	}
	vaddr = vmap(pages, 4, VM_MAP, PAGE_KERNEL);
	if (!vaddr)
		return NULL;
//              ^^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	scan(vaddr);
	vunmap(vaddr);
	unpin_user_pages(pages, 4);
	return NULL;
}

static void mapping_fails_ok(unsigned long addr)
{
	struct page *pages[4];
	void *vaddr;
	int got;

	got = pin_user_pages_fast(addr, 4, 0, pages);
	if (got != 4) {
		if (got > 0)
			unpin_user_pages(pages, got);
		return;
	}
	vaddr = vmap(pages, 4, VM_MAP, PAGE_KERNEL);
	if (vaddr) {
		scan(vaddr);
		vunmap(vaddr);
	}
	unpin_user_pages(pages, 4);
}

static int table_fails_bad(struct device *dev, unsigned long addr)
{
	struct sg_table table;
	struct page *pages[4];
	int got, err;

	got = pin_user_pages_fast(addr, 4, 0, pages);
	if (got <= 0)
		return -EFAULT;
	err = sg_alloc_table_from_pages(&table, pages, got, 0, got * PAGE_SIZE, GFP_KERNEL);
	if (err)
		return err;
//              ^^^^^^^^^^^ page-leak: `pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	err = dma_map_sgtable(dev, &table, DMA_FROM_DEVICE, 0);
	if (!err) {
		run_transfer(&table);
		dma_unmap_sgtable(dev, &table, DMA_FROM_DEVICE, 0);
	}
	sg_free_table(&table);
	unpin_user_pages_dirty_lock(pages, got, true);
	return err;
}

static int table_fails_ok(struct device *dev, unsigned long addr)
{
	struct sg_table table;
	struct page *pages[4];
	int got, err;

	got = pin_user_pages_fast(addr, 4, 0, pages);
	if (got <= 0)
		return -EFAULT;
	err = sg_alloc_table_from_pages(&table, pages, got, 0, got * PAGE_SIZE, GFP_KERNEL);
	if (err)
		goto out;
	err = dma_map_sgtable(dev, &table, DMA_FROM_DEVICE, 0);
	if (!err) {
		run_transfer(&table);
		dma_unmap_sgtable(dev, &table, DMA_FROM_DEVICE, 0);
	}
	sg_free_table(&table);
out:
	unpin_user_pages_dirty_lock(pages, got, true);
	return err;
}

static int lock_on_the_way_bad(struct mutex *lock, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (mutex_lock_interruptible(lock))
		return -ERESTARTSYS;
//              ^^^^^^^^^^^^^^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	fill(page);
	mutex_unlock(lock);
	unpin_user_page(page);
	return 0;
}

static int interrupted_wait_ok(struct completion *done, unsigned long addr)
{
	struct page *page;
	int err;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	err = wait_for_completion_interruptible(done);
	unpin_user_page(page);
	return err;
}

/* What cannot happen need not be cleaned up. */
static int warned_off_ok(unsigned long addr)
{
	struct page *pages[4];
	int got;

	got = pin_user_pages_fast(addr, 4, 0, pages);
	if (got <= 0)
		return -EFAULT;
	if (WARN_ON_ONCE(got > 4))
		return -EIO;
	unpin_user_pages(pages, got);
	return 0;
}

/* The kernel stops there. */
static int bug_ok(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (!page_mapped(page))
		BUG();
	BUG_ON(PageSlab(page));
	unpin_user_page(page);
	return 0;
}

static void void_function_bad(unsigned long addr, bool quiet)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return;
	if (quiet)
		return;
//              ^^^^^^^ page-leak: `page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	report_frame(page_to_pfn(page));
	unpin_user_page(page);
}

static void void_function_ok(unsigned long addr, bool quiet)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return;
	if (!quiet)
		report_frame(page_to_pfn(page));
	unpin_user_page(page);
}

static struct page *page_or_null_ok(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return NULL;
	if (PageHighMem(page)) {
		put_page(page);
		return NULL;
	}
	return page;
}

static struct page *page_or_null_bad(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return NULL;
	if (PageHighMem(page))
		return NULL;
//              ^^^^^^^^^^^^ page-leak: `page` (references from get_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	return page;
}

static struct page *error_pointer_bad(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return ERR_PTR(-EFAULT);
	if (PageHighMem(page))
		return ERR_PTR(-EINVAL);
//              ^^^^^^^^^^^^^^^^^^^^^^^^ page-leak: `page` (references from get_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	return page;
}

static struct page *error_pointer_ok(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return ERR_PTR(-EFAULT);
	if (PageHighMem(page)) {
		put_page(page);
		page = ERR_PTR(-EINVAL);
	}
	return page;
}

static int out_parameter_ok(unsigned long addr, struct page **result)
{
	struct page *page;
	int got;

	got = get_user_pages_fast(addr, 1, 0, &page);
	if (got != 1)
		return got < 0 ? got : -EFAULT;
	*result = page;
	return 0;
}

static int out_parameter_bad(unsigned long addr, struct page **result)
{
	struct page *page;
	int got;

	got = get_user_pages_fast(addr, 1, 0, &page);
	if (got != 1)
		return got < 0 ? got : -EFAULT;
	if (PageReserved(page))
		return -EPERM;
//              ^^^^^^^^^^^^^^ page-leak: `page` (references from get_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	*result = page;
	return 0;
}

/* A failed call leaves the slot as it was. */
static int preset_null_ok(unsigned long addr)
{
	struct page *page = NULL;
	int err = 0;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1) {
		err = -EFAULT;
		goto out;
	}
	err = start_device();
	if (err)
		goto out;
	err = wait_for_device();
out:
	if (page)
		unpin_user_page(page);
	return err;
}
