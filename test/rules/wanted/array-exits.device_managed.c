// expected: silence

static int device_managed_ok(struct device *dev, unsigned long addr, int nr)
{
	struct page **pages;
	int got;

	pages = devm_kcalloc(dev, nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	unpin_user_pages(pages, got);
	return 0;
}
