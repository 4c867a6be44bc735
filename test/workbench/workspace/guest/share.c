// SPDX-License-Identifier: MIT
#include "guest.h"

int guest_share_console(struct guest *guest, unsigned long address)
{
	struct page *page;
	int ret = pin_user_pages_fast(address, 1, FOLL_WRITE | FOLL_LONGTERM, &page);

	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	mutex_lock(&guest->lock);
	if (guest->console) {
		mutex_unlock(&guest->lock);
		unpin_user_page(page);
		return -EEXIST;
	}
	guest->console = page;
	mutex_unlock(&guest->lock);
	return 0;
}
