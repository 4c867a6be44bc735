/* The array's own life: freed on every path, by the function of its allocator. */

static int lost_on_error_bad(unsigned long addr, int nr)
{
	struct page **pages;
	int got;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = get_user_pages_fast(addr, nr, 0, pages);
	if (got <= 0)
		return -EFAULT;
//              ^^^^^^^^^^^^^^^ page-array-leak: the page array `pages` was allocated by kcalloc(), and it is lost at this exit: kfree() it
	release_pages(pages, got);
	kfree(pages);
	return 0;
}

static int freed_on_error_ok(unsigned long addr, int nr)
{
	struct page **pages;
	int got;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = get_user_pages_fast(addr, nr, 0, pages);
	if (got <= 0)
		goto out;
	release_pages(pages, got);
out:
	kfree(pages);
	return got < 0 ? got : 0;
}

static int never_freed_bad(unsigned long addr, int nr)
{
	struct page **pages;
	int got;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
//              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ page-array-leak: the page array `pages` was allocated by kcalloc(), and no path of this function frees it: kfree() it
	if (!pages)
		return -ENOMEM;
	got = get_user_pages_fast(addr, nr, 0, pages);
	if (got > 0)
		release_pages(pages, got);
	return got;
}

/* One finding names both. */
static int lost_with_its_pages_bad(unsigned long addr, int nr)
{
	struct page **pages;
	int got, err;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = get_user_pages_fast(addr, nr, 0, pages);
	if (got <= 0) {
		kfree(pages);
		return -EFAULT;
	}
	err = start_device();
	if (err)
		return err;
//              ^^^^^^^^^^^ page-leak: `pages` (references from get_user_pages_fast()) are lost at this exit, and with them the array `pages`: other exits release them, this one does not
	release_pages(pages, got);
	kfree(pages);
	return 0;
}

static int kfree_of_kvcalloc_bad(unsigned long addr, int nr)
{
	struct page **pages;
	int got;

	pages = kvcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = get_user_pages_fast(addr, nr, 0, pages);
	if (got > 0)
		release_pages(pages, got);
	kfree(pages);
//      ^^^^^ page-array-leak: `pages` is kvmalloc memory (kvcalloc()): kfree() cannot free it, kvfree() does
	return got;
}

static int kfree_of_vmalloc_bad(unsigned long addr, int nr)
{
	struct page **pages;
	int got;

	pages = vmalloc(array_size(nr, sizeof(*pages)));
	if (!pages)
		return -ENOMEM;
	got = get_user_pages_fast(addr, nr, 0, pages);
	if (got > 0)
		release_pages(pages, got);
	kfree(pages);
//      ^^^^^ page-array-leak: `pages` is vmalloc memory (vmalloc()): kfree() cannot free it, vfree() does
	return got;
}

static int vfree_of_kmalloc_bad(unsigned long addr, int nr)
{
	struct page **pages;
	int got;

	pages = kmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = get_user_pages_fast(addr, nr, 0, pages);
	if (got > 0)
		release_pages(pages, got);
	vfree(pages);
//      ^^^^^ page-array-leak: `pages` is kmalloc memory (kmalloc_array()): vfree() cannot free it, kfree() does
	return got;
}

/* kvfree() asks where the memory lies: it frees all of them. */
static int kvfree_of_any_ok(unsigned long addr, int nr, bool large)
{
	struct page **pages;
	int got;

	if (large)
		pages = vmalloc(array_size(nr, sizeof(*pages)));
	else
		pages = kmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = get_user_pages_fast(addr, nr, 0, pages);
	if (got > 0)
		release_pages(pages, got);
	kvfree(pages);
	return got;
}

static int two_allocators_ok(unsigned long addr, int nr)
{
	bool large = nr > 512;
	struct page **pages;
	int got;

	if (large)
		pages = vmalloc(array_size(nr, sizeof(*pages)));
	else
		pages = kmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = get_user_pages_fast(addr, nr, 0, pages);
	if (got > 0)
		release_pages(pages, got);
	if (large)
		vfree(pages);
	else
		kfree(pages);
	return got;
}

static int page_of_pointers_ok(unsigned long addr)
{
	struct page **pages;
	int got;

	pages = (struct page **)__get_free_page(GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, PAGE_SIZE / sizeof(*pages), 0, pages);
	if (got > 0)
		unpin_user_pages(pages, got);
	free_page((unsigned long)pages);
	return got;
}

static int page_of_pointers_bad(unsigned long addr)
{
	struct page **pages;
	int got;

	pages = (struct page **)__get_free_page(GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, PAGE_SIZE / sizeof(*pages), 0, pages);
	if (got <= 0)
		return -EFAULT;
//              ^^^^^^^^^^^^^^^ page-array-leak: the page array `pages` was allocated by __get_free_page(), and it is lost at this exit: free_page() it
	unpin_user_pages(pages, got);
	free_page((unsigned long)pages);
	return 0;
}

static int stack_array_ok(unsigned long addr)
{
	struct page *pages[4];
	int got = pin_user_pages_fast(addr, 4, 0, pages);

	if (got > 0)
		unpin_user_pages(pages, got);
	return got;
}

static int second_allocation_bad(unsigned long addr, int nr)
{
	struct scatterlist *sg;
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	sg = kmalloc_array(nr, sizeof(*sg), GFP_KERNEL);
	if (!sg)
		return -ENOMEM;
//              ^^^^^^^^^^^^^^^ page-array-leak: the page array `pages` was allocated by kvmalloc_array(), and it is lost at this exit: kvfree() it
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got > 0)
		unpin_user_pages(pages, got);
	kfree(sg);
	kvfree(pages);
	return got;
}

static int second_allocation_ok(unsigned long addr, int nr)
{
	struct scatterlist *sg;
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	sg = kmalloc_array(nr, sizeof(*sg), GFP_KERNEL);
	if (!sg) {
		kvfree(pages);
		return -ENOMEM;
	}
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got > 0)
		unpin_user_pages(pages, got);
	kfree(sg);
	kvfree(pages);
	return got;
}

static int null_is_freed_ok(unsigned long addr, int nr)
{
	struct page **pages = NULL;
	int got = -EINVAL;

	if (nr <= 0)
		goto out;
	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages) {
		got = -ENOMEM;
		goto out;
	}
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got > 0)
		unpin_user_pages(pages, got);
out:
	kvfree(pages);
	return got;
}

static int device_managed_ok(struct device *dev, unsigned long addr, int nr)
{
	struct page **pages;
	int got;

	pages = devm_kcalloc(dev, nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got <= 0)
		return -EFAULT;
	unpin_user_pages(pages, got);
	return 0;
}
