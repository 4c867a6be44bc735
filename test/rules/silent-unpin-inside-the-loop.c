/* Slot i is released inside the loop that uses it, or by the loop that undoes a failed one. */

static int use_and_release_ok(struct dma_chan *chan, unsigned long addr)
{
	struct page *pages[16];
	int i, got, err = 0;

	got = pin_user_pages_fast(addr, 16, 0, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++) {
		if (!err)
			err = feed_channel(chan, page_to_phys(pages[i]));
		unpin_user_page(pages[i]);
	}
	return err;
}

static int map_each_ok(struct device *dev, unsigned long addr, int nr, dma_addr_t *where)
{
	struct page **pages;
	int i, got, err;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got != nr) {
		if (got < 0) {
			err = got;
			goto free;
		}
		nr = got;
		err = -EINVAL;
		goto unpin;
	}
	for (i = 0; i < nr; i++) {
		where[i] = dma_map_page(dev, pages[i], 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
		if (dma_mapping_error(dev, where[i])) {
			err = -EIO;
			goto unmap;
		}
		unpin_user_page(pages[i]);
	}
	kvfree(pages);
	return 0;

unmap:
	while (i < nr)
		unpin_user_page(pages[i++]);
	goto free;
unpin:
	for (i = 0; i < nr; i++)
		unpin_user_page(pages[i]);
free:
	kvfree(pages);
	return err;
}
