/* An object that holds its pages inside, one page: how it leaves its maker, and how it does not. */

struct single {
	struct list_head link;
	int nr;
	struct page *page;
};

struct single_owner {
	struct single *single;
};

static int single_listed_ok(struct list_head *list, unsigned long addr)
{
	struct single *single = kzalloc(sizeof(*single), GFP_KERNEL);

	if (!single)
		return -ENOMEM;
	single->nr = pin_user_pages_fast(addr, 1, FOLL_WRITE, &single->page);
	if (single->nr <= 0) {
		kfree(single);
		return -EFAULT;
	}
	list_add_tail(&single->link, list);
	return 0;
}

static int single_stored_ok(struct single_owner *owner, unsigned long addr)
{
	struct single *single = kzalloc(sizeof(*single), GFP_KERNEL);

	if (!single)
		return -ENOMEM;
	single->nr = pin_user_pages_fast(addr, 1, FOLL_WRITE, &single->page);
	if (single->nr <= 0) {
		kfree(single);
		return -EFAULT;
	}
	owner->single = single;
	return 0;
}

static int single_given_out_ok(struct single **result, unsigned long addr)
{
	struct single *single = kzalloc(sizeof(*single), GFP_KERNEL);

	if (!single)
		return -ENOMEM;
	single->nr = pin_user_pages_fast(addr, 1, FOLL_WRITE, &single->page);
	if (single->nr <= 0) {
		kfree(single);
		return -EFAULT;
	}
	*result = single;
	return 0;
}

static int single_published_ok(struct device *dev, unsigned long addr)
{
	struct single *single = kzalloc(sizeof(*single), GFP_KERNEL);

	if (!single)
		return -ENOMEM;
	single->nr = pin_user_pages_fast(addr, 1, FOLL_WRITE, &single->page);
	if (single->nr <= 0) {
		kfree(single);
		return -EFAULT;
	}
	publish_object(dev, single);
	return 0;
}

static struct single *single_make_ok(unsigned long addr)
{
	struct single *single = kzalloc(sizeof(*single), GFP_KERNEL);

	if (!single)
		return NULL;
	single->nr = pin_user_pages_fast(addr, 1, FOLL_WRITE, &single->page);
	if (single->nr <= 0) {
		kfree(single);
		return NULL;
	}
	return single;
}

static int single_unwound_ok(struct list_head *list, unsigned long addr)
{
	struct single *single = kzalloc(sizeof(*single), GFP_KERNEL);
	int err;

	if (!single)
		return -ENOMEM;
	single->nr = pin_user_pages_fast(addr, 1, FOLL_WRITE, &single->page);
	if (single->nr <= 0) {
		err = -EFAULT;
		goto free;
	}
	err = start_device();
	if (err)
		goto unpin;
	list_add_tail(&single->link, list);
	return 0;

unpin:
	unpin_user_page(single->page);
free:
	kfree(single);
	return err;
}

static int single_freed_bad(struct list_head *list, unsigned long addr)
{
	struct single *single = kzalloc(sizeof(*single), GFP_KERNEL);
	int err;

	if (!single)
		return -ENOMEM;
	single->nr = pin_user_pages_fast(addr, 1, FOLL_WRITE, &single->page);
	if (single->nr <= 0) {
		err = -EFAULT;
		goto free;
	}
	err = start_device();
	if (err)
		goto free;
//              ^^^^^^^^^^ page-leak: `single->page` (pins from pin_user_pages_fast()) are lost at this exit: other exits release them, this one does not
	list_add_tail(&single->link, list);
	return 0;

free:
	kfree(single);
	return err;
}
