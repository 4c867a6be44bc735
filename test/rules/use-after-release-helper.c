/* A helper uses the page that it is given: the place is the call behind the release. */

static void copy_page_data(struct page *page, void *data, size_t offset, size_t length, bool write)
{
	void *mapped = kmap_local_page(page);

	if (write)
		memcpy(mapped + offset, data, length);
	else
		memcpy(data, mapped + offset, length);
	kunmap_local(mapped);
	if (write)
		set_page_dirty_lock(page);
}

int read_page_bad(struct mm_struct *mm, unsigned long addr, void *data, size_t length)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	copy_page_data(page, data, offset_in_page(addr), length, false);
//      ^^^^^^^^^^^^^^ use-after-release: copy_page_data() uses `page` after unpin_user_page() dropped the hold on it: release after the last use
	return 0;
}

int read_page_ok(struct mm_struct *mm, unsigned long addr, void *data, size_t length)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	copy_page_data(page, data, offset_in_page(addr), length, false);
	unpin_user_page(page);
	return 0;
}
