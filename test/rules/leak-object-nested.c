/* An object that holds its pages inside, them in a structure of its own: how it leaves its maker, and how it does not. */

struct outer {
	struct list_head link;
	int nr;
	struct {
		struct page *pages[32];
	} held;
};

struct outer_owner {
	struct outer *outer;
};

static int outer_listed_ok(struct list_head *list, unsigned long addr)
{
	struct outer *outer = kzalloc(sizeof(*outer), GFP_KERNEL);

	if (!outer)
		return -ENOMEM;
	outer->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, outer->held.pages);
	if (outer->nr <= 0) {
		kfree(outer);
		return -EFAULT;
	}
	list_add_tail(&outer->link, list);
	return 0;
}

static int outer_stored_ok(struct outer_owner *owner, unsigned long addr)
{
	struct outer *outer = kzalloc(sizeof(*outer), GFP_KERNEL);

	if (!outer)
		return -ENOMEM;
	outer->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, outer->held.pages);
	if (outer->nr <= 0) {
		kfree(outer);
		return -EFAULT;
	}
	owner->outer = outer;
	return 0;
}

static int outer_given_out_ok(struct outer **result, unsigned long addr)
{
	struct outer *outer = kzalloc(sizeof(*outer), GFP_KERNEL);

	if (!outer)
		return -ENOMEM;
	outer->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, outer->held.pages);
	if (outer->nr <= 0) {
		kfree(outer);
		return -EFAULT;
	}
	*result = outer;
	return 0;
}

static int outer_published_ok(struct device *dev, unsigned long addr)
{
	struct outer *outer = kzalloc(sizeof(*outer), GFP_KERNEL);

	if (!outer)
		return -ENOMEM;
	outer->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, outer->held.pages);
	if (outer->nr <= 0) {
		kfree(outer);
		return -EFAULT;
	}
	publish_object(dev, outer);
	return 0;
}

static struct outer *outer_make_ok(unsigned long addr)
{
	struct outer *outer = kzalloc(sizeof(*outer), GFP_KERNEL);

	if (!outer)
		return NULL;
	outer->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, outer->held.pages);
	if (outer->nr <= 0) {
		kfree(outer);
		return NULL;
	}
	return outer;
}

static int outer_unwound_ok(struct list_head *list, unsigned long addr)
{
	struct outer *outer = kzalloc(sizeof(*outer), GFP_KERNEL);
	int err;

	if (!outer)
		return -ENOMEM;
	outer->nr = pin_user_pages_fast(addr, 32, FOLL_WRITE, outer->held.pages);
	if (outer->nr <= 0) {
		err = -EFAULT;
		goto free;
	}
	err = start_device();
	if (err)
		goto unpin;
	list_add_tail(&outer->link, list);
	return 0;

unpin:
	unpin_user_pages(outer->held.pages, outer->nr);
free:
	kfree(outer);
	return err;
}
