/* A helper of 0 and errors passes an error on after `if (ret)`; its caller asks for `< 0`. */

static int pin_and_prepare(unsigned long addr, struct page **pages)
{
	int ret;

	if (pin_user_pages_fast(addr, 2, 0, pages) != 2)
		BUG();
	ret = prepare_device();
	if (ret) {
		unpin_user_pages(pages, 2);
		return ret;
	}
	return 0;
}

int maps(unsigned long addr)
{
	struct page *pages[2];
	int ret;

	ret = pin_and_prepare(addr, pages);
	if (ret < 0)
		return ret;
	unpin_user_pages(pages, 2);
	return 0;
}
