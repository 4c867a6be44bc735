/* One way takes a reference of its own and drops it; the other one drops what it does not have. */

static int exchange(struct page *page, struct page *fresh)
{
	get_page(page);
	if (!map_instead(page, fresh)) {
		put_page(page);
		return -EAGAIN;
	}
	put_page(page);
	return 0;
}

int patch_page_bad(unsigned long addr)
{
	struct page *page, *fresh;
	int ret;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	ret = -ENOMEM;
	fresh = alloc_page(GFP_KERNEL);
	if (!fresh) {
		put_page(page);
		goto put;
	}
	ret = exchange(page, fresh);
	put_page(fresh);
put:
	put_page(page);
//      ^^^^^^^^ double-release: `page` (references from get_user_pages_fast()) was released before by put_page() in line 24; put_page() drops a hold that is no longer there
	return ret;
}

int patch_page_ok(unsigned long addr)
{
	struct page *page, *fresh;
	int ret;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	ret = -ENOMEM;
	fresh = alloc_page(GFP_KERNEL);
	if (!fresh)
		goto put;
	ret = exchange(page, fresh);
	put_page(fresh);
put:
	put_page(page);
	return ret;
}
