// expected: silence

struct bundle {
	struct list_head link;
	int nr;
	struct page *pages[32];
};

struct bundle_owner {
	struct bundle *bundle;
};

static int bundle_published_ok(struct device *dev, unsigned long addr)
{
	struct bundle *bundle = kzalloc(sizeof(*bundle), GFP_KERNEL);

	if (!bundle)
		return -ENOMEM;
	bundle->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, bundle->pages);
	if (bundle->nr <= 0) {
		kfree(bundle);
		return -EFAULT;
	}
	publish_object(dev, bundle);
	return 0;
}
