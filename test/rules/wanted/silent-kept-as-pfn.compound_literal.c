// expected: silence

static void put_frame_of_literal_ok(unsigned long pfn, bool dirty)
{
	unpin_user_pages_dirty_lock((struct page *[]){ pfn_to_page(pfn) }, 1, dirty);
}
