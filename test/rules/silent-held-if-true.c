/* A page is held only if a call that returns a bool said so. */

static bool peek_frame_ok(unsigned long addr, u32 *value)
{
	struct page *page;

	if (!get_user_page_fast_only(addr, FOLL_WRITE, &page))
		return false;
	*value = *(u32 *)page_address(page);
	put_page(page);
	return true;
}

static int frame_of_ok(unsigned long addr, unsigned long *pfn)
{
	struct page *page = NULL;

	if (get_user_page_fast_only(addr, FOLL_WRITE, &page))
		*pfn = page_to_pfn(page);
	else
		*pfn = slow_lookup(addr);
	if (page)
		put_page(page);
	return 0;
}

static bool peek_frame_bad(unsigned long addr, u32 *value)
{
	struct page *page;

	if (!get_user_page_fast_only(addr, FOLL_WRITE, &page))
		return false;
	if (PageReserved(page))
		return false;
//              ^^^^^^^^^^^^^ page-leak: `page` (references from get_user_page_fast_only()) are lost at this exit: other exits release them, this one does not
	*value = *(u32 *)page_address(page);
	put_page(page);
	return true;
}
