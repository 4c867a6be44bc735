// SPDX-License-Identifier: MIT
/*
 * A sensor that shares a ring of samples with the application.
 * Mistake: when the device refuses the ring, its pages stay pinned for ever.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#define RING_PAGES 8

struct sensor {
	void __iomem *regs;
	void *ring;
};

static int sensor_start(struct sensor *sensor, u64 ring_bytes)
{
	if (readl(sensor->regs) & BIT(0))
		return -EBUSY;
	writeq(ring_bytes, sensor->regs + 8);
	return 0;
}

static int sensor_sample_once(struct sensor *sensor, unsigned long addr)
{
	struct page *pages[RING_PAGES];
	int pinned, err;

	pinned = pin_user_pages_fast(addr, RING_PAGES, FOLL_WRITE, pages);
	if (pinned < 0)
		return pinned;
	if (pinned < RING_PAGES) {
		unpin_user_pages(pages, pinned);
		return -EFAULT;
	}

	sensor->ring = vmap(pages, RING_PAGES, VM_MAP, PAGE_KERNEL);
	if (!sensor->ring) {
		err = -ENOMEM;
		goto unpin;
	}
	err = sensor_start(sensor, RING_PAGES * PAGE_SIZE);
	if (err)
		return err;

	vunmap(sensor->ring);
unpin:
	unpin_user_pages_dirty_lock(pages, RING_PAGES, !err);
	return err;
}
