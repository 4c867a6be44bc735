// SPDX-License-Identifier: MIT
/*
 * A frame grabber that lets its device write into a buffer of the application.
 * Mistake: the pages are pinned, but dropped as if they carried references.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define GRABBER_MAX_PAGES 64

struct grabber_frame {
	struct page *pages[GRABBER_MAX_PAGES];
	unsigned int nr_pages;
	struct sg_table sgt;
};

static void grabber_drop_pages(struct grabber_frame *frame)
{
	unsigned int i;

	for (i = 0; i < frame->nr_pages; i++) {
		set_page_dirty_lock(frame->pages[i]);
		put_page(frame->pages[i]);
	}
	frame->nr_pages = 0;
}

static int grabber_map_frame(struct grabber_frame *frame, unsigned long addr,
			     unsigned int nr_pages)
{
	int pinned, err;

	if (nr_pages > GRABBER_MAX_PAGES)
		return -EINVAL;
	pinned = pin_user_pages_fast(addr, nr_pages, FOLL_WRITE | FOLL_LONGTERM,
				     frame->pages);
	if (pinned < 0)
		return pinned;
	frame->nr_pages = pinned;
	if (pinned < nr_pages) {
		grabber_drop_pages(frame);
		return -EFAULT;
	}
	err = sg_alloc_table_from_pages(&frame->sgt, frame->pages, nr_pages, 0,
					nr_pages * PAGE_SIZE, GFP_KERNEL);
	if (err)
		grabber_drop_pages(frame);
	return err;
}
