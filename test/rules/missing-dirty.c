/* Pages that were pinned to be written, and released as if nothing had been. */

static int receive_bad(unsigned long addr, int nr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	receive_into(pages, got);
	unpin_user_pages(pages, got);
//      ^^^^^^^^^^^^^^^^ missing-dirty: the pages of pin_user_pages_fast() may be written (FOLL_WRITE), and nothing in this file marks them dirty: unpin_user_pages() alone lets what was written be lost
	return 0;
}

static int receive_ok(unsigned long addr, int nr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	receive_into(pages, got);
	unpin_user_pages_dirty_lock(pages, got, true);
	return 0;
}

/* The function could mark them, and is told not to. */
static int told_not_to_bad(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	receive_into(pages, got);
	unpin_user_pages_dirty_lock(pages, got, false);
//      ^^^^^^^^^^^^^^^^^^^^^^^^^^^ missing-dirty: the pages of pin_user_pages_fast() may be written (FOLL_WRITE), and nothing in this file marks them dirty: unpin_user_pages_dirty_lock() alone lets what was written be lost
	return 0;
}

static int one_page_bad(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	receive_into(&page, 1);
	unpin_user_page(page);
//      ^^^^^^^^^^^^^^^ missing-dirty: the pages of pin_user_pages_fast() may be written (FOLL_WRITE), and nothing in this file marks them dirty: unpin_user_page() alone lets what was written be lost
	return 0;
}

static int one_page_ok(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	receive_into(&page, 1);
	set_page_dirty_lock(page);
	unpin_user_page(page);
	return 0;
}

static int one_by_one_bad(unsigned long addr)
{
	struct page *pages[16];
	int got, i;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	receive_into(pages, got);
	for (i = 0; i < got; i++)
		unpin_user_page(pages[i]);
//              ^^^^^^^^^^^^^^^ missing-dirty: the pages of pin_user_pages_fast() may be written (FOLL_WRITE), and nothing in this file marks them dirty: unpin_user_page() alone lets what was written be lost
	return 0;
}

static int one_by_one_ok(unsigned long addr)
{
	struct page *pages[16];
	int got, i;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	receive_into(pages, got);
	for (i = 0; i < got; i++) {
		set_page_dirty_lock(pages[i]);
		unpin_user_page(pages[i]);
	}
	return 0;
}

static int marked_in_a_loop_before_ok(unsigned long addr)
{
	struct page *pages[16];
	int got, i;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	receive_into(pages, got);
	for (i = 0; i < got; i++)
		if (!PageReserved(pages[i]))
			set_page_dirty_lock(pages[i]);
	unpin_user_pages(pages, got);
	return 0;
}

/* Both directions: the flags and the mark follow the same answer. */
static int both_directions_bad(unsigned long addr, bool is_read)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, is_read ? FOLL_WRITE : 0, pages);
	if (got <= 0)
		return -EFAULT;
	move_data(pages, got, is_read);
	unpin_user_pages(pages, got);
//      ^^^^^^^^^^^^^^^^ missing-dirty: the pages of pin_user_pages_fast() may be written (FOLL_WRITE), and nothing in this file marks them dirty: unpin_user_pages() alone lets what was written be lost
	return 0;
}

static int both_directions_ok(unsigned long addr, bool is_read)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, is_read ? FOLL_WRITE : 0, pages);
	if (got <= 0)
		return -EFAULT;
	move_data(pages, got, is_read);
	unpin_user_pages_dirty_lock(pages, got, is_read);
	return 0;
}

static int by_dma_direction_ok(unsigned long addr, enum dma_data_direction dir)
{
	struct page *pages[16];
	unsigned int flags = 0;
	int got;

	if (dir == DMA_FROM_DEVICE)
		flags |= FOLL_WRITE;
	got = pin_user_pages_fast(addr, 16, flags, pages);
	if (got <= 0)
		return -EFAULT;
	move_data(pages, got, dir);
	unpin_user_pages_dirty_lock(pages, got, dir == DMA_FROM_DEVICE);
	return 0;
}

/* The device only reads. */
static int to_device_ok(struct device *dev, struct scatterlist *sgl, unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	fill_scatterlist(sgl, pages, got);
	if (dma_map_sg(dev, sgl, got, DMA_TO_DEVICE)) {
		start_transfer(dev, sgl);
		dma_unmap_sg(dev, sgl, got, DMA_TO_DEVICE);
	}
	unpin_user_pages(pages, got);
	return 0;
}

static int from_device_bad(struct device *dev, struct scatterlist *sgl, unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	fill_scatterlist(sgl, pages, got);
	if (dma_map_sg(dev, sgl, got, DMA_FROM_DEVICE)) {
		start_transfer(dev, sgl);
		dma_unmap_sg(dev, sgl, got, DMA_FROM_DEVICE);
	}
	unpin_user_pages(pages, got);
//      ^^^^^^^^^^^^^^^^ missing-dirty: the pages of pin_user_pages_fast() may be written (FOLL_WRITE), and nothing in this file marks them dirty: unpin_user_pages() alone lets what was written be lost
	return 0;
}

static int read_only_ok(unsigned long addr)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	send_pages(pages, got);
	unpin_user_pages(pages, got);
	return 0;
}

/* write(2) takes data out of the pages, whatever the flags say. */
static ssize_t panel_write_ok(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast((unsigned long)buf, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	show_on_panel(pages, got);
	unpin_user_pages(pages, got);
	return count;
}

static ssize_t panel_read_bad(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct page *pages[16];
	int got;

	got = pin_user_pages_fast((unsigned long)buf, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	receive_into(pages, got);
	unpin_user_pages(pages, got);
//      ^^^^^^^^^^^^^^^^ missing-dirty: the pages of pin_user_pages_fast() may be written (FOLL_WRITE), and nothing in this file marks them dirty: unpin_user_pages() alone lets what was written be lost
	return count;
}

static const struct file_operations panel_operations = {
	.read = panel_read_bad,
	.write = panel_write_ok,
};

/* Nothing was written yet where the transfer could not begin. */
static int error_path_ok(unsigned long addr)
{
	struct page *pages[16];
	int got, err;

	got = pin_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	if (got < 16) {
		unpin_user_pages(pages, got);
		return -EFAULT;
	}
	err = prepare_device();
	if (err)
		goto out_unpin;
	receive_into(pages, got);
	unpin_user_pages_dirty_lock(pages, got, true);
	return 0;
out_unpin:
	unpin_user_pages(pages, got);
	return err;
}

/* Who asks for a plain reference is not out for data. */
static int reference_ok(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	look_up(page);
	put_page(page);
	return 0;
}

/* Other modules may mark what an exported function hands out. */
struct region {
	struct page **pages;
	int nr;
};

int region_get_ok(struct region *region, unsigned long addr, int nr)
{
	region->nr = pin_user_pages_fast(addr, nr, FOLL_WRITE, region->pages);
	return region->nr < 0 ? region->nr : 0;
}
EXPORT_SYMBOL_GPL(region_get_ok);

void region_put_ok(struct region *region)
{
	unpin_user_pages(region->pages, region->nr);
}
EXPORT_SYMBOL_GPL(region_put_ok);

/* Pinned here and released there, by way of a member. */
struct capture {
	struct page **pages;
	int nr;
};

static int capture_start(struct capture *capture, unsigned long addr, int nr)
{
	capture->nr = pin_user_pages_fast(addr, nr, FOLL_WRITE, capture->pages);
	return capture->nr < 0 ? capture->nr : 0;
}

static void capture_stop_bad(struct capture *capture)
{
	unpin_user_pages(capture->pages, capture->nr);
//      ^^^^^^^^^^^^^^^^ missing-dirty: `capture->pages` of pin_user_pages_fast() may be written (FOLL_WRITE), and nothing in this file marks them dirty: unpin_user_pages() alone lets what was written be lost
}

struct marked_capture {
	struct page **pages;
	int nr;
};

static int marked_capture_start(struct marked_capture *capture, unsigned long addr, int nr)
{
	capture->nr = pin_user_pages_fast(addr, nr, FOLL_WRITE, capture->pages);
	return capture->nr < 0 ? capture->nr : 0;
}

static void marked_capture_frame(struct marked_capture *capture)
{
	int i;

	for (i = 0; i < capture->nr; i++)
		set_page_dirty_lock(capture->pages[i]);
}

static void marked_capture_stop_ok(struct marked_capture *capture)
{
	unpin_user_pages(capture->pages, capture->nr);
}
