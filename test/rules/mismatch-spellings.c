/* One hold, many ways to name its page: the release must still be of the same family. */

static void put_in_loop_bad(unsigned long addr, int nr)
{
	struct page *pages[32];
	int i, got;

	got = pin_user_pages_fast(addr, 32, 0, pages);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
//              ^^^^^^^^ release-mismatch: `pages` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
}

static void unpin_in_loop_ok(unsigned long addr, int nr)
{
	struct page *pages[32];
	int i, got;

	got = pin_user_pages_fast(addr, 32, 0, pages);
	for (i = 0; i < got; i++)
		unpin_user_page(pages[i]);
}

static int bulk_put_bad(unsigned long addr)
{
	struct page *pages[8];
	int got = pin_user_pages_fast(addr, 8, 0, pages);

	if (got <= 0)
		return -EFAULT;
	release_pages(pages, got);
//      ^^^^^^^^^^^^^ release-mismatch: `pages` carries pins (pin_user_pages_fast()); release_pages() drops a reference, and the pages carry none: use unpin_user_pages()
	return 0;
}

static int bulk_unpin_bad(unsigned long addr)
{
	struct page *pages[8];
	int got = get_user_pages_fast(addr, 8, 0, pages);

	if (got <= 0)
		return -EFAULT;
	unpin_user_pages(pages, got);
//      ^^^^^^^^^^^^^^^^ release-mismatch: `pages` carries references (get_user_pages_fast()); unpin_user_pages() drops a pin, and the pages carry none: use release_pages()
	return 0;
}

static int bulk_unpin_dirty_bad(unsigned long addr)
{
	struct page *pages[8];
	int got = get_user_pages_fast(addr, 8, 0, pages);

	if (got <= 0)
		return -EFAULT;
	unpin_user_pages_dirty_lock(pages, got, true);
//      ^^^^^^^^^^^^^^^^^^^^^^^^^^^ release-mismatch: `pages` carries references (get_user_pages_fast()); unpin_user_pages_dirty_lock() drops a pin, and the pages carry none: use put_page() or a relative of it
	return 0;
}

static int bulk_ok(unsigned long addr)
{
	struct page *pages[8];
	int got = get_user_pages_fast(addr, 8, 0, pages);

	if (got <= 0)
		return -EFAULT;
	release_pages(pages, got);
	return 0;
}

static long unlocked_put_bad(unsigned long addr)
{
	struct page *pages[4];
	long i, got;

	got = pin_user_pages_unlocked(addr, 4, pages, 0);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
//              ^^^^^^^^ release-mismatch: `pages` carries pins (pin_user_pages_unlocked()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
	return got;
}

static long unlocked_unpin_bad(unsigned long addr)
{
	struct page *pages[4];
	long got;

	got = get_user_pages_unlocked(addr, 4, pages, 0);
	if (got > 0)
		unpin_user_pages(pages, got);
//              ^^^^^^^^^^^^^^^^ release-mismatch: `pages` carries references (get_user_pages_unlocked()); unpin_user_pages() drops a pin, and the pages carry none: use release_pages()
	return got;
}

static long unlocked_ok(unsigned long addr)
{
	struct page *pages[4];
	long i, got;

	got = get_user_pages_unlocked(addr, 4, pages, 0);
	for (i = 0; i < got; i++)
		put_page(pages[i]);
	return got;
}

static int remote_put_bad(struct mm_struct *mm, unsigned long addr)
{
	struct page *page;
	int locked = 1;
	long got;

	mmap_read_lock(mm);
	got = pin_user_pages_remote(mm, addr, 1, FOLL_FORCE, &page, &locked);
	if (locked)
		mmap_read_unlock(mm);
	if (got != 1)
		return got < 0 ? got : -EFAULT;
	put_page(page);
//      ^^^^^^^^ release-mismatch: `page` carries pins (pin_user_pages_remote()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
	return 0;
}

static int remote_unpin_bad(struct mm_struct *mm, unsigned long addr)
{
	struct page *page;
	long got;

	mmap_read_lock(mm);
	got = get_user_pages_remote(mm, addr, 1, FOLL_FORCE, &page, NULL);
	mmap_read_unlock(mm);
	if (got != 1)
		return -EFAULT;
	unpin_user_page(page);
//      ^^^^^^^^^^^^^^^ release-mismatch: `page` carries references (get_user_pages_remote()); unpin_user_page() drops a pin, and the pages carry none: use put_page()
	return 0;
}

static int remote_ok(struct mm_struct *mm, unsigned long addr)
{
	struct page *page;
	long got;

	mmap_read_lock(mm);
	got = get_user_pages_remote(mm, addr, 1, FOLL_FORCE, &page, NULL);
	mmap_read_unlock(mm);
	if (got <= 0)
		return -EFAULT;
	put_page(page);
	return 0;
}

static int vma_remote_unpin_bad(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;
	struct page *page;

	page = get_user_page_vma_remote(mm, addr, 0, &vma);
	if (IS_ERR(page))
		return PTR_ERR(page);
	unpin_user_page(page);
//      ^^^^^^^^^^^^^^^ release-mismatch: `the pages` carries references (get_user_page_vma_remote()); unpin_user_page() drops a pin, and the pages carry none: use put_page()
	return 0;
}

static int vma_remote_ok(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;
	struct page *page;

	page = get_user_page_vma_remote(mm, addr, 0, &vma);
	if (IS_ERR(page))
		return PTR_ERR(page);
	put_page(page);
	return 0;
}

static int folio_view_bad(unsigned long addr)
{
	struct folio *folio;
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	folio = page_folio(page);
	folio_mark_dirty(folio);
	folio_put(folio);
//      ^^^^^^^^^ release-mismatch: `page` carries pins (pin_user_pages_fast()); folio_put() drops a reference, and the pages carry none: use unpin_folio()
	return 0;
}

static int folio_view_get_bad(unsigned long addr)
{
	struct folio *folio;
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	folio = page_folio(page);
	unpin_folio(folio);
//      ^^^^^^^^^^^ release-mismatch: `page` carries references (get_user_pages_fast()); unpin_folio() drops a pin, and the pages carry none: use folio_put()
	return 0;
}

static int folio_view_ok(unsigned long addr)
{
	struct folio *folio;
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	folio = page_folio(page);
	folio_mark_dirty(folio);
	unpin_user_folio(folio, 1);
	return 0;
}

static int folio_view_get_ok(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	folio_put(page_folio(page));
	return 0;
}

static long memfd_put_bad(struct file *file, loff_t end)
{
	struct folio *folios[16];
	pgoff_t offset;
	long i, got;

	got = memfd_pin_folios(file, 0, end, folios, 16, &offset);
	if (got <= 0)
		return got;
	for (i = 0; i < got; i++)
		folio_put(folios[i]);
//              ^^^^^^^^^ release-mismatch: `folios` carries pins (memfd_pin_folios()); folio_put() drops a reference, and the pages carry none: use unpin_folio()
	return 0;
}

static long memfd_ok(struct file *file, loff_t end)
{
	struct folio *folios[16];
	pgoff_t offset;
	long got;

	got = memfd_pin_folios(file, 0, end, folios, 16, &offset);
	if (got <= 0)
		return got;
	unpin_folios(folios, got);
	return 0;
}

static int pfn_round_trip_bad(unsigned long addr)
{
	unsigned long pfn;
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	pfn = page_to_pfn(page);
	poke_frame(pfn);
	put_page(pfn_to_page(pfn));
//      ^^^^^^^^ release-mismatch: `page` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
	return 0;
}

static int pfn_round_trip_ok(unsigned long addr)
{
	unsigned long pfn;
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	pfn = page_to_pfn(page);
	poke_frame(pfn);
	unpin_user_page(pfn_to_page(pfn));
	return 0;
}

static int physical_round_trip_bad(unsigned long addr)
{
	phys_addr_t where;
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	where = page_to_phys(page);
	program_device(where);
	put_page(phys_to_page(where));
//      ^^^^^^^^ release-mismatch: `page` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
	return 0;
}

static int physical_round_trip_ok(unsigned long addr)
{
	phys_addr_t where;
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	where = page_to_phys(page);
	program_device(where);
	unpin_user_page(phys_to_page(where));
	return 0;
}

static int mapped_address_bad(unsigned long addr, const void *data)
{
	struct page *page;
	void *kaddr;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	kaddr = kmap(page);
	memcpy(kaddr, data, PAGE_SIZE);
	kunmap(page);
	put_page(page);
//      ^^^^^^^^ release-mismatch: `page` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
	return 0;
}

static int mapped_address_ok(unsigned long addr, const void *data)
{
	struct page *page;
	void *kaddr;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	kaddr = kmap(page);
	memcpy(kaddr, data, PAGE_SIZE);
	kunmap(page);
	unpin_user_page(page);
	return 0;
}

static int first_slot_bad(unsigned long addr)
{
	struct page *pages[1];

	if (pin_user_pages_fast(addr, 1, 0, &pages[0]) != 1)
		return -EFAULT;
	put_page(*pages);
//      ^^^^^^^^ release-mismatch: `pages[0]` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
	return 0;
}

static int first_slot_ok(unsigned long addr)
{
	struct page *pages[1];

	if (pin_user_pages_fast(addr, 1, 0, &pages[0]) != 1)
		return -EFAULT;
	unpin_user_page(*pages);
	return 0;
}

static int alias_bad(unsigned long addr, int nr)
{
	struct page **pages, **cursor;
	int got, i;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	cursor = pages;
	got = pin_user_pages_fast(addr, nr, 0, cursor);
	for (i = 0; i < got; i++)
		put_page(cursor[i]);
//              ^^^^^^^^ release-mismatch: `cursor` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
	kfree(pages);
	return 0;
}

static int alias_ok(unsigned long addr, int nr)
{
	struct page **pages, **cursor;
	int got, i;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	cursor = pages;
	got = pin_user_pages_fast(addr, nr, 0, cursor);
	for (i = 0; i < got; i++)
		unpin_user_page(cursor[i]);
	kfree(pages);
	return 0;
}

static void local_in_loop_bad(unsigned long addr)
{
	struct page *pages[8];
	int i, got;

	got = pin_user_pages_fast(addr, 8, 0, pages);
	for (i = 0; i < got; i++) {
		struct page *page = pages[i];

		set_page_dirty_lock(page);
		put_page(page);
//              ^^^^^^^^ release-mismatch: `pages` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
	}
}

static void local_in_loop_ok(unsigned long addr)
{
	struct page *pages[8];
	int i, got;

	got = pin_user_pages_fast(addr, 8, 0, pages);
	for (i = 0; i < got; i++) {
		struct page *page = pages[i];

		set_page_dirty_lock(page);
		unpin_user_page(page);
	}
}

static int second_half_bad(unsigned long addr)
{
	struct page *pages[2];

	if (pin_user_pages_fast(addr, 1, 0, pages) != 1)
		return -EFAULT;
	if (get_user_pages_fast(addr + PAGE_SIZE, 1, 0, pages + 1) != 1) {
		unpin_user_page(pages[0]);
		return -EFAULT;
	}
	unpin_user_page(pages[0]);
	unpin_user_page(pages[1]);
//      ^^^^^^^^^^^^^^^ release-mismatch: `pages + 1` carries references (get_user_pages_fast()); unpin_user_page() drops a pin, and the pages carry none: use put_page()
	return 0;
}

static int second_half_ok(unsigned long addr)
{
	struct page *pages[2];

	if (pin_user_pages_fast(addr, 1, 0, pages) != 1)
		return -EFAULT;
	if (get_user_pages_fast(addr + PAGE_SIZE, 1, 0, pages + 1) != 1) {
		unpin_user_page(pages[0]);
		return -EFAULT;
	}
	unpin_user_page(pages[0]);
	put_page(pages[1]);
	return 0;
}

static int unwind_bad(unsigned long addr)
{
	struct page *page;
	int err;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	err = start_device();
	if (err)
		goto out_put;
	unpin_user_page(page);
	return 0;

out_put:
	put_page(page);
//      ^^^^^^^^ release-mismatch: `page` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
	return err;
}

static int unwind_ok(unsigned long addr)
{
	struct page *page;
	int err;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	err = start_device();
	if (err)
		goto out_unpin;
	unpin_user_page(page);
	return 0;

out_unpin:
	unpin_user_page(page);
	return err;
}

/* A reference of one's own on a pinned page is dropped as a reference. */
static int own_reference_ok(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	get_page(page);
	poke(page_address(page));
	put_page(page);
	unpin_user_page(page);
	return 0;
}

static int two_references_ok(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	get_page(page);
	put_page(page);
	put_page(page);
	return 0;
}

/* Pinned or allocated: the same test chooses how the page is got and how it is given back. */
static int two_sources_ok(unsigned long addr, bool user)
{
	struct page *page;

	if (user) {
		if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
			return -EFAULT;
	} else {
		page = alloc_page(GFP_KERNEL);
		if (!page)
			return -ENOMEM;
	}
	fill(page);
	if (user)
		unpin_user_page(page);
	else
		__free_page(page);
	return 0;
}

static int two_sources_bad(unsigned long addr, bool user)
{
	struct page *page;

	if (user) {
		if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
			return -EFAULT;
	} else {
		page = alloc_page(GFP_KERNEL);
		if (!page)
			return -ENOMEM;
	}
	fill(page);
	if (user)
		__free_page(page);
//              ^^^^^^^^^^^ release-mismatch: `page` carries pins (pin_user_pages_fast()); __free_page() gives memory back to the allocator, and these pages belong to the process they were taken from: use unpin_user_page()
	else
		__free_page(page);
	return 0;
}

/* Nobody knows here what hold the page carries. */
static void unknown_origin_ok(unsigned long pfn, bool pinned)
{
	struct page *page = pfn_to_page(pfn);

	if (pinned)
		unpin_user_page(page);
	else
		put_page(page);
}

static int free_pages_bad(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	__free_pages(page, 0);
//      ^^^^^^^^^^^^ release-mismatch: `page` carries pins (pin_user_pages_fast()); __free_pages() gives memory back to the allocator, and these pages belong to the process they were taken from: use unpin_user_page() or a relative of it
	return 0;
}

enum lane { LANE_PIN, LANE_REF };

static int switch_ok(unsigned long addr, enum lane lane)
{
	struct page *page;
	int got;

	switch (lane) {
	case LANE_PIN:
		got = pin_user_pages_fast(addr, 1, 0, &page);
		break;
	case LANE_REF:
		got = get_user_pages_fast(addr, 1, 0, &page);
		break;
	default:
		return -EINVAL;
	}
	if (got != 1)
		return -EFAULT;
	fill(page);
	switch (lane) {
	case LANE_PIN:
		unpin_user_page(page);
		break;
	case LANE_REF:
		put_page(page);
		break;
	}
	return 0;
}

static int switch_bad(unsigned long addr, enum lane lane)
{
	struct page *page;
	int got;

	switch (lane) {
	case LANE_PIN:
		got = pin_user_pages_fast(addr, 1, 0, &page);
		break;
	case LANE_REF:
		got = get_user_pages_fast(addr, 1, 0, &page);
		break;
	default:
		return -EINVAL;
	}
	if (got != 1)
		return -EFAULT;
	fill(page);
	switch (lane) {
	case LANE_PIN:
		put_page(page);
//              ^^^^^^^^ release-mismatch: `page` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
		break;
	case LANE_REF:
		put_page(page);
		break;
	}
	return 0;
}

static void walking_pointer_bad(unsigned long addr)
{
	struct page *pages[8], **p;
	int got;

	got = get_user_pages_fast(addr, 8, 0, pages);
	for (p = pages; got > 0; got--, p++)
		unpin_user_page(*p);
//              ^^^^^^^^^^^^^^^ release-mismatch: `pages` carries references (get_user_pages_fast()); unpin_user_page() drops a pin, and the pages carry none: use put_page()
}

static void walking_pointer_ok(unsigned long addr)
{
	struct page *pages[8], **p;
	int got;

	got = get_user_pages_fast(addr, 8, 0, pages);
	for (p = pages; got > 0; got--, p++)
		put_page(*p);
}

/* The loop between counts further than any path is followed turn by turn. */
static int summed_up_bad(unsigned long addr, u32 *sum)
{
	struct page *page;
	u8 *bytes;
	int i;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	bytes = kmap_local_page(page);
	*sum = 0;
	for (i = 0; i < PAGE_SIZE; i++)
		*sum += bytes[i];
	kunmap_local(bytes);
	put_page(page);
//      ^^^^^^^^ release-mismatch: `page` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
	return 0;
}
