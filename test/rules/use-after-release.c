/* Pages that are used after their hold was dropped, and the orders that are right. */

struct page;
struct request {
	struct page *page;
	void *address;
};

int mapped_after_put(unsigned long addr, unsigned long *value)
{
	struct page *page;
	unsigned long *kaddr;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	put_page(page);
	kaddr = kmap_local_page(page);
//                              ^^^^ use-after-release: kmap_local_page() uses `page` after put_page() dropped the hold on it: release after the last use
	*value = kaddr[0];
	kunmap_local(kaddr);
	return 0;
}

int mapped_before_put(unsigned long addr, unsigned long *value)
{
	struct page *page;
	unsigned long *kaddr;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	kaddr = kmap_local_page(page);
	*value = kaddr[0];
	kunmap_local(kaddr);
	put_page(page);
	return 0;
}

int read_through_old_address(unsigned long addr, unsigned long *value)
{
	struct page *page;
	unsigned long *kaddr;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	kaddr = page_address(page);
	unpin_user_page(page);
	*value = *(kaddr + 3);
//               ^^^^^^^^^^^^ use-after-release: `*(kaddr + 3)` lies in a page of `page`, on which unpin_user_page() dropped the hold before: release after the last use
	return 0;
}

int written_through_old_address(unsigned long addr, int value)
{
	struct page *page;
	int *kaddr;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	kaddr = kmap_local_page(page);
	unpin_user_page(page);
	kaddr[offset_in_page(addr)] = value;
//      ^^^^^^^^^^^^^^^^^^^^^^^^^^^ use-after-release: `kaddr[offset_in_page(addr)]` lies in a page of `page`, on which unpin_user_page() dropped the hold before: release after the last use
	kunmap_local(kaddr);
	return 0;
}

int asked_through_old_address(unsigned long addr)
{
	struct page *page;
	int *kaddr;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	kaddr = kmap_local_page(page);
	unpin_user_page(page);
	if (*kaddr)
//          ^^^^^^ use-after-release: `*kaddr` lies in a page of `page`, on which unpin_user_page() dropped the hold before: release after the last use
		return -EBUSY;
	return 0;
}

int copied_after_unpin(unsigned long addr, void *to)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	memcpy_from_page(to, page, 0, PAGE_SIZE);
//                           ^^^^ use-after-release: memcpy_from_page() uses `page` after unpin_user_page() dropped the hold on it: release after the last use
	return 0;
}

int copied_from_old_address(unsigned long addr, void *to)
{
	struct page *page;
	void *kaddr;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	kaddr = kmap_local_page(page);
	unpin_user_page(page);
	memcpy(to, kaddr + 8, 16);
//                 ^^^^^^^^^ use-after-release: memcpy() uses `kaddr + 8` after unpin_user_page() dropped the hold on `page`: release after the last use
	kunmap_local(kaddr);
	return 0;
}

/* The mapping may be ended after the page was let go. */
int unmapped_after_unpin(unsigned long addr, void *to)
{
	struct page *page;
	void *kaddr;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	kaddr = kmap_local_page(page);
	memcpy(to, kaddr, 16);
	unpin_user_page(page);
	kunmap_local(kaddr);
	return 0;
}

int slot_mapped_in_the_loop(unsigned long addr, int nr, struct page **pages)
{
	int pinned = pin_user_pages_fast(addr, nr, 0, pages);
	int i;

	if (pinned < 0)
		return pinned;
	for (i = 0; i < pinned; i++) {
		unpin_user_page(pages[i]);
		clear_highpage(pages[i]);
//                             ^^^^^^^^ use-after-release: clear_highpage() uses `pages[i]` after unpin_user_page() dropped the hold on `pages`: release after the last use
	}
	return 0;
}

int slot_cleared_then_unpinned(unsigned long addr, int nr, struct page **pages)
{
	int pinned = pin_user_pages_fast(addr, nr, 0, pages);
	int i;

	if (pinned < 0)
		return pinned;
	for (i = 0; i < pinned; i++) {
		clear_highpage(pages[i]);
		set_page_dirty_lock(pages[i]);
		unpin_user_page(pages[i]);
	}
	return 0;
}

int dirtied_after_bulk_unpin(unsigned long addr, int nr, struct page **pages)
{
	int pinned = pin_user_pages_fast(addr, nr, 0, pages);
	int i;

	if (pinned <= 0)
		return -EFAULT;
	unpin_user_pages(pages, pinned);
	for (i = 0; i < pinned; i++)
		set_page_dirty_lock(pages[i]);
//                                  ^^^^^^^^ use-after-release: set_page_dirty_lock() uses `pages[i]` after unpin_user_pages() dropped the hold on `pages`: release after the last use
	return 0;
}

int array_listed_after_unpin(unsigned long addr, int nr, struct page **pages, struct sg_table *table)
{
	int pinned = pin_user_pages_fast(addr, nr, 0, pages);

	if (pinned != nr)
		goto unpin;
	unpin_user_pages(pages, nr);
	return sg_alloc_table_from_pages(table, pages, nr, 0, nr * PAGE_SIZE, GFP_KERNEL);
//                                              ^^^^^ use-after-release: sg_alloc_table_from_pages() uses `pages` after unpin_user_pages() dropped the hold on it: release after the last use
unpin:
	if (pinned > 0)
		unpin_user_pages(pages, pinned);
	return -EFAULT;
}

int array_mapped_after_unpin(unsigned long addr, int nr, struct page **pages, void **address)
{
	int pinned = pin_user_pages_fast(addr, nr, 0, pages);

	if (pinned <= 0)
		return -EFAULT;
	unpin_user_pages(pages, pinned);
	*address = vmap(pages, pinned, VM_MAP, PAGE_KERNEL);
//                      ^^^^^ use-after-release: vmap() uses `pages` after unpin_user_pages() dropped the hold on it: release after the last use
	return 0;
}

/* The array itself is the caller's: it may be cleared or filled again. */
int array_reused_after_unpin(unsigned long addr, int nr, struct page **pages)
{
	int pinned = pin_user_pages_fast(addr, nr, 0, pages);

	if (pinned <= 0)
		return -EFAULT;
	unpin_user_pages(pages, pinned);
	memset(pages, 0, nr * sizeof(*pages));
	return 0;
}

int put_in_a_bio_after_unpin(unsigned long addr, struct bio *bio)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	return bio_add_page(bio, page, PAGE_SIZE, 0);
//                               ^^^^ use-after-release: bio_add_page() uses `page` after unpin_user_page() dropped the hold on it: release after the last use
}

int mapped_for_dma_after_unpin(struct device *dev, unsigned long addr, dma_addr_t *bus)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	*bus = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_TO_DEVICE);
//                               ^^^^ use-after-release: dma_map_page() uses `page` after unpin_user_page() dropped the hold on it: release after the last use
	return 0;
}

/* The second reference keeps it. */
int kept_by_another_reference(unsigned long addr, void *to)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	get_page(page);
	put_page(page);
	memcpy_from_page(to, page, 0, PAGE_SIZE);
	put_page(page);
	return 0;
}

/* The page cache, or whoever takes it with a reference of its own, keeps it. */
int kept_by_its_container(unsigned long addr, struct address_space *mapping)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (add_to_page_cache_lru(page, mapping, 0, GFP_KERNEL)) {
		put_page(page);
		return -ENOMEM;
	}
	put_page(page);
	clear_highpage(page);
	return 0;
}

/* A pointer may be compared, a number kept. */
int compared_after_put(unsigned long addr, struct page *other)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	put_page(page);
	pr_debug("page %p at pfn %lu\n", page, page_to_pfn(page));
	return page == other;
}

/* What is asked about the number of a page, or made of it, leaves the page alone. */
static int look_up(unsigned long addr, unsigned long *physical, unsigned long *pfn)
{
	struct page *page;

	if (get_user_pages(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	*physical = page_to_phys(page);
	*pfn = page_to_pfn(page);
	put_page(page);
	return 0;
}

int asked_about_a_number(unsigned long addr, unsigned long *result)
{
	unsigned long physical, pfn;

	if (look_up(addr, &physical, &pfn) || is_own_register(physical) || is_own_frame(pfn + 1))
		return -EINVAL;
	if (physical >= LAST_ADDRESS || (pfn & 7) == 0)
		return -ERANGE;
	*result = global_address(physical & ~(PAGE_SIZE - 1));
	return 0;
}

int followed_by_unknown(unsigned long addr)
{
	unsigned long pfn;
	struct page *page;
	void *content;

	if (get_user_pages(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	pfn = page_to_pfn(page);
	content = page_address(page);
	put_page(page);
	note_frame(pfn);
	return parse(content);
//                   ^^^^^^^ use-after-release (warning): parse() uses `content` after put_page() dropped the hold on `page` (unless somebody else holds it): release after the last use
}

/* What the next turn maps is another page. */
int next_turn(unsigned long addr, int nr, void *to)
{
	struct page *page;
	int i;

	for (i = 0; i < nr; i++) {
		if (get_user_pages_fast(addr + i * PAGE_SIZE, 1, 0, &page) != 1)
			return -EFAULT;
		memcpy_from_page(to, page, 0, PAGE_SIZE);
		put_page(page);
	}
	return 0;
}

int only_on_one_path(unsigned long addr, bool early, void *to)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (early)
		put_page(page);
	memcpy_from_page(to, page, 0, PAGE_SIZE);
//                           ^^^^ use-after-release: memcpy_from_page() uses `page` after put_page() dropped the hold on it: release after the last use
	if (!early)
		put_page(page);
	return 0;
}

int given_to_unknown_in_an_object(struct request *request, unsigned long addr)
{
	struct request local = {};
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	local.address = kmap_local_page(page);
	put_page(page);
	return carry_out(&local);
//                       ^^^^^^ use-after-release (warning): carry_out() uses `&local` after put_page() dropped the hold on `page` (unless somebody else holds it): release after the last use
}

static void drop(struct page *page)
{
	put_page(page);
}

int dropped_by_a_helper(unsigned long addr, void *to)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	drop(page);
	memcpy_from_page(to, page, 0, PAGE_SIZE);
//                           ^^^^ use-after-release: memcpy_from_page() uses `page` after put_page() dropped the hold on it: release after the last use
	return 0;
}

/* Whoever got it first may have a reference of its own. */
int perhaps_kept(struct request *request, unsigned long addr, void *to)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	remember(request, page);
	put_page(page);
	memcpy_from_page(to, page, 0, PAGE_SIZE);
//                           ^^^^ use-after-release (warning): memcpy_from_page() uses `page` after put_page() dropped the hold on it (unless somebody else holds it): release after the last use
	return 0;
}

/* Another error code than the one that the caller asks for. */
static int pin_all(unsigned long addr, int nr, struct page **pages)
{
	int pinned = pin_user_pages_fast(addr, nr, 0, pages);

	if (pinned >= 0 && pinned < nr) {
		unpin_user_pages(pages, pinned);
		return -EFAULT;
	}
	return pinned;
}

int fallback_for_one_error(unsigned long addr, int nr, struct page **pages, struct scatterlist *sg)
{
	int pinned = pin_all(addr, nr, pages);

	if (pinned < 0 && pinned != -EOPNOTSUPP)
		return pinned;
	sg_set_page(sg, pages[0], PAGE_SIZE, 0);
	return 0;
}
