/* The page of a scatterlist entry of its own is the page that was put there. */

struct doorbell {
	struct scatterlist mem;
	u64 address;
};

int doorbell_map_bad(struct device *dev, struct doorbell *bell, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	sg_set_page(&bell->mem, page, PAGE_SIZE, 0);
	if (!dma_map_sg(dev, &bell->mem, 1, DMA_TO_DEVICE)) {
		unpin_user_page(sg_page(&bell->mem));
		unpin_user_page(page);
//              ^^^^^^^^^^^^^^^ double-release: `page` (pins from pin_user_pages_fast()) was released before by unpin_user_page() in line 16; unpin_user_page() drops a hold that is no longer there
		return -ENOMEM;
	}
	return 0;
}

int doorbell_map_mismatch_bad(struct device *dev, struct doorbell *bell, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	sg_set_page(&bell->mem, page, PAGE_SIZE, 0);
	if (!dma_map_sg(dev, &bell->mem, 1, DMA_TO_DEVICE)) {
		put_page(sg_page(&bell->mem));
//              ^^^^^^^^ release-mismatch: `page` carries pins (pin_user_pages_fast()); put_page() drops a reference, and the pages carry none: use unpin_user_page()
		return -ENOMEM;
	}
	return 0;
}

int doorbell_map_ok(struct device *dev, struct doorbell *bell, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	sg_set_page(&bell->mem, page, PAGE_SIZE, 0);
	if (!dma_map_sg(dev, &bell->mem, 1, DMA_TO_DEVICE)) {
		unpin_user_page(sg_page(&bell->mem));
		return -ENOMEM;
	}
	return 0;
}

/* Which entry of many has which page is not known. */
int doorbells_map_ok(struct device *dev, struct scatterlist *sg, int n, unsigned long addr)
{
	struct page *page;
	int i;

	for (i = 0; i < n; i++) {
		if (pin_user_pages_fast(addr + i * PAGE_SIZE, 1, FOLL_LONGTERM, &page) != 1)
			goto undo;
		sg_set_page(&sg[i], page, PAGE_SIZE, 0);
	}
	return 0;
undo:
	while (i--)
		unpin_user_page(sg_page(&sg[i]));
	return -EFAULT;
}

int doorbell_pair_ok(struct device *dev, unsigned long addr)
{
	struct scatterlist first, second;
	struct page *page;
	int ret = -EFAULT;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	sg_set_page(&first, page, PAGE_SIZE, 0);
	if (pin_user_pages_fast(addr + PAGE_SIZE, 1, 0, &page) != 1)
		goto unpin_first;
	sg_set_page(&second, page, PAGE_SIZE, 0);
	ret = ring(dev, &first, &second);
	unpin_user_page(sg_page(&second));
unpin_first:
	unpin_user_page(sg_page(&first));
	return ret;
}
