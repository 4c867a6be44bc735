// expected: page-leak at `goto free;`

struct bundle {
	struct list_head link;
	int nr;
	struct page *pages[32];
};

struct bundle_owner {
	struct bundle *bundle;
};

static int bundle_freed_bad(struct list_head *list, unsigned long addr)
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
		goto free;
	list_add_tail(&bundle->link, list);
	return 0;

free:
	kfree(bundle);
	return err;
}
