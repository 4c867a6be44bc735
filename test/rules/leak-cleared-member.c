/* A member that names the one page, and is cleared while the page is held. */

struct window {
	struct page *page;
	void *address;
};

int forgets_the_page(struct window *window, unsigned long start)
{
	if (pin_user_pages_fast(start, 1, 0, &window->page) != 1)
		return -EFAULT;
	window->address = vmap(&window->page, 1, VM_MAP, PAGE_KERNEL);
	if (!window->address) {
		window->page = NULL;
		return -ENOMEM;
//              ^^^^^^^^^^^^^^^ page-leak: `window->page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	}
	return 0;
}

int releases_the_page(struct window *window, unsigned long start)
{
	if (pin_user_pages_fast(start, 1, 0, &window->page) != 1)
		return -EFAULT;
	window->address = vmap(&window->page, 1, VM_MAP, PAGE_KERNEL);
	if (!window->address) {
		unpin_user_page(window->page);
		window->page = NULL;
		return -ENOMEM;
	}
	return 0;
}

int moves_the_page(struct window *window, struct window *next, unsigned long start)
{
	if (pin_user_pages_fast(start, 1, 0, &window->page) != 1)
		return -EFAULT;
	if (is_behind(window)) {
		next->page = window->page;
		window->page = NULL;
	}
	return 0;
}
