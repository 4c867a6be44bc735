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
//              ^^^^^^^^^^ page-leak: `bundle->pages` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	list_add_tail(&bundle->link, list);
	return 0;

free:
	kfree(bundle);
	return err;
}

static int bundle_given_out_ok(struct bundle **result, unsigned long addr)
{
	struct bundle *bundle = kzalloc(sizeof(*bundle), GFP_KERNEL);

	if (!bundle)
		return -ENOMEM;
	bundle->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, bundle->pages);
	if (bundle->nr <= 0) {
		kfree(bundle);
		return -EFAULT;
	}
	*result = bundle;
	return 0;
}

static int bundle_listed_ok(struct list_head *list, unsigned long addr)
{
	struct bundle *bundle = kzalloc(sizeof(*bundle), GFP_KERNEL);

	if (!bundle)
		return -ENOMEM;
	bundle->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, bundle->pages);
	if (bundle->nr <= 0) {
		kfree(bundle);
		return -EFAULT;
	}
	list_add_tail(&bundle->link, list);
	return 0;
}

static struct bundle *bundle_make_ok(unsigned long addr)
{
	struct bundle *bundle = kzalloc(sizeof(*bundle), GFP_KERNEL);

	if (!bundle)
		return NULL;
	bundle->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, bundle->pages);
	if (bundle->nr <= 0) {
		kfree(bundle);
		return NULL;
	}
	return bundle;
}

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

static int bundle_stored_ok(struct bundle_owner *owner, unsigned long addr)
{
	struct bundle *bundle = kzalloc(sizeof(*bundle), GFP_KERNEL);

	if (!bundle)
		return -ENOMEM;
	bundle->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, bundle->pages);
	if (bundle->nr <= 0) {
		kfree(bundle);
		return -EFAULT;
	}
	owner->bundle = bundle;
	return 0;
}
