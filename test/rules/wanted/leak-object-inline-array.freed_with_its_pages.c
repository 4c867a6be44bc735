// expected: silence

struct bundle {
	struct list_head link;
	int nr;
	struct page *pages[32];
};

struct bundle_owner {
	struct bundle *bundle;
};

static int bundle_unwound_ok(struct list_head *list, unsigned long addr)
{
	struct bundle *bundle = kzalloc(sizeof(*bundle), GFP_KERNEL);
	int err;

	if (!bundle)
		return -ENOMEM;
	bundle->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, bundle->pages);
	if (bundle->nr <= 0) {
		err = -EFAULT;
		goto free;
	}
	err = start_device();
	if (err)
		goto unpin;
	list_add_tail(&bundle->link, list);
	return 0;

unpin:
	unpin_user_pages(bundle->pages, bundle->nr);
free:
	kfree(bundle);
	return err;
}
