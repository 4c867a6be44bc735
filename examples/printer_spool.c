// SPDX-License-Identifier: MIT
/*
 * A printer that reads a page of paper from the pages of an iterator. Nothing is wrong here: every path drops what was
 * taken, by the function that belongs to it, in the number that was obtained.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>

#define SPOOL_PAGES 32

struct printer;

int printer_send(struct printer *printer, struct page **pages, size_t offset,
		 size_t bytes);

static void spool_drop(struct page **pages, unsigned int nr_pages, bool pinned)
{
	if (pinned)
		unpin_user_pages(pages, nr_pages);
}

static ssize_t spool_write_iter(struct printer *printer, struct iov_iter *from)
{
	bool pinned = iov_iter_extract_will_pin(from);
	struct page **pages;
	unsigned int nr_pages;
	ssize_t bytes;
	size_t offset;
	int err;

	pages = kmalloc_array(SPOOL_PAGES, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	bytes = iov_iter_extract_pages(from, &pages, SPOOL_PAGES * PAGE_SIZE,
				       SPOOL_PAGES, 0, &offset);
	if (bytes <= 0)
		goto free;
	nr_pages = DIV_ROUND_UP(offset + bytes, PAGE_SIZE);

	err = printer_send(printer, pages, offset, bytes);
	spool_drop(pages, nr_pages, pinned);
	if (err)
		bytes = err;
free:
	kfree(pages);
	return bytes;
}

static int spool_print_header(struct printer *printer, unsigned long addr)
{
	struct page *pages[2];
	int got, err;

	got = get_user_pages_fast(addr, 2, 0, pages);
	if (got <= 0)
		return got ? got : -EFAULT;
	err = got == 2 ? printer_send(printer, pages, 0, 2 * PAGE_SIZE) : -EFAULT;
	while (got--)
		put_page(pages[got]);
	return err;
}
