// SPDX-License-Identifier: MIT
/*
 * A modem that reads its firmware from the application's memory while a call is running.
 * Mistake: pages that belong to the application are given to the page allocator.
 */
#include <linux/highmem.h>
#include <linux/mm.h>

static int modem_checksum_page(unsigned long addr, u32 *sum)
{
	struct page *page;
	u8 *bytes;
	int i;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	bytes = kmap_local_page(page);
	*sum = 0;
	for (i = 0; i < PAGE_SIZE; i++)
		*sum += bytes[i];
	kunmap_local(bytes);
	__free_page(page);
	return 0;
}
