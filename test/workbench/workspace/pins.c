// SPDX-License-Identifier: MIT
/* Page pins of one buffer of a made-up device; demo_send() drops its pin as if it were a reference. */
#include <linux/mm.h>
#include <linux/highmem.h>

struct demo {
	void *window;
};

static int demo_send(struct demo *demo, unsigned long address)
{
	struct page *page;
	int pinned;

	pinned = pin_user_pages_fast(address, 1, 0, &page);
	if (pinned < 0)
		return pinned;
	if (pinned == 0)
		return -EFAULT;

	memcpy_from_page(demo->window, page, 0, PAGE_SIZE);
	put_page(page);
	return 0;
}

static int demo_check(struct demo *demo, unsigned long address)
{
	struct page *page;
	int pinned;

	pinned = pin_user_pages_fast(address, 1, 0, &page);
	if (pinned < 0)
		return pinned;
	if (pinned == 0)
		return -EFAULT;

	memcpy_from_page(demo->window, page, 0, PAGE_SIZE);
	unpin_user_page(page);
	return 0;
}
